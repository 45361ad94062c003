#!/usr/bin/env bash
# The demo of learning from scribbles: painted scenes with depth and a few strokes each, the network of image and depth, and
# what it says of scenes that it has not seen: maps, embeddings as colours, scores, a contact sheet and a report.
# Usage: [THREADS=N] scripts/demo_dhfr.sh SALIX OUT
set -euo pipefail
salix=$1 out=$2

training_scenes=24
test_scenes=8
iterations=90
batch=2
learning_rate=5e-4
augmentation=on  # off: --no-augmentation
seed=1

rm -rf "$out"
mkdir -p "$out"
"$salix" info
more=()
if [[ $augmentation == off ]]; then more+=(--no-augmentation); fi

echo "1. Painted scenes with depth: $training_scenes with scribbles to learn from, $test_scenes with masks to be judged by"
"$salix" synth -o "$out/dataset" --tasks d --scribbles --train "$training_scenes" --test "$test_scenes" --test-set d=NJUD \
  --seed 7

echo "2. The pipeline: training from scribbles ($iterations iterations of $batch), evaluation, embeddings, report"
"$salix" pipeline --task d --recipe scribble --list "$out/dataset/d_RGBD-TR_scribble.txt" --data-path "$out/dataset" \
  --test-set d=NJUD --iterations "$iterations" --batch "$batch" --lr "$learning_rate" "${more[@]}" \
  --pictures-every $((iterations > 4 ? iterations / 4 : 1)) --seed "$seed" --run-dir "$out/run" --device cpu \
  --threads "${THREADS:-2}" --sheet-images "$test_scenes"
cp "$out/run/contact_sheet.png" "$out/run/report.html" "$out/"

cat <<EOT

Done. What to look at, and what it means:
  $out/contact_sheet.png        image, depth, saliency map, embedding, truth of the scenes that were not learned from
  $out/report.html              everything on one page, with what the training saw: open it in a browser
  $out/run/scores/              scores per set and per image, curves
  $out/run/training/pictures/   panels on the way: strokes, regions, maps, the embedding as colours
  $out/dataset/                 the painted scenes, their strokes, and the list that training reads
Strokes name one or two pixels of a hundred; all others are told by what looks alike. In the embedding alike pixels have alike
colours: where object and ground part there, the regularization works. Both encoders start from random weights, as no pretrained
file comes with salix, and the published training has 109,250 iterations of four; so these scores say nothing about real data.
EOT
