#!/usr/bin/env python3
"""The texture loss (BTM), forward and backward, in salix beside PyTorch, in one run, taking turns.

  compare_losses.py --build build/cpu --python PYTHON [--rounds 5] [--compiled] [--out FILE]

Every round runs salix and PyTorch once per size, each in a process of its own, so that drift of a
shared machine hits both alike; medians over the rounds are kept. A row has the time by the clock
and the processor time of all threads, which other programs on the machine disturb less. Both compute the same scene, and
must agree on loss, gradient and number of contour pixels. Memory is what the loss needs beyond
its inputs: salix's from its allocator (plus one band of the maps per thread, below 0.3 MiB),
PyTorch's as the growth of its process.
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
SIZES, MODALITIES, IMAGES = (80, 112), (1, 4), 8


def run(command, threads):
    environment = dict(os.environ, SALIX_BENCH_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def salix_once(build, size, modalities, threads):
    report = run([build / "bench" / "kernels_bench", "--benchmark_format=json", "--benchmark_min_time=0.2",
                  f"--benchmark_filter=btm/forward_backward/float32/size:{size}/modalities:{modalities}/"], threads)
    found = report["benchmarks"][0]
    return {"ms": found["real_time"], "cpu_ms": found["cpu_time"], "loss": found["loss"], "gradient": found["gradient"],
            "contour_pixels": found["contour_pixels"], "peak_extra_mib": found["peak_extra_MiB"]}


def torch_once(python, size, modalities, threads, options=()):
    return run([python, HERE / "peers" / "btm_torch.py", "--size", size, "--modalities", modalities,
                "--images", IMAGES, "--threads", threads, "--runs", 3, *options], threads)


def median_row(runs):
    times = [r["ms"] for r in runs]
    return {"ms": round(statistics.median(times), 2), "ms_min": round(min(times), 2), "ms_max": round(max(times), 2),
            "cpu_ms": round(statistics.median(r["cpu_ms"] for r in runs), 2),
            "peak_extra_mib": round(statistics.median(r["peak_extra_mib"] for r in runs), 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compiled", action="store_true", help="PyTorch through torch.compile as well")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    result = {"machine": machine(), "threads": args.threads, "rounds": args.rounds, "images": IMAGES, "tasks": {}}
    for size in SIZES:
        for modalities in MODALITIES:
            samples = {"salix": [], "salix, 1 thread": [], "eager": []} | ({"compiled": []} if args.compiled else {})
            for _ in range(args.rounds):
                samples["salix, 1 thread"].append(salix_once(args.build, size, modalities, 1))
                samples["salix"].append(salix_once(args.build, size, modalities, args.threads))
                samples["eager"].append(torch_once(args.python, size, modalities, args.threads))
                if args.compiled:
                    samples["compiled"].append(torch_once(args.python, size, modalities, args.threads, ["--compiled"]))
            check_agreement("btm", ("loss", "gradient", "contour_pixels"), samples["salix"][0], samples["eager"][0])
            rows = {mode: median_row(runs) for mode, runs in samples.items()}
            best = min((mode for mode in rows if not mode.startswith("salix")), key=lambda mode: rows[mode]["ms"])
            task = f"BTM forward+backward, {IMAGES} maps of {size}x{size}, {modalities} modalities"
            ratio = round(rows[best]["ms"] / rows["salix"]["ms"], 1)
            cpu_ratio = round(rows[best]["cpu_ms"] / rows["salix, 1 thread"]["cpu_ms"], 1)
            result["tasks"][task] = {"rows": rows, "best_peer": best, "ratio": ratio, "cpu_ratio": cpu_ratio,
                                     "contour_pixels": samples["salix"][0]["contour_pixels"]}
            print(f"{task}: salix {rows['salix']['ms']} ms, PyTorch {best} {rows[best]['ms']} ms: {ratio}x; processor "
                  f"time {rows['salix, 1 thread']['cpu_ms']} and {rows[best]['cpu_ms']} ms: {cpu_ratio}x; extra memory "
                  f"{rows['salix']['peak_extra_mib']} and {rows[best]['peak_extra_mib']} MiB", flush=True)
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
