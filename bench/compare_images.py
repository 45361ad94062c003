#!/usr/bin/env python3
"""Image preparation in salix beside Pillow and NumPy, on one core, in one run, taking turns.

  compare_images.py --build build/cpu --python PYTHON [--rounds 7] [--out FILE]

Both read one JPEG: a painted scene of 400x300 (`salix synth`), written by Pillow at quality 90
with 4:2:0 chroma as cameras do, or --image FILE. Each round runs salix once and the peer once; per step the median
over rounds of the process's best is kept, and the ratio is the peer's over salix's.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STEPS = ("image_decode_jpeg", "image_resize_bicubic_320", "image_normalize_320")


def salix_once(build, jpeg):
    environment = dict(os.environ, SALIX_BENCH_THREADS="1", OMP_NUM_THREADS="1", SALIX_BENCH_JPEG=str(jpeg))
    command = [build / "bench" / "data_bench", "--benchmark_filter=image_", "--benchmark_format=json",
               "--benchmark_min_time=0.05", "--benchmark_repetitions=7"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    best = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            name = run["name"].split("/")[0]
            best[name] = min(best.get(name, 1e9), run["real_time"])
    return best


def peer_once(python, jpeg):
    done = subprocess.run([python, HERE / "peers" / "image_pillow.py", jpeg], capture_output=True, text=True, check=True,
                          env=dict(os.environ, OMP_NUM_THREADS="1"))
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with Pillow and NumPy")
    parser.add_argument("--image", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        jpeg = args.image or pathlib.Path(folder) / "scene.jpg"
        if not args.image:
            subprocess.run([args.build / "tools" / "salix", "synth", "-o", folder, "--count", "1", "--seed", "7",
                            "--height", "300", "--width", "400"], check=True, capture_output=True)
            subprocess.run([args.python, HERE / "peers" / "image_pillow.py", f"{folder}/images/scene_0000.png",
                            "--to-jpeg", jpeg], check=True)
        rounds = [(salix_once(args.build, jpeg), peer_once(args.python, jpeg)) for _ in range(args.rounds)]
    rows = {}
    for step in STEPS:
        salix = statistics.median(ours[step] for ours, _ in rounds)
        peer = statistics.median(theirs[step] for _, theirs in rounds)
        rows[step] = {"salix_ms": round(salix, 3), "peer_ms": round(peer, 3), "ratio": round(peer / salix, 2)}
        print(f"{step:28} salix {salix:7.3f} ms   Pillow + NumPy {peer:7.3f} ms   {peer / salix:5.2f}x")
    if args.out:
        args.out.write_text(json.dumps({"peer": rounds[0][1]["versions"], "rounds": args.rounds, "steps": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
