# The short way in. Each target installs what it needs, configures, builds and runs.
#   make demo        the main job on generated pictures, on the CPU: trains, labels, scores (2 minutes)
#   make demo-dhfr   learns from scribbles on painted scenes with depth, on two cores of a CPU (8 minutes)
#   make test        all tests
SHELL := /bin/bash
PRESET ?= cpu
JOBS ?= $(shell nproc)
BUILD := build/$(PRESET)

.PHONY: help setup setup-video setup-dev configure build demo demo-dhfr test bench bundle asan fuzz format format-check lint includes map cuda clean

help:
	@sed -n 's/^#   //p' Makefile
	@echo "also: build bench bundle asan fuzz format lint includes map cuda clean   (PRESET=cpu|cuda|asan, JOBS=N)"

setup:          ## packages that building and testing needs
	@scripts/setup.sh build
setup-video:    ## and OpenCV, for optical flow
	@scripts/setup.sh video
setup-dev:      ## and those of format, lint and fuzz
	@scripts/setup.sh dev

configure: setup
	@cmake --preset $(PRESET) $(CMAKE_FLAGS) > build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
	@sed -n '/^-- salix/,/^$$/p' build-configure.log; rm -f build-configure.log

build: configure
	@cmake --build $(BUILD) -j $(JOBS)

demo:           ## builds the program only, then trains, labels and scores generated scenes
	@$(MAKE) --no-print-directory configure CMAKE_FLAGS="$(CMAKE_FLAGS)"
	@cmake --build $(BUILD) -j $(JOBS) --target salix
	@scripts/demo.sh $(BUILD)/tools/salix demo

demo-dhfr:      ## likewise from scribbles: image and depth, embeddings as colours
	@$(MAKE) --no-print-directory configure CMAKE_FLAGS="$(CMAKE_FLAGS)"
	@cmake --build $(BUILD) -j $(JOBS) --target salix
	@scripts/demo_dhfr.sh $(BUILD)/tools/salix demo-dhfr

test: build     ## all tests; skipped ones are counted
	@scripts/run_tests.sh $(BUILD)

bench: build    ## kernels and networks; BENCH_ARGS go to Google Benchmark
	@scripts/run_bench.sh $(BUILD) $(BENCH_ARGS)

bundle:         ## tests and benchmarks for another machine with a GPU, as OUT/bundle.tar.xz
	@scripts/bundle.sh $(or $(OUT),.bundle)

asan:           ## the fast tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory configure PRESET=asan
	@cmake --build build/asan -j $(JOBS) --target engine_tests kernels_tests layers_tests data_tests train_tests
	@scripts/run_tests.sh build/asan --fast

fuzz: setup-dev ## each reader of foreign files for FUZZ_SECONDS
	@tests/fuzz/run.sh $(or $(FUZZ_SECONDS),60)

cuda:           ## compiles every .cu for all architectures, and links the program
	@$(MAKE) --no-print-directory configure PRESET=cuda
	@cmake --build build/cuda -j $(JOBS) --target salix

format: setup-dev
	@scripts/format.sh
format-check: setup-dev
	@scripts/format.sh --check
lint: setup-dev includes configure
	@scripts/lint.sh $(BUILD)
includes:       ## dependencies point one way, the map shows them, and the book quotes what is there
	@python3 scripts/check_includes.py
	@python3 scripts/draw_map.py --check
	@python3 scripts/check_docs.py
map:            ## draws docs/pictures/house.svg anew from the includes
	@python3 scripts/draw_map.py

clean:
	@rm -rf build demo demo-dhfr
