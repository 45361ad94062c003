#!/usr/bin/env bash
# clang-tidy over our sources, with the checks of .clang-tidy; warnings are errors.
# Files that passed are remembered by content (of the file and all it includes), so a
# second run checks only what changed. Usage: [LINT_SINCE=COMMIT] scripts/lint.sh BUILD [FILE...]
# With LINT_SINCE only sources that changed since then, if the checkout reaches back so far.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
[[ -f $build/compile_commands.json ]] || { echo "lint: configure first (no $build/compile_commands.json)" >&2; exit 1; }
if [[ $# -gt 0 ]]; then
  files=("$@")
else
  mapfile -t files < <(git ls-files '*.cpp' | grep -v '_cudnn.cpp$\|_cublas.cpp$\|/cuda/\|/cudnn/\|/cublas/\|^tests/\|^bench/')
fi
if [[ $# -eq 0 && -n ${LINT_SINCE:-} ]] && git rev-parse -q --verify "$LINT_SINCE^{commit}" >/dev/null; then
  mapfile -t files < <(git diff --name-only --diff-filter=d "$LINT_SINCE" -- "${files[@]}")
fi
cmake --build "$build" --target salix_event_messages >/dev/null  # makes event.pb.h, which a source includes
cache=${SALIX_LINT_CACHE:-$HOME/.cache/salix-lint}
mkdir -p "$cache"
export build cache
lint_one() {
  local source key
  grep -qF "/$1\"" "$build/compile_commands.json" || return 0  # not part of this build: a twin, or an optional library
  source=$(g++ -std=c++20 -fopenmp -I. -isystem "$build/train" -isystem /usr/include/opencv4 -isystem /usr/lib/x86_64-linux-gnu/openmpi/include -E -P "$1") || { echo "lint: $1"; return 1; }
  key=$({ cat .clang-tidy; clang-tidy --version; printf '%s\n' "$source"; } | sha256sum | cut -c1-40)
  [[ -e $cache/$key ]] && return 0
  if clang-tidy --quiet -p "$build" "$1" 2>/dev/null; then touch "$cache/$key"; else echo "lint: $1"; return 1; fi
}
export -f lint_one
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'lint_one {}'
echo "lint: ${#files[@]} files are clean"
