#!/usr/bin/env bash
# Formats all sources with clang-format, or checks them. Usage: scripts/format.sh [--check]
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.h' '*.cpp' '*.cu')
if [[ ${1:-} == --check ]]; then
  clang-format --dry-run --Werror "${files[@]}"
  echo "format: ${#files[@]} files are as clang-format wants them"
else
  clang-format -i "${files[@]}"
fi
