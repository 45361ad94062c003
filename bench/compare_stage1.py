#!/usr/bin/env python3
"""A training step of stage 1 in salix beside PyTorch, in one run, taking turns.

  compare_stage1.py --build build/cpu --python PYTHON [--images DIR] [--threads 2] [--size 320] [--batch 8]
                    [--rounds 3] [--scales 1 -2 -1 2] [--tcmalloc LIB] [--compile] [--out FILE]

A step: two forward passes, losses, backward, optimizer; the same weights and the same batch everywhere. Every
round runs each program once per second scale (size + 64 u), each in a process of its own: one step to warm up,
then three. Per program and scale the median over rounds is kept. A task is the first scale alone, and the mean over
all of them, as training draws each equally often. Programs:
  salix             the resting encoder's backward pass left out (as `salix train` does)
  salix_full        computed all the same (--full-backward)
  published         PyTorch, contiguous, all gradients, as the original program
  frozen[_...]      PyTorch without the encoder's gradients; channels_last; with --compile torch.compile
With --tcmalloc it is preloaded for PyTorch's frozen modes. Without --images, `salix synth` paints them.
The losses of the fourth step must agree to 2e-2 (rounding grows from step to step). --device cuda and --precision
hold for all programs; there three steps warm up, and thirty count.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from peers.machine import machine
from peers.step_timing import (add_device_arguments, check_losses, device_options, print_task, salix_step, task_row,
                               torch_step)

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {
    "published": ["--mode", "published"],
    "frozen": ["--mode", "frozen"],
    "frozen_channels_last": ["--mode", "frozen", "--channels-last"],
}


def salix_once(args, files, scale, full):
    settings = {"WEIGHTS": files["weights"], "IMAGES": files["images"], "SIZE": args.size, "BATCH": args.batch,
                "DEVICE": args.device}
    tail = "" if args.precision == "float32" else f"_{args.precision}"
    return salix_step(args.build, f"stage1_step{tail}/scale:{scale}/full:{int(full)}", settings, args.threads)


def torch_once(args, files, scale, options, tcmalloc):
    # 20 epochs of 1000 steps, as in the benchmark; only the learning rate depends on it.
    command = [args.python, HERE / "peers" / "stage1_torch.py", "--weights", files["weights"], "--images", files["images"],
               "--size", str(args.size), "--batch", str(args.batch), "--second-size", str(args.size + 64 * scale),
               "--total-steps", "20000", "--same-batch", "--threads", str(args.threads), "--json", *device_options(args),
               *options]
    return torch_step(command, args.threads, tcmalloc)


def one_round(args, files, scale):
    found = {"salix": salix_once(args, files, scale, False)}
    for mode, options in PEERS.items():
        found[mode] = torch_once(args, files, scale, options, None if mode == "published" else args.tcmalloc)
    if args.compile:
        found["frozen_compiled"] = torch_once(args, files, scale, ["--mode", "frozen", "--compile"], args.tcmalloc)
    if args.precision == "float32":
        found["salix_full"] = salix_once(args, files, scale, True)
    check_losses(found)
    return found


def prepare(args, folder):
    salix = args.build / "tools" / "salix"
    weights, images = args.weights or folder / "initial.pth", args.images
    if not args.weights:
        subprocess.run([salix, "weights", "init", "a2s", weights, "--seed", "1"], check=True, capture_output=True)
    if not images:
        subprocess.run([salix, "synth", "-o", folder, "--count", str(args.batch), "--seed", "7"], check=True,
                       capture_output=True)
        images = folder / "images"
    return {"weights": weights, "images": images}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow and NumPy")
    parser.add_argument("--images", type=pathlib.Path, help="a folder of at least --batch pictures")
    parser.add_argument("--weights", type=pathlib.Path, help="an a2s .pth (default: initial weights)")
    parser.add_argument("--threads", type=int, default=2)
    add_device_arguments(parser)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scales", type=int, nargs="+", default=[1, -2, -1, 2], choices=(-2, -1, 1, 2))
    parser.add_argument("--tcmalloc", help="libtcmalloc_minimal.so for PyTorch")
    parser.add_argument("--compile", action="store_true", help="PyTorch through torch.compile as well")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    samples = {scale: {} for scale in args.scales}
    with tempfile.TemporaryDirectory() as name:
        files = prepare(args, pathlib.Path(name))
        for _ in range(args.rounds):
            for scale in args.scales:
                for mode, row in one_round(args, files, scale).items():
                    samples[scale].setdefault(mode, []).append(row)
    tasks = {f"second size {args.size + 64 * args.scales[0]}": args.scales[:1]}
    if len(args.scales) > 1:
        tasks[f"mean over {len(args.scales)} second sizes"] = args.scales
    result = {"machine": machine(), "torch": samples[args.scales[0]]["published"][0]["torch"], "threads": args.threads,
              "device": args.device, "precision": args.precision,
              "size": args.size, "batch": args.batch, "rounds": args.rounds, "tasks": {},
              "images": "photographs" if args.images else "painted scenes",
              "samples": {str(args.size + 64 * scale): by_mode for scale, by_mode in samples.items()}}
    for task, scales in tasks.items():
        result["tasks"][task] = task_row([samples[scale] for scale in scales])
        print_task(task, result["tasks"][task])
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
