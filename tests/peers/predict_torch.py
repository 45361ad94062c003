#!/usr/bin/env python3
"""Saliency maps of a2s by PyTorch, Pillow and OpenCV, with the original test program's steps.

  predict_torch.py --weights a2s.pth --images DIR --out DIR [--size 320] [--exclude FILE:COLUMN]

Writes DIR/<name>.png at each photograph's own size, to be scored beside salix's with `salix eval`. The excluded names
are word COLUMN of each line of FILE.
"""
import argparse
import pathlib
import sys

import cv2
import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
from a2s_model import A2s  # noqa: E402
from training import load_image  # noqa: E402


def excluded(text):
    path, _, column = text.rpartition(":")
    rows = [line.split() for line in open(path, encoding="utf-8") if not line.startswith("#")]
    return {row[int(column) - 1] for row in rows if row}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--exclude")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    skip = excluded(args.exclude) if args.exclude else set()
    model = A2s()
    model.load_state_dict(torch.load(args.weights, weights_only=True))
    model.eval()
    args.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.images.iterdir()):
        if path.stem in skip:
            continue
        width, height = Image.open(path).size
        with torch.no_grad():
            logits = model(torch.from_numpy(load_image(path, args.size, False))[None])
        p = cv2.resize(torch.sigmoid(logits)[0, 0].numpy(), (width, height), interpolation=cv2.INTER_LINEAR)
        p = np.clip(np.round(p * 255) / 255, 0, 1)
        Image.fromarray((p * 255).astype(np.uint8)).save(args.out / f"{path.stem}.png")


if __name__ == "__main__":
    main()
