#!/usr/bin/env bash
# Builds tests and benchmarks for one GPU architecture and gathers them with every shared
# library that the other machine may lack (all but CUDA's and the C library's own), so that
# the folder runs where CUDA is installed and nothing else. Usage: scripts/bundle.sh OUT
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-build/bundle}
architecture=${SALIX_BUNDLE_ARCH:-90}

cmake --preset cuda -B build/bundle-build -DSALIX_CUDA_ARCHITECTURES="$architecture" >/dev/null
cmake --build build/bundle-build -j "$(nproc)"
rm -rf "$out"
mkdir -p "$out/bin" "$out/lib" "$out/tests"
cp build/bundle-build/tools/salix build/bundle-build/tests/*_tests "$out/bin/"
find build/bundle-build/bench -maxdepth 1 -type f -executable -exec cp {} "$out/bin/" \;
strip "$out"/bin/*
cp -r tests/golden "$out/tests/golden"
cp -r bench/peers "$out/peers" 2>/dev/null || true

# The loader's and C library's own parts stay behind: they must match the other kernel.
keep_out='linux-vdso|ld-linux|libc\.so|libm\.so|libpthread|libdl|librt|libcuda|libcudart|libcudnn|libcublas|libnvrtc'
for program in "$out"/bin/*; do
  ldd "$program" | awk '/=> \//{print $3}' | grep -vE "$keep_out" || true
done | sort -u | xargs -r -I{} cp -L {} "$out/lib/"

cat > "$out/run_tests.sh" <<'RUN'
#!/usr/bin/env bash
# Runs all tests on this machine's devices, cuda included.
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/lib:${LD_LIBRARY_PATH:-}" SALIX_GOLDEN_DIR="$here/tests/golden"
status=0
for program in "$here"/bin/*_tests; do
  echo "== $(basename "$program")"
  "$program" --gtest_brief=1 "$@" || status=1
done
exit $status
RUN
cat > "$out/run_bench.sh" <<'RUN'
#!/usr/bin/env bash
# Runs all benchmarks, JSON on stdout. Arguments go to Google Benchmark.
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/lib:${LD_LIBRARY_PATH:-}"
for program in "$here"/bin/*_bench; do "$program" --benchmark_format=json "$@"; done
RUN
chmod +x "$out"/run_*.sh
du -sh "$out"
