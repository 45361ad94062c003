#!/usr/bin/env python3
"""Makes the reference data of tests/train/recipes/supervised: SALOD's sequence of NumPy and Pillow calls with the
project's random draws, as 64-bit FNV-1a hashes of the float32 bytes.

Run: python3 make_supervised.py   (needs 9 <= pillow < 13, numpy). Writes to supervised/ beside it.
Inputs are made by the formula noise() of make_image.py and of the test, at the sizes listed here.
"""
import pathlib
import sys

import numpy as np
from PIL import Image

from make_image import fnv, noise

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "bench" / "peers"))
from draws import bits, flip  # noqa: E402

CROP, BATCH_SIZE = 0x5A10D2, 0x5A10D1
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
CASES = [(1, 1, 4), (7, 40, 16), (40, 7, 16), (48, 80, 32), (33, 57, 64), (96, 64, 17), (75, 100, 80)]


def draw_crop(height, width, seed, epoch, sample):
    """Rows and columns that are cut away, and how many of them from the top and from the left."""
    below = lambda k, n: n * bits(seed, CROP, epoch, 4 * sample + k) >> 32  # noqa: E731
    rows, columns = below(0, height // 8), below(1, width // 8)
    return rows, columns, below(2, rows), below(3, columns)


def load(height, width, size, seed, epoch, sample):
    """Image, mask and modality of one sample."""
    rows, columns, top, left = draw_crop(height, width, seed, epoch, sample)

    def seen(array):
        part = array[top:height + top - rows, left:width + left - columns]
        image = Image.fromarray(part).resize((size, size))
        return np.asarray(image.transpose(Image.FLIP_LEFT_RIGHT) if flip(seed, epoch, sample) else image)

    x = ((seen(noise(height, width, 3, 1)).astype(np.float32) / 255.0 - MEAN) / STD).astype(np.float32)
    g = (seen(noise(height, width, 1, 2)) > 128).astype(np.float32)
    depth = np.repeat(noise(height, width, 1, 3)[..., None], 3, axis=2)
    return x, g, seen(depth).astype(np.float32) / np.float32(255.0)


def main():
    out = here / "supervised"
    out.mkdir(exist_ok=True)
    lines = []
    for height, width, size in CASES:
        for seed, epoch, sample in [(1, 1, 0), (1, 2, 0), (2**40 + 3, 7, 5)]:
            key = [height, width, size, seed, epoch, sample]
            lines.append(" ".join(map(str, [*key, int(flip(seed, epoch, sample)), *map(fnv, load(*key))])))
    (out / "samples.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for seed, epoch in [(0, 0), (1, 3), (2**40 + 3, 19)]:
        for sample in range(7):
            lines.append(" ".join(map(str, [seed, epoch, sample, *draw_crop(375, 500, seed, epoch, sample)])))
    (out / "crops.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for seed in (0, 1, 2**40 + 3):
        sizes = [320 + 64 * ((5 * bits(seed, BATCH_SIZE, k, 0) >> 32) - 2) for k in range(23)]
        lines.append(" ".join(map(str, [seed, *sizes])))
    (out / "batch_sizes.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
