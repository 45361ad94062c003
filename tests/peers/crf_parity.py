#!/usr/bin/env python3
"""`salix crf` against pydensecrf on real photographs.

  crf_parity.py SALIX IMAGES MASKS WORKDIR [--count 20] [--size 320] [--device cpu]

IMAGES and MASKS are folders with one name per pair (ECSSD, say). The masks, blurred and with noise,
are the maps to refine. At --size 0 the images keep their own size, among them sizes that 4 does not
divide. The labels after Otsu, CRF and median must be equal, and every marginal within 1e-4 of
pydensecrf's. Where one is not, float64 is the judge: ten iterations amplify float32's rounding in
half-decided pixels, and salix must be nearer to the judge than pydensecrf, and within 1e-4. Exits
1 otherwise. Needs numpy, pillow < 13, opencv and pydensecrf (or pydensecrf2).
"""
import argparse
import pathlib
import subprocess
import sys

import cv2
import numpy as np
import pydensecrf.densecrf as dcrf
from PIL import Image
from pydensecrf.utils import unary_from_labels

from dense_crf_float64 import dense_crf

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
TOLERANCE = 1e-4


def guide_of(image, size):
    """The network's input brought back to 8 bits, with the test program's truncation."""
    if size == 0:
        return np.array(image)
    pixels = np.asarray(image.resize((size, size), Image.BICUBIC)).astype(np.float32) / np.float32(255)
    network_input = ((pixels.astype(np.float64) - MEAN) / STD).astype(np.float32)
    return ((network_input.astype(np.float64) * STD + MEAN) * 255).astype(np.uint8)


def marginals(guide, labels):
    height, width = labels.shape
    crf = dcrf.DenseCRF2D(width, height, 2)
    # It reads 0 as "unsure" unless told otherwise.
    crf.setUnaryEnergy(unary_from_labels(labels.astype(np.int32), 2, gt_prob=0.7, zero_unsure=False))
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=np.ascontiguousarray(guide), compat=10)
    return np.array(crf.inference(10)).reshape(2, height, width)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salix")
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("masks", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()

    names = sorted(p.stem for p in args.masks.glob("*.png"))[:args.count]
    maps, photos, out = args.work / "maps", args.work / "photos", args.work / "out"
    for folder in (maps, photos):
        folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(3)
    for name in names:
        # PNG, so that both sides see the same pixels: JPEG decoders differ by a level.
        image = Image.open(next(args.images.glob(name + ".*"))).convert("RGB")
        image.save(photos / f"{name}.png")
        height, width = (args.size, args.size) if args.size else (image.height, image.width)
        mask = np.asarray(Image.open(args.masks / f"{name}.png").convert("L").resize((width, height)))
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 9) * 0.8 + random.normal(20, 25, mask.shape)
        Image.fromarray(soft.clip(0, 255).astype(np.uint8)).save(maps / f"{name}.png")
    subprocess.run([args.salix, "crf", *[str(photos / f"{n}.png") for n in names], "--maps", maps, "-o", out,
                    "--size", str(args.size), "--probability", "--device", args.device], check=True)

    worst, different, judged, failed = 0.0, 0, [], 0
    for name in names:
        image = Image.open(photos / f"{name}.png")
        _, binary = cv2.threshold(np.asarray(Image.open(maps / f"{name}.png")), 0, 1, cv2.THRESH_OTSU)
        guide, found = guide_of(image, args.size), np.load(out / f"{name}_probability.npy")
        q = marginals(guide, binary)
        distance = float(np.abs(found - q[1]).max())
        worst = max(worst, distance)
        if distance > TOLERANCE:
            judge = dense_crf(guide, binary)
            ours, theirs = float(np.abs(found - judge).max()), float(np.abs(q[1] - judge).max())
            judged.append((ours, theirs))
            failed += ours > TOLERANCE or ours > theirs
        labels = cv2.medianBlur(np.argmax(q, axis=0).astype(np.uint8), 7)
        if args.size:
            labels = cv2.resize(labels, (image.width, image.height), interpolation=cv2.INTER_LINEAR)
        different += int((np.asarray(Image.open(out / f"{name}.png")) != labels * 255).sum())
    size = f"{args.size}x{args.size}" if args.size else "their own sizes"
    print(f"{len(names)} images at {size} on {args.device}: marginals differ by at most {worst:.1e}, "
          f"{different} label pixels differ")
    if judged:
        print(f"{len(judged)} images beyond {TOLERANCE:.0e}; there salix is within {max(o for o, _ in judged):.1e} of "
              f"float64, pydensecrf within {max(t for _, t in judged):.1e}")
    return 0 if names and failed == 0 and different == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
