#!/usr/bin/env bash
# Runs the benchmarks of a build folder. Usage: scripts/run_bench.sh BUILD [ARGS...]
set -euo pipefail
build=$1
shift
shopt -s nullglob
for program in "$build"/bench/*_bench; do
  echo "== $(basename "$program")"
  "$program" "$@"
done
