#!/usr/bin/env python3
"""Makes the reference data of tests/train/recipes/scribble: DHFR's sequence of Pillow and NumPy calls with the
project's random draws, as 64-bit FNV-1a hashes of the float32 bytes, and some of the numbers in clear.

Run: python3 make_scribble.py   (needs pillow, numpy). Writes to scribble/ beside it.
Inputs are made by the formula noise() of make_image.py and of the test, at the sizes listed here.
"""
import pathlib
import sys

import numpy as np

from make_image import fnv, noise

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "bench" / "peers"))
from draws import scribble  # noqa: E402
from scribble_data import augmented  # noqa: E402

CASES = [(1, 1, 4), (20, 41, 16), (48, 80, 32), (75, 100, 80), (97, 64, 56)]
KEYS = [(1, 1, 0), (1, 2, 0), (2**40 + 3, 7, 5), (9, 3, 1), (9, 3, 2), (9, 3, 3), (9, 3, 4), (9, 3, 5)]
REGIONS = (100, 256)  # the highest level + 1


def files(height, width, regions):
    """Image, depth, scribbles (0, 1, 2), regions and contours."""
    strokes = noise(height, width, 1, 13) % 3
    strokes.flat[0] = 1  # never without a known pixel
    return (noise(height, width, 3, 11), noise(height, width, 1, 12), strokes,
            (noise(height, width, 1, 14).astype(int) % regions).astype(np.uint8), noise(height, width, 1, 15))


def load(height, width, size, regions, draws):
    """Image, depth, semantic, instance and contour of one sample."""
    return augmented(files(height, width, regions), size, draws)


def main():
    out = here / "scribble"
    out.mkdir(exist_ok=True)
    lines, rotated = [], 0
    for height, width, size in CASES:
        for seed, epoch, sample in KEYS:
            for regions in REGIONS:
                draws = scribble(seed, epoch, sample, height, width)
                rotated += draws[3] != 0
                hashes = map(fnv, load(height, width, size, regions, draws))
                lines.append(" ".join(map(str, [height, width, size, regions, seed, epoch, sample, *hashes])))
    assert rotated >= 10, rotated
    (out / "samples.txt").write_text("\n".join(lines) + "\n")

    lines = []
    for seed, epoch in [(0, 0), (1, 3), (2**40 + 3, 19)]:
        for sample in range(9):
            for height, width in [(480, 640), (20, 1)]:
                draws = map(int, scribble(seed, epoch, sample, height, width))
                lines.append(" ".join(map(str, [seed, epoch, sample, height, width, *draws])))
    (out / "draws.txt").write_text("\n".join(lines) + "\n")

    # A sample of 4 x 4, to be looked at: 40 x 50, rotated.
    key = next(k for k in ((5, 1, sample) for sample in range(100)) if scribble(*k, 40, 50)[3] not in (0, -1, 1))
    arrays = load(40, 50, 4, 100, scribble(*key, 40, 50))
    lines = [" ".join(map(str, key))]
    lines += [" ".join(f"{v:.9g}" for v in array.flat) for array in arrays]
    (out / "one_sample.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
