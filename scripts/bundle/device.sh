#!/usr/bin/env bash
# Everything that needs a GPU, in one call of at most 490 s. Each part runs in a process of its own
# with a time limit; one that fails or runs out of time costs only itself. Eight files go to $OUT
# (./out when unset): parts.jsonl, tests.json, parity.json, bench.json, peers.jsonl,
# conv_plans.jsonl, sanitizer.txt, log.txt; bench/device_results.py reads them. The output ends with
# ten lines that sum it up.
# Usage: device.sh [PART[=SECONDS]...]     (all of: facts smoke tests parity resume bench peers profile sanitize)
#   SALIX_DEVICE            cuda; cpu rehearses the parts, one program at a time and small
#   SALIX_DEVICE_SECONDS    for all parts together (490)
#   SALIX_PYTHON            a Python with PyTorch (python3)
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The limits add up to the total; what a part leaves over is nobody's.
declare -A limits=([facts]=20 [smoke]=15 [tests]=55 [parity]=75 [resume]=60 [bench]=110 [peers]=80 [profile]=30 [sanitize]=45)
order=(facts smoke tests parity resume bench peers profile sanitize)
# shellcheck source=scripts/bundle/device_parts.sh
source "$here/device_parts.sh"

if [[ ${1:-} == --part ]]; then  # this script again, under its limit
  limit=$3
  "part_$2"
  exit
fi

begin=$SECONDS
export SALIX_DEVICE=${SALIX_DEVICE:-cuda} SALIX_PYTHON=${SALIX_PYTHON:-python3}
total=${SALIX_DEVICE_SECONDS:-490}
export OUT=${OUT:-$PWD/out}
mkdir -p "$OUT" && OUT=$(cd "$OUT" && pwd) || exit 1
WORK=$(mktemp -d) && mkdir "$WORK/plans" "$WORK/jobs" || exit 1
export WORK
trap 'rm -rf "$WORK"' EXIT
# Looked for once; `run` finds them again otherwise.
SALIX_CUDA_LIBRARIES=$("$here/run" printenv SALIX_CUDA_LIBRARIES)
export SALIX_CUDA_LIBRARIES
printf '#!/bin/sh\nexec "%s/run" "%s/build/tools/salix" "$@"\n' "$here" "$here" >"$WORK/salix"
chmod +x "$WORK/salix"

wanted=()
for argument in "$@"; do
  name=${argument%%=*}
  if [[ -z ${limits[$name]:-} ]]; then
    echo "device.sh: no part is called $name; there are ${order[*]}" >&2
    exit 2
  fi
  wanted+=("$name")
  [[ $argument == *=* ]] && limits[$name]=${argument#*=}
done
[[ ${#wanted[@]} -gt 0 ]] || wanted=("${order[@]}")
: >"$OUT/parts.jsonl"
: >"$OUT/log.txt"

summary=()
for name in "${wanted[@]}"; do
  started=$SECONDS
  limit=${limits[$name]}
  left=$((total - (SECONDS - begin)))
  [[ $left -lt $limit ]] && limit=$left
  log=$WORK/$name.log
  if [[ $limit -lt 5 ]]; then
    echo "left out: no time" >"$log"
    code=124
  else
    timeout -k 3 "$limit" bash "${BASH_SOURCE[0]}" --part "$name" "$limit" >"$log" 2>&1 &
    group=$!  # timeout leads a process group
    wait "$group"
    code=$?
    kill -KILL -- "-$group" 2>/dev/null  # whatever an inner time limit left running
    [[ $code -eq 124 || $code -eq 137 ]] && echo "stopped after its $limit s" >>"$log"
  fi
  # Here and not in the part: what its programs wrote until the time was over counts too.
  gather "$name" >>"$log" 2>&1 || [[ $code -ne 0 ]] || code=1
  seconds=$((SECONDS - started))
  row=null
  [[ -s $WORK/$name.row.json ]] && row=$(tr -d '\n' <"$WORK/$name.row.json")
  says=$(tail -n 1 "$log" | tr -cd '[:print:]' | sed 's/["\\]//g' | cut -c 1-200)
  printf '{"part":"%s","rc":%d,"seconds":%d,"limit":%d,"says":"%s","data":%s}\n' \
    "$name" $code $seconds "$limit" "$says" "$row" >>"$OUT/parts.jsonl"
  { echo "==== $name"; head -c 1500000 "$log"; } >>"$OUT/log.txt"
  echo "==== $name: exit $code after $seconds s"
  tail -n 14 "$log" | cut -c 1-240
  summary+=("$(printf '%-9s exit %3d %4d s  %s' "$name" $code $seconds "${says:0:150}")")
done
echo
echo "---- in short; all of it took $((SECONDS - begin)) s"
printf '%s\n' "${summary[@]}"
