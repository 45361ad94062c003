#!/usr/bin/env python3
"""A training step of stage 2 (cornet or midnet) in salix beside PyTorch, in one run, taking turns.

  compare_stage2.py --network cornet [--build build/cpu] [--python PYTHON] [--set DIR] [--threads 2] [--size 320]
                    [--batch 8] [--rounds 3] [--tcmalloc LIB] [--compile] [--out FILE]

A step: forward, IoU loss, backward, optimizer; the same weights and the same batch everywhere. Every round runs each
program once, each in a process of its own: one step to warm up, then three. The median over rounds is kept. Programs:
  salix                 this build
  published[_tcmalloc]  PyTorch, contiguous, as the original program
  channels_last[_...]   PyTorch with channels_last; with --compile torch.compile of both
--set is an RGB-T set with masks (RGB/, T/, GT/); without it `salix synth` paints one. cornet sees RGB/ alone.
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


def peers(args):
    """Name -> options and allocator."""
    found = {}
    for allocator in [None] + ([args.tcmalloc] if args.tcmalloc else []):
        suffix = "_tcmalloc" if allocator else ""
        for mode, options in (("published", []), ("channels_last", ["--channels-last"])):
            found[mode + suffix] = (options, allocator)
            if args.compile:
                found[f"{mode}_compiled{suffix}"] = ([*options, "--compile"], allocator)
    return found


def torch_once(args, files, options, tcmalloc):
    # 20 epochs of 1000 steps, as in the benchmark; only the learning rate depends on it.
    command = [args.python, HERE / "peers" / "stage2_torch.py", args.network, "--weights", files["weights"], "--images",
               files["set"] / "RGB", "--modality", files["set"] / "T", "--labels", files["set"] / "GT", "--size",
               str(args.size), "--batch", str(args.batch), "--total-steps", "20000", "--same-batch",
               "--threads", str(args.threads), "--json", *device_options(args), *options]
    return torch_step(command, args.threads, tcmalloc)


def one_round(args, files):
    settings = {"WEIGHTS": files["weights"], "SET": files["set"], "SIZE": args.size, "BATCH": args.batch,
                "DEVICE": args.device}
    tail = "" if args.precision == "float32" else f"_{args.precision}"
    found = {"salix": salix_step(args.build, f"stage2_step/{args.network}{tail}", settings, args.threads)}
    for mode, (options, allocator) in peers(args).items():
        found[mode] = torch_once(args, files, options, allocator)
    check_losses(found)
    return found


def prepare(args, folder):
    salix = args.build / "tools" / "salix"
    weights, data = args.weights or folder / "initial.pth", args.set
    if not args.weights:
        subprocess.run([salix, "weights", "init", args.network, weights, "--seed", "1"], check=True, capture_output=True)
    if not data:
        subprocess.run([salix, "synth", "-o", folder, "--tasks", "t", "--train", str(args.batch), "--test", "0",
                        "--train-set", "t=painted", "--seed", "7"], check=True, capture_output=True)
        data = folder / "RGBT" / "painted"
    return {"weights": weights, "set": data.resolve()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=("cornet", "midnet"), required=True)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow and NumPy")
    parser.add_argument("--set", type=pathlib.Path, help="a set of at least --batch pictures")
    parser.add_argument("--weights", type=pathlib.Path, help="a .pth of the network (default: initial weights)")
    parser.add_argument("--threads", type=int, default=2)
    add_device_arguments(parser)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tcmalloc", help="libtcmalloc_minimal.so: PyTorch's modes are run with it as well")
    parser.add_argument("--compile", action="store_true", help="PyTorch through torch.compile as well")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()

    samples = {}
    with tempfile.TemporaryDirectory() as name:
        files = prepare(args, pathlib.Path(name))
        for _ in range(args.rounds):
            for mode, row in one_round(args, files).items():
                samples.setdefault(mode, []).append(row)
    task = f"{args.network} step"
    result = {"machine": machine(), "torch": samples["published"][0]["torch"], "threads": args.threads,
              "device": args.device, "precision": args.precision,
              "size": args.size, "batch": args.batch, "rounds": args.rounds, "tasks": {task: task_row([samples])},
              "images": "photographs" if args.set else "painted scenes", "samples": samples}
    print_task(task, result["tasks"][task])
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
