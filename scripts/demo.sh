#!/usr/bin/env bash
# The demo: generated scenes in, saliency maps and a contact sheet out, on the CPU.
# Usage: scripts/demo.sh SALIX OUT
set -euo pipefail
salix=$1 out=$2
rm -rf "$out"
mkdir -p "$out"
"$salix" info
echo "1. Six scenes with their masks, drawn from seed 7"
"$salix" synth -o "$out/scenes" --count 6 --seed 7
echo "2. Initial weights of a2s (untrained: no training data are needed for the demo)"
"$salix" weights init a2s "$out/a2s_initial.safetensors" --seed 1
echo "3. Saliency maps"
"$salix" predict a2s --weight "$out/a2s_initial.safetensors" "$out/scenes/images" -o "$out/maps" \
  --overlay --cutout --contact-sheet "$out/contact_sheet.png" --device cpu
echo "Look at $out/contact_sheet.png (image, map, overlay) and $out/maps/."
