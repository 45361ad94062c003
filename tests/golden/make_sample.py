#!/usr/bin/env python3
"""Makes the reference data of tests/data/loading/training_sample_test.cpp: what the published loader's
sequence of Pillow and NumPy calls gives, as 64-bit FNV-1a hashes of the float32 bytes.

Run: python3 make_sample.py   (needs 9 <= pillow < 13, numpy). Writes to sample/ beside it.
Inputs are made by the formula noise() of make_image.py and of the test, at the sizes listed here.
"""
import pathlib

import numpy as np
from PIL import Image

from make_image import fnv, noise

OUT = pathlib.Path(__file__).parent / "sample"
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
CASES = [(1, 1, 4), (9, 7, 16), (40, 30, 32), (33, 57, 32), (32, 32, 32), (96, 64, 17), (75, 100, 80)]


def load(height, width, size, flip):
    """Image, mask and modality of one case, as the published loader makes them."""
    image = Image.fromarray(noise(height, width, 3, 1)).convert("RGB").resize((size, size))
    mask = Image.fromarray(noise(height, width, 1, 2)).convert("L").resize((size, size), Image.NEAREST)
    modality = Image.fromarray(noise(height, width, 1, 3)).convert("RGB").resize((size, size))
    if flip:
        image, mask, modality = (x.transpose(Image.FLIP_LEFT_RIGHT) for x in (image, mask, modality))
    x = ((np.asarray(image).astype(np.float32) / 255.0 - MEAN) / STD).astype(np.float32)
    g = np.asarray(mask).astype(np.float64)
    g = ((g - g.min()) / (g.max() - g.min() + 1e-5)).astype(np.float32)
    m = np.asarray(modality).astype(np.float32) / np.float32(255.0)
    return x, g, m


def main():
    OUT.mkdir(exist_ok=True)
    lines = []
    for height, width, size in CASES:
        for flip in (0, 1):
            hashes = [fnv(array) for array in load(height, width, size, flip)]
            lines.append(" ".join(map(str, [height, width, size, flip, *hashes])))
    (OUT / "samples.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
