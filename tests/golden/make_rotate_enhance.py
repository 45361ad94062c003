#!/usr/bin/env python3
"""Makes the reference data of tests/data/image/rotate_test.cpp and enhance_test.cpp: what Pillow's Image.rotate and
ImageEnhance compute, as 64-bit FNV-1a hashes.

Run: python3 make_rotate_enhance.py   (needs pillow, numpy). Writes to image/ beside it.
Inputs are made by the formula noise() of make_image.py and of the tests.
"""
import pathlib

import numpy as np
from PIL import Image, ImageEnhance

from make_image import fnv, noise

OUT = pathlib.Path(__file__).parent / "image"
SIZES = [(1, 1, 1), (1, 9, 3), (9, 1, 1), (2, 2, 3), (7, 9, 1), (13, 13, 3), (40, 31, 1), (75, 100, 3)]
OUTSIDE = 128
ENHANCERS = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color, ImageEnhance.Sharpness)


def write_rotate():
    """Each size by five of the angles of training, another five, and quarter turns."""
    lines, training, more = [], list(range(-15, 15)), [-359, -91, 45, 137, 361]
    for seed, (h, w, c) in enumerate(SIZES):
        image = Image.fromarray(noise(h, w, c, seed))
        # Of the last and largest image all angles that training draws.
        angles = training if seed == len(SIZES) - 1 else training[seed::6]
        for angle in angles + more + [90, 180, 270]:
            outside = OUTSIDE if c == 1 else (OUTSIDE,) * 3
            bicubic = image.rotate(angle, Image.BICUBIC)
            nearest = image.rotate(angle, Image.NEAREST, fillcolor=outside)
            lines.append(f"{h} {w} {c} {seed} {angle} {fnv(np.asarray(bicubic))} {fnv(np.asarray(nearest))}")
    (OUT / "rotate_pillow.txt").write_text("\n".join(lines) + "\n")


def write_enhance():
    """Every tenth from 0 to 3.0 for an image, some for the others."""
    lines = []
    for seed, (h, w, c) in enumerate(SIZES):
        image = Image.fromarray(noise(h, w, c, 50 + seed))
        tenths = range(31) if seed == len(SIZES) - 1 else (0, 3, 5, 10, 13, 20, 27)
        for tenth in tenths:
            hashes = [fnv(np.asarray(enhancer(image).enhance(tenth / 10.0))) for enhancer in ENHANCERS]
            lines.append(" ".join(map(str, [h, w, c, 50 + seed, tenth, *hashes])))
    (OUT / "enhance_pillow.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write_rotate()
    write_enhance()
