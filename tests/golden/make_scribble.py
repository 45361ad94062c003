#!/usr/bin/env python3
"""Makes the reference data of tests/train/recipes/scribble: DHFR's sequence of Pillow and NumPy calls with the
project's random draws, as 64-bit FNV-1a hashes of the float32 bytes, and some of the numbers in clear.

Run: python3 make_scribble.py   (needs pillow, numpy). Writes to scribble/ beside it.
Inputs are made by the formula noise() of make_image.py and of the test, at the sizes listed here.
"""
import pathlib
import sys

import numpy as np
from PIL import Image, ImageEnhance

from make_image import fnv, noise

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "bench" / "peers"))
from draws import scribble  # noqa: E402

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
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
    flip, crop_height, crop_width, degrees, *tenths = draws
    image, depth, strokes, levels, contours = files(height, width, regions)
    strokes = np.array([0, 255, 128], np.uint8)[strokes]
    count = int(levels.max()) + 1
    shares = (levels.astype(np.float32) + np.float32(1)) / np.float32(count) * np.float32(255)
    box = ((width - crop_width) >> 1, (height - crop_height) >> 1, (width + crop_width) >> 1, (height + crop_height) >> 1)

    def turned(array):
        view = Image.fromarray(array)
        view = view.transpose(Image.FLIP_LEFT_RIGHT) if flip else view
        view = view.crop(box)
        return view.rotate(degrees, Image.BICUBIC) if degrees else view

    def resized(view):
        array = np.asarray(view)
        rows = [min(i * array.shape[0] // size, array.shape[0] - 1) for i in range(size)]
        columns = [min(j * array.shape[1] // size, array.shape[1] - 1) for j in range(size)]
        return array[rows][:, columns]

    picture = turned(image)
    for enhancer, tenth in zip((ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color, ImageEnhance.Sharpness),
                               tenths):
        picture = enhancer(picture).enhance(tenth / 10.0)
    x = ((resized(picture).astype(np.float32) / 255.0 - MEAN) / STD).astype(np.float32)
    d, s, r, c = (resized(turned(a)).astype(np.float32) / np.float32(255)
                  for a in (depth, strokes, shares.astype(np.uint8), contours))
    semantic = np.where(s < 1 / 3 - 1e-4, 0, np.where(s < 2 / 3 - 1e-4, 2, 1))
    instance = np.rint(r * np.float32(count)).astype(np.int64) % 256
    return x, np.repeat(d[..., None], 3, axis=2), semantic.astype(np.float32), instance.astype(np.float32), c


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
