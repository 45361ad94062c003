#!/usr/bin/env python3
"""Makes the reference data of tests/train/metrics/metrics_golden_test.cpp: small pairs and their scores by NumPy and SciPy.

Run: python3 make_metrics.py   (needs numpy, scipy). Writes metrics/ beside it. `maps` and `truths` hold all
images one after the other, `sizes` their heights and widths. `saved` are the scores of the 8-bit maps as saved
maps; `floats` those of float32 predictions that are no multiples of 1/255, made by a formula in the test too.
Columns: max_f, then SCORES of metrics_reference.py, NaN where the original divides zero by zero.
"""
import pathlib
import sys
import warnings

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "peers"))
import metrics_reference as reference  # noqa: E402
from metrics_cases import pairs  # noqa: E402

OUT = pathlib.Path(__file__).parent / "metrics"


def row(prediction, truth):
    scores, precision, recall = reference.score(prediction, truth)
    return [reference.f_curve(precision, recall).max(), *scores]


def off_level(saved):
    """float32 values between the levels; k / 256 + 1 / 1000 is exact in no step but the same in C++."""
    return np.minimum(saved.astype(np.float32) / np.float32(256) + np.float32(0.001), np.float32(1))


def main():
    warnings.simplefilter("ignore", RuntimeWarning)
    cases = pairs(120, largest=26, seed=3)
    OUT.mkdir(exist_ok=True)
    arrays = {
        "sizes": np.array([saved.shape for saved, _ in cases], np.int32),
        "maps": np.concatenate([saved.ravel() for saved, _ in cases]),
        "truths": np.concatenate([truth.ravel() for _, truth in cases]),
        "saved": np.array([row(reference.stretched(s), reference.truth_of_saved(t)) for s, t in cases]),
        "floats": np.array([row(off_level(s), t > 0) for s, t in cases]),
    }
    np.savez_compressed(OUT / "pairs.npz", **arrays)


if __name__ == "__main__":
    main()
