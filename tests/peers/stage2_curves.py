#!/usr/bin/env python3
"""Trains cornet or midnet in salix and in PyTorch on the same batches, and compares the loss curves.

  stage2_curves.py cornet --data-path ROOT --train-set c=ECSSD --pseudo-root LABELS --work DIR [--epochs 2] [--batch 8]
  stage2_curves.py midnet --data-path ROOT --train-set t=VT5000-TR --pseudo-root LABELS --work DIR

Both start from the weights of `salix weights init` (--pretrain goes there) and see the same batches and flips.
ROOT and LABELS are laid out as `salix train` wants them; use PNG files, because JPEG decoders differ by a level or two.
What an earlier call left in DIR is used again, so that a training that was done need not be repeated; other settings need
another DIR. Prints the largest and the mean relative distance of the losses; exits 1 when one of the
first steps exceeds the bound.
"""
import argparse
import pathlib
import subprocess
import sys

from stage1_curves import compare, draw, read

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = {"c": ("", "images", ""), "d": ("RGBD", "image", "depth"), "o": ("vsod", "JPEGImages", "optical"),
           "t": ("RGBT", "RGB", "T")}
TERMS = {"cornet": ("total",), "midnet": ("iou_score", "iou_score1")}


def run(command):
    print(" ".join(map(str, command)), flush=True)
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(TERMS))
    parser.add_argument("--salix", type=pathlib.Path, default=ROOT / "build" / "cpu" / "tools" / "salix")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow and NumPy")
    parser.add_argument("--data-path", type=pathlib.Path, required=True)
    parser.add_argument("--train-set", required=True, help="LETTER=SET")
    parser.add_argument("--pseudo-root", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--pretrain", help="encoder weights to start from; they may be incomplete")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--first", type=int, default=50)
    parser.add_argument("--within", type=float, default=0.05)
    parser.add_argument("--picture")
    args = parser.parse_args()

    letter, name = args.train_set.split("=")
    parent, images, modality = FOLDERS[letter]
    data, labels = args.data_path / parent / name, args.pseudo_root / letter / name
    weights, ours, theirs = args.work / "initial.pth", args.work / "salix", args.work / "torch"
    args.work.mkdir(parents=True, exist_ok=True)
    if not weights.exists():
        run([args.salix, "weights", "init", args.network, weights, "--seed", "1",
             *(["--pretrain", args.pretrain, "--allow-partial"] if args.pretrain else [])])
    same = ["--epochs", args.epochs, "--batch", args.batch, "--size", args.size, "--seed", args.seed, "--threads",
            args.threads]
    if not (ours / "done").exists():
        run([args.salix, "train", args.network, "--device", "cpu", "--weight", weights, "--trset", letter, "--train-set",
             args.train_set, "--data-path", args.data_path, "--pseudo-root", args.pseudo_root, "--run-dir", ours, *same,
             *(["--resume"] if ours.exists() else [])])
        (ours / "done").touch()
    if not (theirs / "done").exists():
        run([args.python, ROOT / "bench" / "peers" / "stage2_torch.py", args.network, "--weights", weights, "--images",
             data / images, "--modality", data / modality, "--labels", labels, "--out", theirs, *same])
        (theirs / "done").touch()
    salix, torch = read(ours / "metrics.jsonl"), read(theirs / "steps.jsonl")
    together = compare(salix, torch, args.first, args.within)
    if args.picture:
        draw(args.picture, sorted(set(salix) & set(torch)), salix, torch, TERMS[args.network])
    return 0 if together else 1


if __name__ == "__main__":
    sys.exit(main())
