#!/usr/bin/env python3
"""Seconds of a training step of cornet, two threads, by how long waiting threads spin: alone on the machine, and beside as
many busy programs as there are cores. The settings take turns, so that what else the machine does hits all of them.

Usage: python bench/waiting_threads.py build/cpu/tools/salix [--rounds 3] [--steps 6]
GOMP_SPINCOUNT=300000 is what GNU's OpenMP does when nobody says anything.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

SPINS = ["300000", "30000", "1000", "0"]


def step_times(salix: str, folder: pathlib.Path, spins: str, steps: int) -> list[float]:
    run = tempfile.mkdtemp(dir=folder)
    subprocess.run(
        [salix, "train", "cornet", "--recipe", "supervised", "--no-multi-scale", "--train-set", "c=A", "--data-path", folder,
         "--batch", "2", "--size", "160", "--threads", "2", "--steps", str(steps), "--run-dir", f"{run}/run"],
        env={**os.environ, "GOMP_SPINCOUNT": spins}, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = pathlib.Path(run, "run", "timing.jsonl").read_text().splitlines()
    return [json.loads(line)["seconds"] for line in lines[1:]]  # the first makes what the others keep


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salix")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6)
    asked = parser.parse_args()
    times: dict[tuple[bool, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([asked.salix, "synth", "-o", folder, "--tasks", "c", "--train", "24", "--test", "0", "--train-set", "c=A"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(asked.rounds):
            for busy in (False, True):
                others = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                          for _ in range(os.cpu_count() if busy else 0)]
                try:
                    for spins in SPINS:
                        times.setdefault((busy, spins), []).extend(step_times(asked.salix, folder, spins, asked.steps))
                finally:
                    for other in others:
                        other.kill()
                        other.wait()
    print("| spins before a thread sleeps | alone, s | beside busy programs, s |\n|---|---:|---:|")
    for spins in SPINS:
        alone, beside = (statistics.median(times[busy, spins]) for busy in (False, True))
        print(f"| {spins} | {alone:.3f} | {beside:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
