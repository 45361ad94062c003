# Options, language standard, warnings and sanitizers.
option(SALIX_CUDA "Build the cuda device (needs nvcc, cuDNN and cuBLASLt)" OFF)
option(SALIX_MPI "Build training on several ranks, where MPI (and NCCL, with CUDA) is found" ON)
option(SALIX_TESTS "Build the tests" ON)
option(SALIX_BENCH "Build the benchmarks" ON)
option(SALIX_OPENCV "Optical flow of videos by OpenCV, where it is found" ON)
option(SALIX_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
set(SALIX_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")
set(SALIX_CUDA_ARCHITECTURES "80;90;100" CACHE STRING "GPU architectures to build kernels for")
set(SALIX_MARCH "x86-64-v3" CACHE STRING
  "Baseline instruction set of our own CPU code; oneDNN picks its own at run time. 'native' for one machine")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(SALIX_CCACHE ccache)
if(SALIX_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SALIX_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${SALIX_CCACHE})
endif()

# What every target of ours is compiled with.
add_library(salix_options INTERFACE)
target_include_directories(salix_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(salix_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wno-unknown-pragmas>
  # No contraction: a formula gives the same bits in the reference and on simt.
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>
  # These change no value, only errno and floating-point traps, which nobody reads. Without
  # them g++ vectorises neither sqrt nor a select: sigmoid of 1 M takes 5.2 ms, not 0.9.
  $<$<COMPILE_LANGUAGE:CXX>:-fno-math-errno>
  $<$<COMPILE_LANGUAGE:CXX>:-fno-trapping-math>)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND SALIX_MARCH)
  target_compile_options(salix_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=${SALIX_MARCH}>)
endif()
if(SALIX_SANITIZE)
  set(salix_sanitize -fsanitize=${SALIX_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_compile_options(salix_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${salix_sanitize}>)
  target_link_options(salix_options INTERFACE ${salix_sanitize})
  target_compile_definitions(salix_options INTERFACE SALIX_SANITIZED)
endif()
if(SALIX_FUZZ)
  target_compile_options(salix_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
