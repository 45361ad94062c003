#!/usr/bin/env python3
"""The loader beside Pillow + NumPy + torch's DataLoader: same files, same number of workers, taking turns.

  compare_loader.py --build build/cpu --python PYTHON [--rounds 5] [--out FILE]

The files are a generated RGB-D set of 64 pictures of 400 x 300 pixels. Every round runs each program once,
in a process of its own. Printed: medians over rounds of samples per second, and of samples per second of CPU
time (all threads and processes of the loader), which says what one core does even on a busy machine.
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
KINDS = ("image", "image_depth_mask")


def salix_once(build, root, kind, workers):
    environment = dict(os.environ, SALIX_BENCH_DATASET=str(root), SALIX_BENCH_THREADS="1")
    command = [build / "bench" / "data_bench", f"--benchmark_filter=^loader/{kind}/{workers}/", "--benchmark_format=json",
               "--benchmark_min_time=0.5"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["benchmarks"][0]  # cpu_time: milliseconds per iteration
    return {"per_s": found["samples_per_s"], "per_cpu_s": 1000 * found["samples"] / found["cpu_time"]}


def torch_once(python, root, kind, workers, options):
    command = [python, HERE / "peers" / "loader_torch.py", "--root", root, "--kind", kind, "--workers", str(workers),
               *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    found = json.loads(done.stdout)
    return {"per_s": statistics.median(found["samples_per_s"]), "per_cpu_s": found["samples_per_cpu_s"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow and NumPy")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    result = {"machine": machine(), "rounds": args.rounds, "size": 320, "batch": 8, "rows": []}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for kind in KINDS:
            for workers in (1, 2):
                runs = {"salix": [], "published": [], "tuned": []}
                for _ in range(args.rounds):
                    runs["salix"].append(salix_once(args.build, root, kind, workers))
                    runs["published"].append(torch_once(args.python, root, kind, workers, []))
                    runs["tuned"].append(torch_once(args.python, root, kind, workers, ["--tuned"]))
                row = {"kind": kind, "workers": workers}
                for key in ("per_s", "per_cpu_s"):
                    for name, found in runs.items():
                        row[f"{name}_{key}"] = round(statistics.median(run[key] for run in found), 1)
                        pairs = zip(runs["salix"], found)
                        row[f"ratio_{name}_{key}"] = round(statistics.median(a[key] / b[key] for a, b in pairs), 2)
                row["runs"] = runs
                result["rows"].append(row)
                for key in ("per_s", "per_cpu_s"):
                    print(f"{kind}, workers {workers}, samples {key}: salix {row['salix_' + key]}, "
                          + ", ".join(f"{name} {row[f'{name}_{key}']} ({row[f'ratio_{name}_{key}']}x)"
                                      for name in ("published", "tuned")), flush=True)
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
