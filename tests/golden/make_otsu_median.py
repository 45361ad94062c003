#!/usr/bin/env python3
"""Makes image/otsu.txt and image/median.txt: OpenCV's Otsu thresholds and binary medians.

Run: python3 make_otsu_median.py   (needs what make_image.py needs). Inputs are made by a formula
that the tests know, so only thresholds and hashes are stored.
"""
import cv2
import numpy as np

from make_image import OUT, fnv, noise


def otsu_input(height, width, seed, low, high):
    """Two clusters of noise: v / 8 + low where v is even, v / 4 + high where it is odd."""
    v = noise(height, width, 1, seed).astype(int)
    return np.where(v % 2 == 0, v // 8 + low, v // 4 + high).clip(0, 255).astype(np.uint8)


def main():
    lines = []
    random = np.random.default_rng(11)
    for seed in range(60):
        height, width = (int(v) for v in random.integers(1, 50, 2))
        low, high = (int(v) for v in random.integers(0, 250, 2))
        threshold, _ = cv2.threshold(otsu_input(height, width, seed, low, high), 0, 255, cv2.THRESH_OTSU)
        lines.append(f"{height} {width} {seed} {low} {high} {int(threshold)}")
    (OUT / "otsu.txt").write_text("\n".join(lines) + "\n")

    lines = []
    for seed in range(40):
        height, width = (int(v) for v in random.integers(1, 40, 2))
        size, level = int(random.choice([3, 5, 7])), int(random.integers(90, 165))
        binary = (noise(height, width, 1, seed) > level).astype(np.uint8)
        lines.append(f"{height} {width} {seed} {level} {size} {fnv(cv2.medianBlur(binary, size))}")
    (OUT / "median.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
