#!/usr/bin/env bash
# Runs all benchmarks on the GPU ($SALIX_BENCH_DEVICE: cuda when unset). Arguments go to Google
# Benchmark. The peers in PyTorch are bench/compare_networks.py --build build and bench/peers.
set -euo pipefail
source "$(dirname "$0")/environment.sh"
export SALIX_BENCH_DEVICE=${SALIX_BENCH_DEVICE:-cuda}
exec "$here/scripts/run_bench.sh" "$here/build" "$@"
