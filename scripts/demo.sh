#!/usr/bin/env bash
# The demo: a generated data set in, stage-1 training, pseudo labels, scores and contact sheets out, on the CPU.
# Usage: [THREADS=N] scripts/demo.sh SALIX OUT   (one thread is faster where other programs keep the cores busy)
set -euo pipefail
salix=$1 out=$2
rm -rf "$out"
mkdir -p "$out"
sets=(--data-path "$out/dataset" --test-set c=ECSSD --pseudo-root "$out/pseudo")
cpu=(--device cpu --threads "${THREADS:-$(nproc)}")
size=160
"$salix" info

echo "1. Data sets of painted scenes, in the real folders: 96 to train on, 24 to test on"
"$salix" synth -o "$out/dataset" --tasks c --train 96 --test 24 --test-set c=ECSSD --seed 7

echo "2. The untrained network on the test set: its scores, and the same after the dense CRF"
"$salix" weights init a2s "$out/initial.safetensors" --seed 1
"$salix" test a2s --weight "$out/initial.safetensors" --vals ce "${sets[@]}" --size $size "${cpu[@]}"
"$salix" test a2s --weight "$out/initial.safetensors" --vals ce "${sets[@]}" --size $size "${cpu[@]}" --crf

echo "3. Stage 1: three epochs without any label, then pseudo labels with the dense CRF"
"$salix" train a2s --weight "$out/initial.safetensors" --trset c "${sets[@]}" --size $size --batch 4 --epochs 3 \
  --seed 1 --run-dir "$out/run" "${cpu[@]}"
trained=$out/run/a2s_base_3.pth

echo "4. The trained network on the test set; its scores, and the same after the dense CRF"
"$salix" test a2s --weight "$trained" --vals ce "${sets[@]}" --size $size "${cpu[@]}" --report "$out/scores"
"$salix" test a2s --weight "$trained" --vals ce "${sets[@]}" --size $size "${cpu[@]}" --crf --save \
  --save-path "$out/result"

echo "5. Maps of the test set's first pictures"
mapfile -t pictures < <(find "$out/dataset/ECSSD/images" -name '*.jpg' | sort | head -n 6)
"$salix" predict a2s --weight "$trained" "${pictures[@]}" -o "$out/maps" --size $size --overlay \
  --contact-sheet "$out/contact_sheet.png" "${cpu[@]}"

cat <<EOT

Done. What to look at, and what it means:
  $out/contact_sheet.png        image, saliency map, overlay
  $out/maps/                    the maps as files
  $out/pseudo/c/DUTS-TR/        pseudo labels: what stage 2 would learn from
  $out/result/                  the test set's maps after the dense CRF
  $out/scores/                  scores of every picture, curves as SVG
  $out/run/                     the run: manifest, metrics.jsonl, checkpoints, weights of every epoch
Compare the tables of 2 and 4. Three epochs without labels make the maps decided (S up, MAE down) but rank the pixels
no better (Max-F); with the dense CRF, which needs decided maps, all scores rise. One part of that is no learning: the
batch norms' statistics settle. The other part is easy here, painted scenes being cleaner than photographs, and the
encoder has random weights, as no pretrained file comes with salix. So these scores say nothing about real data: there,
start from MoCo-v2 with salix train a2s --pretrain FILE.
EOT
