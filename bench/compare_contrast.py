#!/usr/bin/env python3
"""DHFR's clustering and contrast, forward and backward, in salix beside PyTorch, in one run, taking turns.

  compare_contrast.py --build build/cpu --python PYTHON [--rounds 5] [--threads 2] [--out FILE]

Every round runs each in a process of its own, so that drift of a shared machine hits both alike; medians over the
rounds are kept. Both compute the same maps (four images of 56x56x64 in two branches, a memory of two iterations) and must
agree on both losses and the gradient's length. Memory is what the losses need beyond their inputs: salix's from its
allocator (beside it, vectors on the host of some MiB), PyTorch's as the growth of its process.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from peers.agreement import check_agreement
from peers.machine import machine

HERE = pathlib.Path(__file__).resolve().parent
IMAGES = 4


def run(command, threads):
    environment = dict(os.environ, SALIX_BENCH_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def salix_once(build, threads):
    report = run([build / "bench" / "train_bench", "--benchmark_format=json", "--benchmark_min_time=0.5",
                  "--benchmark_filter=region_contrast/float32/4x56x56x64/backward:1/"], threads)
    found = report["benchmarks"][0]
    return {"ms": found["real_time"], "cpu_ms": found["cpu_time"], "peak_extra_mib": found["peak_extra_MiB"],
            **{key: found[key] for key in ("annotation", "image", "gradient")}}


def torch_once(python, threads):
    return run([python, HERE / "peers" / "contrast_torch.py", "--images", IMAGES, "--threads", threads, "--runs", 3], threads)


def median_row(runs):
    return {key: round(statistics.median(r[key] for r in runs), 2) for key in ("ms", "cpu_ms", "peak_extra_mib")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    samples = {"salix": [], "PyTorch": []}
    for _ in range(args.rounds):
        samples["salix"].append(salix_once(args.build, args.threads))
        samples["PyTorch"].append(torch_once(args.python, args.threads))
    check_agreement("contrast", ("annotation", "image", "gradient"), samples["salix"][0], samples["PyTorch"][0])
    rows = {mode: median_row(runs) for mode, runs in samples.items()}
    result = {"machine": machine(), "threads": args.threads, "rounds": args.rounds, "images": IMAGES, "rows": rows,
              "ratio": round(rows["PyTorch"]["ms"] / rows["salix"]["ms"], 1),
              "values": {key: samples["salix"][0][key] for key in ("annotation", "image", "gradient")}}
    print(json.dumps(result, indent=1))
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
