#!/bin/sh
# Runs every fuzz target for SECONDS (default 60), one after the other, from seeds made of
# the golden files. Ends with an error when any finds something; the input is kept.
#   tests/fuzz/run.sh [SECONDS] [TARGET...]
set -eu
seconds=${1:-60}
[ $# -gt 0 ] && shift
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${SALIX_FUZZ_BUILD:-$source/build/fuzz}
[ -f "$build/build.ninja" ] || cmake -S "$source" --preset fuzz -B "$build"
cmake --build "$build" --target salix_fuzz

programs=$build/tests/fuzz
corpus=$programs/corpus
findings=$programs/findings
mkdir -p "$findings"
"$programs/fuzz_seeds" "$source/tests/golden/io" "$corpus"
mkdir -p "$corpus/fuzz_image"
cp "$source"/tests/golden/image/*.png "$source"/tests/golden/image/*.jpg "$source"/tests/golden/image/*.bmp "$corpus/fuzz_image"
[ $# -gt 0 ] || set -- $(cd "$source/tests/fuzz" && ls fuzz_*.cpp | sed 's/\.cpp$//')

failed=""
for target in "$@"; do
  mkdir -p "$corpus/$target"
  log=$findings/$target.log
  if "$programs/$target" "$corpus/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -artifact_prefix="$findings/$target-" -print_final_stats=1 >"$log" 2>&1; then
    echo "$target: nothing found, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
  else
    echo "$target: FINDING, see $log and $findings/$target-*"
    tail -n 40 "$log"
    failed="$failed $target"
  fi
done
[ -z "$failed" ] || { echo "fuzzing found faults in:$failed"; exit 1; }
