#!/usr/bin/env python3
"""Makes crf/*.npy: marginals of pydensecrf, and pseudo labels of the whole CRF branch.

Run: python3 make_crf.py   (needs numpy, opencv and pydensecrf or pydensecrf2). The inputs are the
painted scene of tests/train/crf/crf_scene.h.
"""
import pathlib
import sys

import cv2
import numpy as np
import pydensecrf.densecrf as dcrf
from pydensecrf.utils import unary_from_labels

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from crf_parity import MEAN, STD, marginals  # noqa: E402

OUT = pathlib.Path(__file__).parent / "crf"


def scene(height, width, dark=False):
    y, x = np.mgrid[:height, :width]
    radius, dx, dy = min(height, width) // 4, x - width // 2, y - height // 2
    disc = dx ** 2 + dy ** 2 < radius ** 2
    labels = ((dx - 2) ** 2 + dy ** 2 < radius ** 2) != ((13 * x + 7 * y) % 31 == 0)
    base = np.array([[0, 0, 0] if dark else [60, 90, 130], [180, 120, 60]])
    ramp = (3 * x + 5 * y)[..., None] + 2 * np.arange(3)
    return (base[disc.astype(int)] + ramp % 8).astype(np.uint8), labels.astype(np.uint8), disc


def one_step(guide, labels):
    """Near black at the origin and after one weak step, pydensecrf's padding points show."""
    height, width = labels.shape
    crf = dcrf.DenseCRF2D(width, height, 2)
    crf.setUnaryEnergy(unary_from_labels(labels.astype(np.int32), 2, gt_prob=0.6, zero_unsure=False))
    crf.addPairwiseBilateral(sxy=2, srgb=5, rgbim=guide, compat=1)
    return np.array(crf.inference(1))[1].reshape(height, width)


def main():
    OUT.mkdir(exist_ok=True)
    # Sizes that 4 does not divide, and no more than a row, a column or a pixel.
    for height, width in ((13, 11), (1, 9), (7, 1), (1, 1), (2, 3)):
        guide, labels, _ = scene(height, width, dark=True)
        np.save(OUT / f"dark_{height}x{width}.npy", marginals(guide, labels)[1])
    guide, labels, _ = scene(13, 11, dark=True)
    np.save(OUT / "padding_13x11.npy", one_step(guide + np.uint8(3), labels))
    labels = scene(20, 24)[1]
    np.save(OUT / "constant_guide.npy", marginals(np.full((20, 24, 3), 77, np.uint8), labels)[1])

    guide, _, disc = scene(40, 40)
    y, x = np.mgrid[:40, :40]
    probability = (0.6 * disc + 0.4 * ((37 * x + 59 * y + 3 * x * y) % 256) / 255).astype(np.float32)
    network_input = ((guide.astype(np.float32) / np.float32(255)).astype(np.float64) - MEAN) / STD
    network_input = network_input.astype(np.float32)
    q = (probability * np.float32(255)).astype(np.uint8)
    _, binary = cv2.threshold(q, 0, 1, cv2.THRESH_OTSU)
    restored = ((network_input.astype(np.float64) * STD + MEAN) * 255).astype(np.uint8)
    label = np.argmax(marginals(restored, binary), axis=0).astype(np.uint8)
    np.save(OUT / "label.npy", cv2.medianBlur(label, 7))


if __name__ == "__main__":
    main()
