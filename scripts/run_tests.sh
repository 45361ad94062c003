#!/usr/bin/env bash
# Runs every test program of a build folder and prints one closing line with the counts.
# Usage: scripts/run_tests.sh BUILD [--fast]     (--fast leaves out what takes long)
set -uo pipefail

build=$1
filter='*'
# Of the whole trainings --fast keeps those that resume, trace and join; the others do the same again.
[[ ${2:-} == --fast ]] && filter='-*Slow*:*RealLayer*:AutocastTraining.*:TrainingRunTest.A*:TrainingRunTest.B*:TrainingRunTest.O*'
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT-1000}  # as the program itself (engine/short_waits.h)
passed=0 failed=0 skipped=0 status=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

shopt -s nullglob
programs=("$build"/tests/*_tests)
if [[ ${#programs[@]} -eq 0 ]]; then
  echo "run_tests: no test programs in $build/tests; build first" >&2
  exit 1
fi
for program in "${programs[@]}"; do
  echo "== $(basename "$program")"
  "$program" --gtest_brief=1 --gtest_filter="$filter" >"$log" 2>&1
  code=$?
  # Failures only: skips are summed up below.
  awk '/: Skipped$/ {skip = 1; next} skip {skip = 0; next} 1' "$log" |
    grep -vE '^(Running main|Note: |\[  (PASSED|SKIPPED) |\[==========\]|$)' | head -n 400
  # Why tests were skipped, each reason once with its count.
  grep -A1 ': Skipped$' "$log" | grep -vE ': Skipped$|^--$|^$' | sort | uniq -c | sed 's/^ */   skipped /'
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
  bad=$(grep -c '^\[  FAILED  \] .*ms)$' "$log")
  skip=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
  passed=$((passed + ${ok:-0})) failed=$((failed + bad)) skipped=$((skipped + ${skip:-0}))
  if [[ $code -ne 0 ]]; then
    status=1
    if [[ $bad -eq 0 ]]; then  # it died before it could count
      failed=$((failed + 1))
      tail -n 40 "$log"
      echo "run_tests: $(basename "$program") ended with exit code $code"
    fi
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $passed -eq 0 ]] && status=1
exit $status
