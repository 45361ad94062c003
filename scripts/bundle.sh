#!/usr/bin/env bash
# Packs the program, tests and benchmarks for one GPU architecture into one archive that runs where
# CUDA 13 and cuDNN 9 are installed and nothing else. OUT/bundle.tar.xz holds the folder bundle/,
# with every shared library that the other machine may lack; bundle/device.sh runs it all.
# Usage: scripts/bundle.sh [OUT]     (.bundle when not given)
#   SALIX_BUNDLE_ARCH    GPU architecture (90)
#   SALIX_BUNDLE_BUILD   build folder (build/bundle-build)
#   SALIX_BUNDLE_XZ      options of xz; "-1" for a rehearsal
#   SKIP_BUILD=1         packs what the build folder holds
#   JOBS                 of the build (all cores)
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-.bundle}
build=${SALIX_BUNDLE_BUILD:-build/bundle-build}
# A GPU alone needs neither MPI nor NCCL, which would be half of the archive. The programs look for
# libraries in bundle/lib; as RPATH (not RUNPATH), so that those libraries' own needs are met too.
options=(
  -DSALIX_CUDA_ARCHITECTURES="${SALIX_BUNDLE_ARCH:-90}" -DSALIX_MPI=OFF
  -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON "-DCMAKE_INSTALL_RPATH=\$ORIGIN/../../lib"
  "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags")
# The programs are static and much alike: the window reaches from one to the next (43 MB without it).
read -ra compress <<<"${SALIX_BUNDLE_XZ:--9e --lzma2=dict=192MiB}"
# Left to the other machine: CUDA's libraries, which belong to its driver, and those of its newer
# compiler and C library, which serve our programs too.
left_out='ld-linux|libc\.so|libm\.so|libpthread|libdl\.so|librt\.so|libstdc\+\+|libgcc_s|libcuda|libcudart|libcudnn|libcublas|libnvrtc|libnvJitLink|libnccl'

if [[ ${SKIP_BUILD:-} != 1 ]]; then
  cmake --preset cuda -B "$build" "${options[@]}" >/dev/null
  cmake --build "$build" -j "${JOBS:-$(nproc)}"
fi
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
bundle=$staging/bundle
mkdir -p "$bundle"/{lib,scripts,build/tools,build/tests,build/bench,tests/engine/io,bench}
cp "$build/tools/salix" "$bundle/build/tools/"
shopt -s nullglob
for program in "$build"/tests/*_tests "$build"/bench/*_bench; do
  cp "$program" "$bundle/${program/#$build/build}"
done
# Names of kernels stay (in .symtab and .nv_fatbin), so that sanitizers and profilers can say them.
strip --strip-debug "$bundle"/build/*/*
cp -r tests/golden tests/peers "$bundle/tests/"
cp tests/engine/io/check_with_torch.py "$bundle/tests/engine/io/"
cp -r bench/peers bench/*.py "$bundle/bench/"
cp scripts/run_tests.sh scripts/run_bench.sh "$bundle/scripts/"
cp scripts/bundle/* "$bundle/"
find "$bundle" -name __pycache__ -prune -exec rm -r {} +
for program in "$bundle"/build/*/*; do
  ldd "$program" | awk '/=> \//{print $3}' | grep -vE "/($left_out)" || true
done | sort -u | xargs -r -I{} cp -L {} "$bundle/lib/"

mkdir -p "$out"
# By name, so that programs that share code are neighbours.
tar --sort=name --owner=0 --group=0 --mtime=@0 -C "$staging" -cf - bundle | xz "${compress[@]}" -T1 -c >"$out/bundle.tar.xz"
du -sh "$bundle/lib" "$bundle/build" "$bundle" | sed "s|$staging/||"
size=$(stat -c %s "$out/bundle.tar.xz")
echo "$out/bundle.tar.xz: $((size / 1000000)) MB"
if [[ $size -gt 40000000 && -z ${SALIX_BUNDLE_XZ:-} ]]; then
  echo "bundle: $out/bundle.tar.xz is larger than 40 MB, the most that is meant to travel" >&2
  exit 1
fi
