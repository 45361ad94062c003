"""Pairs of 8-bit maps and truths for comparing metrics: random, tiny, and adversarial ones."""
import numpy as np


def _blob(random, height, width):
    y, x = np.mgrid[:height, :width]
    cy, cx = random.uniform(0, height), random.uniform(0, width)
    ry, rx = random.uniform(0.1, 0.6) * height + 0.5, random.uniform(0.1, 0.6) * width + 0.5
    return ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2


def _truth(random, kind, height, width):
    truth = np.zeros((height, width), bool)
    if kind == "blob":
        truth = _blob(random, height, width) < 1
    elif kind == "blobs":
        truth = (_blob(random, height, width) < 0.4) | (_blob(random, height, width) < 0.4)
    elif kind == "speckle":
        truth = random.random((height, width)) < random.choice([0.02, 0.3, 0.9])
    elif kind == "lattice":  # every pixel between is a tie of the distance transform
        truth[:: int(random.integers(2, 6)), :: int(random.integers(2, 6))] = True
    elif kind == "pixel":
        truth[random.integers(height), random.integers(width)] = True
    elif kind == "corner":
        truth[random.choice([0, -1]), random.choice([0, -1])] = True
    elif kind == "last_row":
        truth[-1] = True
    elif kind == "last_column":
        truth[:, -1] = True
    elif kind == "frame":
        truth[[0, -1]] = truth[:, [0, -1]] = True
    elif kind == "full":
        truth[:] = True
    elif kind == "half":  # a mean of exactly a half, and a centre half way between pixels
        truth[:, : width // 2] = True
    return truth


def _map(random, kind, truth):
    height, width = truth.shape
    if kind == "soft":
        value = np.clip(1.3 - 0.7 * _blob(random, height, width), 0, 1) * 255
    elif kind == "near":
        value = np.where(truth, 200, 40) + random.integers(-40, 41, truth.shape)
    elif kind == "noise":
        value = random.integers(0, 256, truth.shape)
    elif kind == "constant":
        value = np.full(truth.shape, random.choice([0, 1, 100, 127, 128, 200, 254, 255]))
    elif kind == "binary":
        value = (_blob(random, height, width) < 1) * 255
    elif kind == "perfect":
        value = truth * 255
    elif kind == "inverted":
        value = ~truth * 255
    elif kind == "half_level":  # half of the pixels lie exactly on twice the mean
        value = np.zeros(truth.shape)
        value.flat[: truth.size // 2] = random.integers(1, 128)
        value.flat[-1] = 0
    elif kind == "few_levels":
        value = random.choice([0, 63, 127, 128, 254, 255], truth.shape)
    else:
        value = np.zeros(truth.shape)
    return np.clip(value, 0, 255).astype(np.uint8)


TRUTHS = ("blob", "blobs", "speckle", "lattice", "pixel", "corner", "last_row", "last_column", "frame", "full", "half",
          "empty")
MAPS = ("soft", "near", "noise", "constant", "binary", "perfect", "inverted", "half_level", "few_levels", "zero")


def pairs(count, largest=90, seed=11):
    """[(map uint8 [H,W], truth uint8 [H,W] of 0 and 255)]; every kind of map meets every kind of truth."""
    random = np.random.default_rng(seed)
    made = []
    for k in range(count):
        sides = random.integers(1, 6 if k % 7 == 0 else largest + 1, 2)
        truth = _truth(random, TRUTHS[k % len(TRUTHS)], *sides)
        made.append((_map(random, MAPS[(k + k // len(TRUTHS)) % len(MAPS)], truth), truth.astype(np.uint8) * 255))
    return made
