#!/usr/bin/env bash
# Builds the program, tests and benchmarks for one GPU architecture and gathers them with what
# they read and every shared library that the other machine may lack (all but CUDA's and the C
# library's own), so that the folder runs where CUDA is installed and nothing else.
# Usage: scripts/bundle.sh OUT     ($SALIX_BUNDLE_ARCH: 90 when unset; $JOBS)
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-build/bundle}
architecture=${SALIX_BUNDLE_ARCH:-90}
work=build/bundle-build

cmake --preset cuda -B "$work" -DSALIX_CUDA_ARCHITECTURES="$architecture" >/dev/null
cmake --build "$work" -j "${JOBS:-$(nproc)}"
rm -rf "$out"
mkdir -p "$out"/{lib,scripts,build/tools,build/tests,build/bench,tests/engine/io,bench}
cp "$work/tools/salix" "$out/build/tools/"
cp "$work"/tests/*_tests "$out/build/tests/"
cp "$work"/bench/*_bench "$out/build/bench/"
# Names of kernels stay (in .symtab and .nv_fatbin), so that sanitizers and profilers can say them.
strip --strip-debug "$out"/build/*/*
cp -r tests/golden tests/peers "$out/tests/"
cp tests/engine/io/check_with_torch.py "$out/tests/engine/io/"
cp -r bench/peers bench/*.py "$out/bench/"
cp scripts/run_tests.sh scripts/run_bench.sh "$out/scripts/"
cp scripts/bundle/* "$out/"

# The loader's and C library's own parts stay behind: they must match the other kernel.
keep_out='linux-vdso|ld-linux|libc\.so|libm\.so|libpthread|libdl|librt|libcuda|libcudart|libcudnn|libcublas|libnvrtc'
for program in "$out"/build/*/*; do
  ldd "$program" | awk '/=> \//{print $3}' | grep -vE "$keep_out" || true
done | sort -u | xargs -r -I{} cp -L {} "$out/lib/"
du -sh "$out"
