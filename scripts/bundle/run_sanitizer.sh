#!/usr/bin/env bash
# Runs the kernels' tests on the GPU under compute-sanitizer. Tools: memcheck (out of bounds,
# misaligned), racecheck (shared memory), initcheck (reads of unwritten memory), synccheck.
# Usage: run_sanitizer.sh [TOOL...] [-- GTEST_ARGS...]     (memcheck and racecheck by default)
set -euo pipefail
source "$(dirname "$0")/environment.sh"
tools=()
while [[ $# -gt 0 && $1 != -- ]]; do tools+=("$1") && shift; done
[[ $# -gt 0 ]] && shift
[[ ${#tools[@]} -gt 0 ]] || tools=(memcheck racecheck)
sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
[[ -x $sanitizer ]] || { echo "run_sanitizer: compute-sanitizer is not here; it comes with the CUDA Toolkit" >&2; exit 1; }
status=0
for tool in "${tools[@]}"; do
  echo "== $tool"
  filter='*/cuda*:-*Slow*:*RealLayer*'
  # These call the vendor's kernels only, which are not ours to check and take hours.
  [[ $tool == racecheck ]] && filter+=':Targets/Conv2d.*:Targets/Matmul.*'
  "$sanitizer" --tool "$tool" --error-exitcode 9 --print-limit 20 \
    "$here/build/tests/kernels_tests" --gtest_brief=1 --gtest_filter="$filter" "$@" || status=1
done
exit $status
