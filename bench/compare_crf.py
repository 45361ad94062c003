#!/usr/bin/env python3
"""The dense CRF of salix beside pydensecrf on the same images, in one run, taking turns.

  compare_crf.py --build build/cpu [--images DIR --maps DIR] [--count 10] [--rounds 5] [--out FILE]

One thread each, 320x320, 10 iterations, A2S-v2's kernels, from labels to marginals, file decoding
and resizing apart. Every round times `count` images with each program, in processes of their own.
Without folders (images, and masks of the same names as PNG) `salix synth` paints the images. Run
it with a Python that has numpy, pillow and pydensecrf (or pydensecrf2).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from peers.machine import machine

HERE = pathlib.Path(__file__).resolve().parent
SIDE = 320


def salix_once(build, folder, count):
    environment = dict(os.environ, SALIX_BENCH_THREADS="1", OMP_NUM_THREADS="1",
                       SALIX_BENCH_IMAGES=str(folder / "images"), SALIX_BENCH_MAPS=str(folder / "masks"))
    command = [build / "bench" / "train_bench", "--benchmark_filter=dense_crf_320", "--benchmark_format=json",
               f"--benchmark_min_time={0.2 * count / 5}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["benchmarks"][0]


def peer_once(folder):
    """Runs in a process of its own; prints milliseconds per image: wall and CPU."""
    import numpy as np
    import pydensecrf.densecrf as dcrf
    from PIL import Image
    from pydensecrf.utils import unary_from_labels

    wall, cpu = [], []
    for path in sorted((folder / "images").iterdir()):
        guide = np.array(Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.BICUBIC))
        mask = Image.open(folder / "masks" / f"{path.stem}.png").convert("L").resize((SIDE, SIDE), Image.NEAREST)
        labels = (np.array(mask) > 127).astype(np.int32)
        begin, begin_cpu = time.perf_counter(), time.process_time()
        crf = dcrf.DenseCRF2D(SIDE, SIDE, 2)
        crf.setUnaryEnergy(unary_from_labels(labels, 2, gt_prob=0.7, zero_unsure=False))
        crf.addPairwiseGaussian(sxy=3, compat=3)
        crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=guide, compat=10)
        np.argmax(crf.inference(10), axis=0)
        wall.append(1e3 * (time.perf_counter() - begin))
        cpu.append(1e3 * (time.process_time() - begin_cpu))
    print(json.dumps({"real_time": statistics.mean(wall), "cpu_time": statistics.mean(cpu)}))


def collect(args, folder):
    """`count` images and masks as links, or painted ones."""
    if not args.images:
        subprocess.run([args.build / "tools" / "salix", "synth", "-o", folder, "--count", str(args.count)],
                       check=True, stdout=subprocess.DEVNULL)
        return "painted scenes"
    names = sorted(p.stem for p in args.maps.glob("*.png"))[:args.count]
    for kind, source in (("images", args.images), ("masks", args.maps)):
        (folder / kind).mkdir()
        for name in names:
            found = next(source.glob(name + ".*")).resolve()
            (folder / kind / found.name).symlink_to(found)
    return "photographs"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--images", type=pathlib.Path)
    parser.add_argument("--maps", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--peer", type=pathlib.Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        return peer_once(args.peer)

    samples = {"salix": [], "pydensecrf": []}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        kind = collect(args, folder)
        for _ in range(args.rounds):
            samples["salix"].append(salix_once(args.build, folder, args.count))
            done = subprocess.run([sys.executable, __file__, "--peer", folder], capture_output=True, text=True,
                                  check=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
            samples["pydensecrf"].append(json.loads(done.stdout))
    rows = {mode: {key: round(statistics.median(s[key] for s in runs), 1) for key in ("real_time", "cpu_time")}
            for mode, runs in samples.items()}
    ratios = {key: round(rows["pydensecrf"][key] / rows["salix"][key], 2) for key in ("real_time", "cpu_time")}
    result = {"machine": machine(), "threads": 1, "rounds": args.rounds,
              "images": f"{args.count} {kind}, 320x320", "ms_per_image": rows, "ratio": ratios}
    for mode, row in rows.items():
        print(f"{mode:12} {row['real_time']:7} ms wall, {row['cpu_time']:7} ms of CPU time per image")
    print(f"pydensecrf / salix: {ratios['real_time']}x wall, {ratios['cpu_time']}x CPU time")
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
