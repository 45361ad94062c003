# The parts of device.sh, which sources this. Each prints what it found, a one-line conclusion last.
# $here: the bundle; $WORK: scratch; $OUT: results; $limit: the part's seconds.
# shellcheck shell=bash disable=SC2154

ours() { "$here/run" "$@"; }
salix() { ours "$here/build/tools/salix" "$@"; }
collect() { "$SALIX_PYTHON" "$here/collect.py" "$@"; }
on_cuda() { [[ $SALIX_DEVICE == cuda ]]; }

# Ends the part where there is no GPU, counted as skipped (77).
needs_device() {
  local facts
  if ! facts=$(salix info --json); then
    echo "salix does not start on this machine"
    exit 1
  fi
  ! on_cuda || sed -n '/"devices"/,/]/p' <<<"$facts" | grep -q cuda && return 0
  echo "skipped: no CUDA device on this machine"
  exit 77
}

# job NAME COMMAND...: beside the others, until `wait`; ends a little before the part has to.
# Leaves jobs/NAME.log and .rc.
job() {
  local name=$1 started=$SECONDS seconds=$((limit - 8 - SECONDS))  # SECONDS: of the part so far
  shift
  [[ $seconds -gt 0 ]] || seconds=1
  on_cuda || seconds=0
  {
    SALIX_CUDNN_LOG=$WORK/plans/$name.jsonl timeout --foreground -k 2 $seconds "$@" >"$WORK/jobs/$name.log" 2>&1
    echo "$? $((SECONDS - started))" >"$WORK/jobs/$name.rc"
  } &
  on_cuda || wait
}

# Until fewer than COUNT jobs run: more of them than cores only wait for each other.
room() {
  while [[ $(jobs -rp | wc -l) -ge $1 ]]; do wait -n; done
}

# check NAME COMMAND...: at once, with the same traces as a job.
check() {
  local name=$1
  shift
  "$@" >"$WORK/jobs/$name.log" 2>&1
  echo "$? 0" >"$WORK/jobs/$name.rc"
}

part_facts() {
  command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader | tee "$WORK/gpu"
  ours ldd "$here/build/tools/salix" | grep -E 'cud|cubl' | sed 's/ (0x.*//' | tee "$WORK/libraries"
  local lacking
  lacking=$(ours ldd "$here/build/tools/salix" | awk '/not found/ {print $1}' | tr '\n' ' ')
  salix info --json >"$WORK/info.json"
  collect facts "$WORK" >"$WORK/facts.row.json"
  cat "$WORK/facts.row.json"
  if [[ -n $lacking ]]; then
    echo "this machine lacks $lacking(CUDA 13 and cuDNN 9 are needed)"
    return 1
  fi
  needs_device
  echo "$(cat "$WORK/gpu" 2>/dev/null || echo cpu); $(grep -c . "$WORK/libraries") CUDA libraries found"
}

# What everything else stands on, and the convolution plans of the tests' odd shapes.
part_smoke() {
  needs_device
  local suite target=cuda failed
  on_cuda || target=reference
  for suite in Conv2d Matmul BatchNorm; do
    job "smoke-$suite" "$here/run" "$here/build/tests/kernels_tests" --gtest_filter="*/$suite.*/$target*:-*Slow*:*RealLayer*"
  done
  wait
  grep -hE '^\[  PASSED|^\[  FAILED|Failure|error' "$WORK"/jobs/smoke-*.log | head -n 60
  failed=$(sed -n 's/^\[  FAILED  \] \([^ ,]*\).*ms)$/\1/p' "$WORK"/jobs/smoke-*.log | head -n 3 | paste -sd:)
  if [[ -n $failed ]]; then  # again, with the library's own words
    echo "-- once more with cuDNN's log: $failed"
    CUDNN_LOGLEVEL_DBG=2 CUDNN_LOGDEST_DBG=$WORK/cudnn.log ours "$here/build/tests/kernels_tests" --gtest_brief=1 --gtest_filter="$failed" | head -n 60
    tail -n 60 "$WORK/cudnn.log" | cut -c 1-300
  fi
  outcome smoke
}

# The one-line conclusion about all jobs called NAME-*; fails when one of them failed by itself.
outcome() {
  local name log code started=0 bad=() late=()
  for log in "$WORK/jobs/$1"-*.log; do
    name=$(basename "$log" .log)
    started=$((started + 1))
    code=$(cut -d' ' -f1 "${log%.log}.rc" 2>/dev/null || echo 124)
    [[ $code == 124 || $code == 137 ]] && late+=("${name#"$1"-}")
    [[ $code == 0 || $code == 124 || $code == 137 ]] || bad+=("${name#"$1"-}")
  done
  echo "$started run, ${#bad[@]} failed${bad[*]:+: ${bad[*]}}; ${#late[@]} out of time${late[*]:+: ${late[*]}}"
  [[ ${#bad[@]} -eq 0 ]]
}

# Every suite in a process of its own: one that dies costs only its own tests.
part_tests() {
  needs_device
  local program target=cuda
  on_cuda || target=reference
  for program in kernels engine layers models train; do
    ours "$here/build/tests/${program}_tests" --gtest_list_tests --gtest_filter="*/$target*:*Cuda*.*:-*Slow*:*RealLayer*" |
      sed -n "s/^\([^ ].*\)\.\( .*\)\?$/$program \1/p"
  done >"$WORK/suites"
  export here target seconds=$((limit - 8))
  mkdir -p "$WORK/tests"
  # shellcheck disable=SC2016
  xargs -a "$WORK/suites" -P 8 -L1 bash -c '
    file=$WORK/tests/$0-${1//\//_}
    [[ $1 == *Cuda* ]] && tests="$1.*" || tests="$1.*/$target*"
    timeout --foreground -k 2 "$seconds" "$here/run" "$here/build/tests/$0_tests" --gtest_filter="$tests:-*Slow*:*RealLayer*" \
      --gtest_output=json:"$file.json" >"$file.log" 2>&1
    echo $? >"$file.rc"'
}

# Networks beside PyTorch, training twice, CRF on both devices; side by side, since nothing here is
# timed, and the slowest first.
part_parity() {
  needs_device
  local network mode run size=192 steps=(--size 320 --batch 4) images=16 modes='none bf16 tf32'
  on_cuda || { size=64 steps=(--size 160 --batch 2) images=6 modes=none; }
  salix synth -o "$WORK/data" --tasks ct --train $images --test 0 --train-set c=painted --train-set t=heated --seed 7
  salix synth -o "$WORK/scenes" --count 6 --seed 3
  for network in midnet cornet a2s; do
    for mode in eval train; do
      job "parity-$network-$mode" env OMP_NUM_THREADS=4 "$SALIX_PYTHON" "$here/tests/peers/network_parity.py" "$network" "$WORK/salix" \
        "$WORK/parity-$network-$mode" --size $size --batch 2 --mode $mode --device "$SALIX_DEVICE"
    done
  done
  for network in $SALIX_DEVICE cpu; do
    job "parity-crf-$network" "$WORK/salix" crf "$WORK/scenes/images" --maps "$WORK/scenes/masks" --device "$network" \
      --threads 4 --out "$WORK/labels-$network"
  done
  local data=(--data-path "$WORK/data" --train-set c=painted --train-set t=heated
    --pseudo "c=$WORK/data/painted/segmentations" --pseudo "t=$WORK/data/RGBT/heated/GT")
  for network in midnet a2s cornet; do
    local own=(--trset c)
    [[ $network == a2s ]] && own+=(--no-labels --tune 1)  # so that the encoder learns too, in epoch 2
    [[ $network == midnet ]] && own=(--trset t)
    for mode in $modes; do
      local precision=(--amp "$mode")
      [[ $mode == tf32 ]] && precision=(--tf32)
      [[ $mode == tf32 && $network != a2s ]] && continue
      for run in 1 2; do
        room 12
        job "parity-train-$network-$mode-$run" "$WORK/salix" train "$network" --device "$SALIX_DEVICE" "${precision[@]}" "${data[@]}" "${own[@]}" \
          "${steps[@]}" --epochs 2 --seed 5 --threads 2 --workers 2 --run-dir "$WORK/runs/$network-$mode-$run"
      done
    done
  done
  wait
  check parity-crf-same diff -r "$WORK/labels-$SALIX_DEVICE" "$WORK/labels-cpu"
  for run in "$WORK"/runs/*-1; do
    run=${run%-1}
    mode=$(basename "$run")
    check "parity-twice-$mode" cmp "$run-1/metrics.jsonl" "$run-2/metrics.jsonl"
    check "parity-weights-$mode" salix weights diff "$run"-1/*_2.pth "$run"-2/*_2.pth
  done
}

# A run that is killed three times beside one that is not; alone, since it waits for its own steps.
part_resume() {
  needs_device
  job resume-a2s "$SALIX_PYTHON" "$here/tests/peers/kill_and_resume.py" "$WORK/salix" "$WORK/resume" \
    --device "$SALIX_DEVICE" --pictures 8 --at 2 7 10
  wait
  cat "$WORK/jobs/resume-a2s.log"
  outcome resume
}

# Google Benchmark writes a row as soon as it has it: what the limits cut off is the end.
part_bench() {
  needs_device
  local network networks='^(a2s|cornet|midnet)_' kernels='/large_'
  on_cuda || networks='a2s_inference/batch:1' kernels='softmax'
  mkdir -p "$WORK/bench"
  salix synth -o "$WORK/pictures" --count 32 --seed 3
  salix synth -o "$WORK/thermal" --tasks t --train 32 --test 0 --train-set t=heated --seed 3
  export SALIX_BENCH_DEVICE=$SALIX_DEVICE SALIX_BENCH_IMAGES=$WORK/pictures/images SALIX_BENCH_SET=$WORK/thermal/RGBT/heated
  bench networks networks $((limit * 41 / 100)) "${SALIX_DEVICE_NETWORKS:-$networks}" 0.2
  local -A share=([a2s]=13 [cornet]=11 [midnet]=16)
  for network in a2s cornet midnet; do
    salix weights init "$network" "$WORK/$network.pth" --seed 3
    export SALIX_BENCH_WEIGHTS=$WORK/$network.pth
    # Of a2s the scales 1 and 2: the others are between.
    [[ $network == a2s ]] && networks='stage1_step.*/scale:[12]/' || networks=stage2_step/$network
    bench "train-$network" train $((limit * ${share[$network]} / 100)) "$networks"
  done
  bench kernels kernels $((limit * 9 / 100)) "$kernels" 0.02
  on_cuda && bench convolutions kernels $((limit * 4 / 100)) conv2d 0.02
  return 0
}

# bench NAME PROGRAM LIMIT_S FILTER [SECONDS]: rows go to bench/NAME.json.
bench() {
  [[ -x $here/build/bench/$2_bench ]] || { echo "-- no $2_bench in this bundle"; return; }
  SALIX_CUDNN_LOG=$WORK/plans/bench-$1.jsonl timeout --foreground -k 3 "$3" "$here/run" "$here/build/bench/$2_bench" \
    --benchmark_filter="$4" --benchmark_min_time="${5:-0.3}" --benchmark_out="$WORK/bench/$1.json" --benchmark_out_format=json
  echo "-- $1: exit $?"
}

part_peers() {
  needs_device
  local more=()
  on_cuda || more=(--networks a2s --size 64 --batches 2 --seconds 0.1 --modes eager)
  "$SALIX_PYTHON" "$here/bench/peers/gpu_peers.py" --out "$OUT/peers.jsonl" --device "$SALIX_DEVICE" --deadline $((limit - 12)) "${more[@]}"
}

# Where a training step goes, by op; the profiler waits after each, so that the sum is no step's time.
part_profile() {
  needs_device
  local amp data=(--train-set "c=$WORK/frames" --trset c --no-labels --device "$SALIX_DEVICE" --seed 5 --epochs 1 --threads 4)
  on_cuda && data+=(--batch 8) || data+=(--batch 2 --size 160)
  salix synth -o "$WORK/frames" --count 64 --seed 3
  for amp in none bf16; do
    echo "-- a2s, amp $amp: per op"
    salix train a2s "${data[@]}" --amp $amp --profile --run-dir "$WORK/runs/profile-$amp" 2>&1 | tail -n 45
  done
  [[ -s $WORK/runs/profile-bf16/profile.json ]] || { echo "no profile was written"; return 1; }
  echo "two runs profiled"
}

# Our kernels only: the vendor's are not ours to check and take hours. Shards share the GPU.
part_sanitize() {
  needs_device
  local sanitizer tool shard shards=4
  sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
  [[ -x $sanitizer ]] || { echo "skipped: no compute-sanitizer on this machine"; return 77; }
  salix synth -o "$WORK/few" --count 4 --seed 3
  for tool in memcheck racecheck; do
    local options=(--tool "$tool" --kernel-name kns=salix --error-exitcode 9 --print-limit 20)
    for ((shard = 0; shard < shards; ++shard)); do
      job "sanitize-$tool-$shard" env GTEST_TOTAL_SHARDS=$shards GTEST_SHARD_INDEX=$shard "$here/run" "$sanitizer" "${options[@]}" \
        "$here/build/tests/kernels_tests" --gtest_filter='*/cuda*:-*Slow*:*RealLayer*:*Conv2d*:*Matmul*:*Permutohedral*'
    done
  done
  job sanitize-train "$here/run" "$sanitizer" --tool memcheck --kernel-name kns=salix --error-exitcode 9 --print-limit 20 \
    "$here/build/tools/salix" train a2s --device cuda --train-set "c=$WORK/few" --trset c --epochs 1 --batch 2 --size 160 \
    --no-labels --run-dir "$WORK/runs/sanitize"
  wait
}

# What a part's programs have left, as one file in $OUT; also called when its time is over.
gather() {
  local file
  case $1 in
    tests) [[ -d $WORK/tests ]] && collect tests "$WORK/tests" "$OUT/tests.json" ;;
    parity) ls "$WORK"/jobs/parity-* >/dev/null 2>&1 && collect parity "$WORK" "$OUT/parity.json" ;;
    bench) [[ -d $WORK/bench ]] && collect bench "$WORK/bench" "$OUT/bench.json" ;;
    peers)
      [[ -s $OUT/peers.jsonl ]] &&
        echo "$(grep -c '"ms"' "$OUT/peers.jsonl") rows timed, $(grep -c '"error"' "$OUT/peers.jsonl") failed, $(grep -c left_out "$OUT/peers.jsonl") left out"
      ;;
    sanitize)
      : >"$OUT/sanitizer.txt"
      for file in "$WORK"/jobs/sanitize-*.log; do
        [[ -f $file ]] || continue
        {
          echo "==== $(basename "$file" .log), $(grep -c '^\[       OK' "$file") tests passed in it"
          grep -E '^=====|FAILED|PASSED' "$file" | head -c 1200000
        } >>"$OUT/sanitizer.txt"
      done
      grep -hE '^==== |ERROR SUMMARY|RACECHECK SUMMARY|^========= (Invalid|Error|Race|Misaligned)' "$OUT/sanitizer.txt" | sort | uniq -c | head -n 30
      ls "$WORK"/jobs/sanitize-*.log >/dev/null 2>&1 && outcome sanitize
      ;;
  esac
  local code=$?
  [[ $1 == tests || $1 == parity || $1 == bench || $1 == sanitize ]] || code=0
  for file in "$WORK"/plans/*.jsonl; do
    [[ -s $file ]] && sed "s/^{/{\"run\":\"$(basename "$file" .jsonl)\",/" "$file"
  done | head -c 8000000 >"$OUT/conv_plans.jsonl"
  return $code
}
