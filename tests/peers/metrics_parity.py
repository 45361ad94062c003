#!/usr/bin/env python3
"""`salix eval` beside NumPy and SciPy (metrics_reference.py) on random and adversarial pairs.

Run: metrics_parity.py SALIX [--pairs 200] [--largest 90] [--seed 11]

Every score of every pair must agree to 1e-6, with the degenerate cases repaired and with NaN, and so
must the averaged curves. Prints the largest difference of each score; exits 1 if one is larger.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from PIL import Image

import metrics_reference as reference
from metrics_cases import pairs

LIMIT = 1e-6


def salix_scores(salix, folder, options):
    subprocess.run([salix, "eval", "--pred", folder / "maps", "--gt", folder / "truths", "--csv", folder / "images.csv",
                    "-o", folder / "report", "--json", *options], check=True, capture_output=True)
    with open(folder / "images.csv") as file:
        rows = [[float(row[name]) for name in ("max_f", *reference.SCORES)] for row in csv.DictReader(file)]
    return np.array(rows), json.loads((folder / "report" / "scores.json").read_text())["sets"][0]


def compare(salix, folder, cases, repaired):
    found, summary = salix_scores(salix, folder, [] if repaired else ["--reference-nan"])
    wanted, curves = [], []
    for saved, truth in cases:
        scores, precision, recall = reference.score(reference.stretched(saved), reference.truth_of_saved(truth), repaired)
        wanted.append([reference.f_curve(precision, recall).max(), *scores])
        curves.append((precision, recall))
    wanted = np.array(wanted)
    if not np.array_equal(np.isnan(found), np.isnan(wanted)):
        print("NaN in other places, pairs:", sorted(set(np.argwhere(np.isnan(found) != np.isnan(wanted))[:, 0])))
        return np.inf
    difference = np.nan_to_num(np.abs(found - wanted))
    precision, recall = np.mean(curves, axis=0)
    curve = max(np.abs(np.array(summary["curve"][name]) - values).max()
                for name, values in (("precision", precision), ("recall", recall),
                                     ("f", reference.f_curve(precision, recall))))
    print(f"{len(cases)} pairs, degenerate cases {'repaired' if repaired else f'NaN ({np.isnan(wanted).sum()})'}:")
    for name, column in zip(("max_f", *reference.SCORES), difference.T):
        print(f"  {name:16} {column.max():.1e} (pair {column.argmax()})")
    print(f"  {'curves of the set':16} {curve:.1e}")
    return max(difference.max(), curve)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salix")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--largest", type=int, default=90)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)  # 0 / 0 is wanted here
    cases = pairs(args.pairs, args.largest, args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for k, images in enumerate(cases):
            for kind, image in zip(("maps", "truths"), images):
                (folder / kind).mkdir(exist_ok=True)
                Image.fromarray(image).save(folder / kind / f"{k:05}.png")
        worst = max(compare(args.salix, folder, cases, repaired) for repaired in (True, False))
    print(f"largest difference {worst:.1e}, allowed {LIMIT:.0e}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
