#!/usr/bin/env python3
"""Times the NumPy and SciPy metrics on the pairs of a folder (maps/, truths/, equal names), one thread.

Prints JSON: ms per image of the whole score (arrays in memory), of each metric, and of reading and scoring.
"""
import argparse
import json
import pathlib
import statistics
import sys
import time

import numpy as np
import scipy
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "peers"))
import metrics_reference as reference  # noqa: E402


def read(path):
    return np.asarray(Image.open(path).convert("L"))


def milliseconds(work, items, passes):
    """The median over passes of the time per item, CPU time of this process."""
    times = []
    for _ in range(passes):
        start = time.process_time()
        for item in items:
            work(*item)
        times.append((time.process_time() - start) * 1e3 / len(items))
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--passes", type=int, default=3)
    args = parser.parse_args()
    paths = [(args.folder / "maps" / truth.name, truth) for truth in sorted((args.folder / "truths").iterdir())]
    files = [(read(saved), read(truth)) for saved, truth in paths]
    pairs = [(reference.stretched(saved), reference.truth_of_saved(truth)) for saved, truth in files]

    def score(saved, truth):
        return reference.score(reference.stretched(saved), reference.truth_of_saved(truth), repaired=True)

    result = {"numpy": np.__version__, "scipy": scipy.__version__, "images": len(files), "ms": {
        "all": milliseconds(score, files, args.passes),
        "files": milliseconds(lambda saved, truth: score(read(saved), read(truth)), paths, args.passes)}}
    for name in ("precision_recall", "adaptive_f", "e_measure", "s_measure", "weighted_f", "iou", "centre_distance"):
        result["ms"][name] = milliseconds(getattr(reference, name), pairs, args.passes)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
