#!/usr/bin/env python3
"""A network in salix beside PyTorch on the same machine, in one run, taking turns.

  compare_networks.py --network a2s|cornet|midnet|sfnet|localvit --build build/cpu --python PYTHON [--tcmalloc LIB] [--rounds 5]
                      [--only "batch 1"] [--out FILE]

Every round runs salix once and each PyTorch mode once, each in a process of its own, so that
drift of a shared machine hits all alike. Per mode the median over rounds of the process's median
is kept. The ratio printed is the fastest PyTorch mode's over salix's. On a machine that others use too, pass
--threads 1: then it is also printed in processor time (the benchmark counts its main thread only), which hardly depends
on them. On the CPU; on a GPU bench/networks and bench/peers/gpu_peers.py have the rows that belong together.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from peers.machine import machine

HERE = pathlib.Path(__file__).resolve().parent
# Name of salix's benchmark after the network's, batch, and options and modes of PyTorch.
INFERENCE_MODES = ["channels_last", "traced", "compiled_frozen", "compiled_frozen_channels_last"]
SWIN_INFERENCE_MODES = ["channels_last", "traced", "compiled", "compiled_frozen"]
TASKS = {
    "inference, batch 1": ("inference", 1, [], INFERENCE_MODES),
    "inference, batch 8": ("inference", 8, [], INFERENCE_MODES),
    "inference in bfloat16, batch 1": ("inference_bfloat16", 1, ["--bfloat16"],
                                       ["channels_last", "compiled_frozen_channels_last"]),
    "forward+backward, batch 2": ("forward_backward", 2, ["--train"], ["channels_last", "compiled_channels_last"]),
}
LOCALVIT_TASKS = {
    "inference, batch 1": ("inference", 1, [], SWIN_INFERENCE_MODES),
    "inference, batch 8": ("inference", 8, [], SWIN_INFERENCE_MODES),
}
# Both passes of an iteration, backward from stand-in losses (bench/peers/sfnet_step.py).
SFNET_TASKS = LOCALVIT_TASKS | {
    "training step, batch 2": ("training_step", 2, ["--train"], ["eager", "channels_last", "compiled"]),
}
TASKS_OF = {"a2s": TASKS, "cornet": TASKS, "midnet": TASKS, "sfnet": SFNET_TASKS, "localvit": LOCALVIT_TASKS}


def salix_once(build, name, batch, threads):
    environment = dict(os.environ, SALIX_BENCH_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    command = [build / "bench" / "networks_bench", f"--benchmark_filter=^{name}/batch:{batch}/", "--benchmark_format=json",
               "--benchmark_min_time=0.1", "--benchmark_repetitions=3"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    by_aggregate = {b["aggregate_name"]: b for b in report["benchmarks"] if "aggregate_name" in b}
    singles = [b for b in report["benchmarks"] if b["run_type"] == "iteration"]
    # The first repetition's peak: each makes a network of its own, and the heap keeps pieces of those before.
    return {"ms": by_aggregate["median"]["real_time"], "cpu_ms": by_aggregate["median"]["cpu_time"], "peak_rss_mib": min(b["peak_rss_MiB"] for b in singles),
            "peak_tensor_mib": max(b["peak_tensor_MiB"] for b in singles)}


def torch_once(python, options, mode, threads, tcmalloc):
    command = [python, HERE / "peers" / "network_torch.py", *options, "--modes", mode, "--threads", str(threads),
               "--runs", "3", "--warmup", "2"]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    if tcmalloc:
        environment["LD_PRELOAD"] = tcmalloc
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["results"][0]
    if "median_ms" not in found:
        return None
    return {"ms": found["median_ms"], "cpu_ms": found["median_cpu_ms"], "peak_rss_mib": found["peak_rss_mib"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=TASKS_OF, default="a2s")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--tcmalloc", help="libtcmalloc_minimal.so for the PyTorch processes")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="a part of the task's name: 'inference, batch 1', bfloat16, backward")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    tasks = {task: setup for task, setup in TASKS_OF[args.network].items() if args.only in task}
    result = {"network": args.network, "machine": machine(), "threads": args.threads, "rounds": args.rounds, "tasks": {}}
    for task, (name, batch, options, modes) in tasks.items():
        options = ["--network", args.network, "--batch", str(batch), *options]
        samples = {}
        for _ in range(args.rounds):
            samples.setdefault("salix", []).append(salix_once(args.build, f"{args.network}_{name}", batch, args.threads))
            for mode in modes:
                found = torch_once(args.python, options, mode, args.threads, args.tcmalloc)
                if found:
                    samples.setdefault(mode, []).append(found)
        rows = {mode: {key: round(statistics.median(s[key] for s in runs), 1) for key in runs[0]} |
                {"ms_min": round(min(s["ms"] for s in runs), 1), "ms_max": round(max(s["ms"] for s in runs), 1)}
                for mode, runs in samples.items()}
        result["tasks"][task] = {"rows": rows}
        for unit in ("ms", "cpu_ms") if args.threads == 1 else ("ms",):
            best = min((mode for mode in rows if mode != "salix"), key=lambda mode: rows[mode][unit])
            ratio = round(rows[best][unit] / rows["salix"][unit], 2)
            result["tasks"][task][unit] = {"best_peer": best, "ratio": ratio}
            print(f"{args.network}, {task}: salix {rows['salix'][unit]} {unit}, PyTorch {best} {rows[best][unit]} {unit}: "
                  f"{ratio}x", flush=True)
        for mode, row in rows.items():
            print(f"    {mode:32} {row['ms']:8} ms  ({row['ms_min']} .. {row['ms_max']})   {row['peak_rss_mib']} MiB")
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
