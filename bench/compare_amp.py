#!/usr/bin/env python3
"""The networks in float32 and in mixed precision, salix beside PyTorch's autocast, taking turns.

  compare_amp.py --build build/cpu --python PYTHON [--networks a2s cornet] [--rounds 5] [--out FILE]

Every round runs each of the four once, in a process of its own, so that drift of a shared machine
hits all alike; the median over rounds is kept.
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


def salix_ms(args, work, network, amp):
    threads = str(args.threads)
    environment = dict(os.environ, SALIX_BENCH_THREADS=threads, OMP_NUM_THREADS=threads)
    name = f"^amp_{work}/{network}/{'bf16' if amp else 'float32'}/"
    command = [args.build / "bench" / "networks_bench", f"--benchmark_filter={name}", "--benchmark_format=json",
               "--benchmark_min_time=0.1", f"--benchmark_repetitions={args.runs}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return next(b["real_time"] for b in json.loads(done.stdout)["benchmarks"] if b.get("aggregate_name") == "median")


def torch_ms(args, work, network, amp):
    command = [args.python, HERE / "peers" / "autocast_torch.py", network, "--threads", str(args.threads),
               "--runs", str(args.runs)] + ["--train"] * (work == "training") + ["--bf16"] * amp
    environment = dict(os.environ, OMP_NUM_THREADS=str(args.threads))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--networks", nargs="+", default=["a2s", "cornet", "midnet"])
    parser.add_argument("--work", nargs="+", default=["inference", "training"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5, help="per process")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    result = {"machine": machine(), "threads": args.threads, "rounds": args.rounds, "rows": []}
    for work in args.work:
        for network in args.networks:
            samples = {"salix": [], "salix bf16": [], "PyTorch": [], "PyTorch bf16": []}
            for _ in range(args.rounds):
                for amp in (False, True):
                    samples["salix" + " bf16" * amp].append(salix_ms(args, work, network, amp))
                    samples["PyTorch" + " bf16" * amp].append(torch_ms(args, work, network, amp))
            row = {name: round(statistics.median(ms), 1) for name, ms in samples.items()}
            result["rows"].append({"work": work, "network": network} | row)
            print(f"{work} {network}: " + ", ".join(f"{name} {ms} ms" for name, ms in row.items()) +
                  f"; bf16 over float32 {row['salix'] / row['salix bf16']:.2f}x (PyTorch "
                  f"{row['PyTorch'] / row['PyTorch bf16']:.2f}x), PyTorch bf16 over salix bf16 "
                  f"{row['PyTorch bf16'] / row['salix bf16']:.2f}x", flush=True)
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
