#!/usr/bin/env python3
"""The metrics of salix beside NumPy and SciPy on the same machine, one thread each, taking turns.

  compare_metrics.py --build build/cpu --python PYTHON [--masks DIR] [--images 40] [--rounds 5] [--out FILE]

DIR holds real masks (any sizes); without it ellipses of 300 x 400 are painted. A map is made from each mask:
blurred, and with a second, false blob. Every round runs each program once on the same files. Times are CPU
times: on a busy machine they say more than the clock's. Medians over rounds, per image.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from peers.machine import machine

HERE = pathlib.Path(__file__).resolve().parent
MAKE_PAIRS = """
import pathlib, sys
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
out, masks, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
found = sorted(p for p in pathlib.Path(masks).iterdir() if p.suffix in (".png", ".jpg"))[:count] if masks else range(count)
random = np.random.default_rng(1)
for folder in ("maps", "truths"):
    (out / folder).mkdir()
for k, path in enumerate(found):
    if masks:
        truth = np.asarray(Image.open(path).convert("L")) > 127
    else:
        y, x = np.mgrid[:300, :400]
        cy, cx, ry, rx = random.uniform((90, 120, 40, 50), (210, 280, 110, 140))
        truth = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1
    h, w = truth.shape
    y, x = np.mgrid[:h, :w]
    false = 0.4 * np.exp(-(((y - random.uniform(0, h)) / (h / 9)) ** 2 + ((x - random.uniform(0, w)) / (w / 9)) ** 2))
    soft = np.clip(gaussian_filter(truth.astype(float), h / 60) + false, 0, 1)
    Image.fromarray((soft * 255).astype(np.uint8)).save(out / "maps" / f"{k:04}.png")
    Image.fromarray(truth.astype(np.uint8) * 255).save(out / "truths" / f"{k:04}.png")
"""


def one_thread():
    return dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", SALIX_BENCH_THREADS="1")


def salix_once(build, folder, images):
    """ms per image: of the scores (files in memory) and of the whole program, start to end."""
    environment = one_thread() | {"SALIX_BENCH_PAIRS": str(folder)}
    done = subprocess.run([build / "bench" / "train_bench", "--benchmark_filter=metrics/all", "--benchmark_format=json",
                           "--benchmark_min_time=0.5"], env=environment, capture_output=True, text=True, check=True)
    scores = json.loads(done.stdout)["benchmarks"][0]["cpu_time"] / 1e3 / images
    before = os.times()
    subprocess.run([build / "tools" / "salix", "eval", "--pred", folder / "maps", "--gt", folder / "truths", "--threads", "1"],
                   env=environment, capture_output=True, check=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return {"all": scores, "files": used * 1e3 / images}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with NumPy, SciPy and Pillow")
    parser.add_argument("--masks", default="", help="a folder of masks")
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([args.python, "-c", MAKE_PAIRS, folder, args.masks, str(args.images)], check=True)
        images = len(list((folder / "truths").iterdir()))
        salix, peers = [], []
        for _ in range(args.rounds):
            salix.append(salix_once(args.build, folder, images))
            done = subprocess.run([args.python, HERE / "peers" / "metrics_numpy.py", folder], env=one_thread(),
                                  capture_output=True, text=True, check=True)
            peers.append(json.loads(done.stdout))

    def median(runs):
        return {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}

    ours, theirs = median(salix), median([peer["ms"] for peer in peers])
    ratios = {key: round(theirs[key] / ours[key], 1) for key in ours}
    by_round = {key: [round(p["ms"][key] / s[key], 1) for s, p in zip(salix, peers)] for key in ours}
    result = {"machine": machine(), "threads": 1, "rounds": args.rounds, "images": images, "masks": "real" if args.masks else "painted",
              "numpy": peers[0]["numpy"], "scipy": peers[0]["scipy"], "salix_ms": ours, "numpy_scipy_ms": theirs,
              "ratio": ratios, "ratio_by_round": by_round}
    for key, what in (("all", "all scores of an image"), ("files", "the same from PNG files, whole program")):
        print(f"{what}: salix {ours[key]} ms, NumPy and SciPy {theirs[key]} ms: {ratios[key]}x "
              f"({min(by_round[key])} .. {max(by_round[key])})")
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
