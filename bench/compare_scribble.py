#!/usr/bin/env python3
"""A training iteration of DHFR (sfnet, two passes, all losses, Adam) in salix beside PyTorch, in one run, taking turns.

  compare_scribble.py [--build build/cpu] [--python PYTHON] [--threads 2] [--batch 4] [--rounds 3] [--tcmalloc LIB]
                      [--compile] [--out FILE]

The same weights and the same batch of painted scenes everywhere; no block is skipped at random. Every round runs each
program once, each in a process of its own: one iteration to warm up, then three. The median over rounds is kept.
  salix                 this build
  published[_tcmalloc]  PyTorch, contiguous, with the published losses
  channels_last[_...]   PyTorch with channels_last; with --compile torch.compile of both networks
The losses of the fourth iteration must agree to 2e-2 (rounding grows from one to the next).
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from compare_stage2 import peers
from peers.machine import machine
from peers.step_timing import check_losses, device_options, print_task, salix_step, task_row, torch_step

HERE = pathlib.Path(__file__).resolve().parent


def prepare(args, folder):
    salix = args.build / "tools" / "salix"
    weights = folder / "initial.pth"
    subprocess.run([salix, "weights", "init", "sfnet", weights, "--seed", "1"], check=True, capture_output=True)
    subprocess.run([salix, "synth", "-o", folder, "--tasks", "d", "--train", str(args.batch), "--test", "0", "--train-set",
                    "d=painted", "--scribbles", "--seed", "7"], check=True, capture_output=True)
    return {"weights": weights, "root": folder, "list": folder / "d_painted_scribble.txt"}


def one_round(args, files):
    settings = {"WEIGHTS": files["weights"], "LIST": files["list"], "ROOT": files["root"], "BATCH": args.batch}
    found = {"salix": salix_step(args.build, "scribble_step/sfnet", settings, args.threads)}
    for mode, (options, allocator) in peers(args).items():
        command = [args.python, HERE / "peers" / "scribble_torch.py", "--weights", files["weights"], "--list", files["list"],
                   "--images", files["root"], "--batch", str(args.batch), "--same-batch", "--threads", str(args.threads),
                   "--json", *device_options(args), *options]
        found[mode] = torch_step(command, args.threads, allocator)
    check_losses(found)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "cpu")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow and NumPy")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tcmalloc", help="libtcmalloc_minimal.so: PyTorch's modes are run with it as well")
    parser.add_argument("--compile", action="store_true", help="PyTorch through torch.compile as well")
    parser.add_argument("--out", type=pathlib.Path)
    parser.set_defaults(device="cpu", precision="float32")
    args = parser.parse_args()

    samples = {}
    with tempfile.TemporaryDirectory() as name:
        files = prepare(args, pathlib.Path(name))
        for _ in range(args.rounds):
            for mode, row in one_round(args, files).items():
                samples.setdefault(mode, []).append(row)
    task = f"sfnet iteration, batch {args.batch}"
    result = {"machine": machine(), "torch": samples["published"][0]["torch"], "threads": args.threads, "batch": args.batch,
              "rounds": args.rounds, "tasks": {task: task_row([samples])}, "images": "painted scenes", "samples": samples}
    print_task(task, result["tasks"][task])
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
