#!/usr/bin/env python3
"""Trains cornet with masks in salix and in PyTorch on the same batches, crops and sizes, and compares the loss curves.

  supervised_curves.py FOLDER --work DIR [--strategy adam_base] [--size 192] [--batch 4] [--epochs 1] [--picture FILE.svg]

FOLDER holds images/ and masks/. Both programs read copies of them as PNG, because JPEG decoders differ by a level or two,
and start from the weights of `salix weights init` (--pretrain goes there). A run lies in DIR/<name of FOLDER>; what an
earlier call left there is used again, so other settings need another DIR. --picture draws all runs that lie in DIR.
Prints the largest and the mean relative distance of the losses; exits 1 when one of the first steps exceeds the bound.
"""
import argparse
import pathlib
import sys

from stage1_curves import compare, draw, read
from stage2_curves import ROOT, run

TERMS = ("total", "bce", "iou")


def copy_as_png(source, target):
    """The images of a folder as PNG files of the same names; their pixels do not change."""
    from PIL import Image

    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp"):
            Image.open(path).save(target / (path.stem + ".png"))


def train_both(args, folder):
    """Runs what has not been run: DIR/<name>/salix/metrics.jsonl and DIR/<name>/torch/steps.jsonl."""
    data, weights, ours, theirs = (folder / part for part in ("data", "initial.pth", "salix", "torch"))
    for part in ("images", "masks"):
        if not (data / "pictures" / part).exists():
            copy_as_png(args.folder / part, data / "pictures" / part)
    if not weights.exists():
        run([args.salix, "weights", "init", "cornet", weights, "--seed", "1",
             *(["--pretrain", args.pretrain, "--allow-partial"] if args.pretrain else [])])
    same = ["--strategy", args.strategy, "--epochs", args.epochs, "--batch", args.batch, "--size", args.size, "--seed",
            args.seed, "--threads", args.threads, "--lr", args.lr,
            *(["--ave-batch", args.ave_batch] if args.ave_batch else [])]
    if not (ours / "done").exists():
        run([args.salix, "train", "cornet", "--recipe", "supervised", "--loss", "bce,iou", "--device", "cpu", "--weight",
             weights, "--train-set", "c=pictures", "--data-path", data, "--run-dir", ours, *same,
             *(["--resume"] if ours.exists() else [])])
        (ours / "done").touch()
    if not (theirs / "done").exists():
        run([args.python, ROOT / "bench" / "peers" / "supervised_torch.py", "--weights", weights, "--images",
             data / "pictures" / "images", "--masks", data / "pictures" / "masks", "--out", theirs, *same])
        (theirs / "done").touch()


def curves(folder):
    """Both logs of a run, step by step. The sizes of the batches must be the same: they are drawn, not learnt."""
    salix, torch = read(folder / "salix" / "metrics.jsonl"), read(folder / "torch" / "steps.jsonl")
    for step in sorted(set(salix) & set(torch)):
        if salix[step]["size"] != torch[step]["size"]:
            sys.exit(f"{folder.name}: step {step} is of size {salix[step]['size']} in salix, but of "
                     f"{torch[step]['size']} in PyTorch; the draws differ")
    return salix, torch


def draw_all(path, work):
    """A row of two panels per run in `work`, over the steps that all of them have."""
    names = sorted(p.parent.parent.name for p in work.glob("*/torch/done"))
    logs = [curves(work / name) for name in names]
    steps = sorted(set.intersection(*(set(log) for pair in logs for log in pair)))
    titled = [(f"{name}: {term}", term, index) for index, name in enumerate(names) for term in TERMS[1:]]
    ours, theirs = ({step: {title: logs[index][side][step][term] for title, term, index in titled} for step in steps}
                    for side in (0, 1))
    draw(path, steps, ours, theirs, [title for title, _, _ in titled])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--salix", type=pathlib.Path, default=ROOT / "build" / "cpu" / "tools" / "salix")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow (below 13) and NumPy")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--pretrain", help="encoder weights to start from; they may be incomplete")
    parser.add_argument("--strategy", choices=("adam_base", "sgd_f3net"), default="adam_base")
    parser.add_argument("--lr", type=float, default=0, help="0: the strategy's")
    parser.add_argument("--ave-batch", type=int, default=0, help="iterations per update; 0: the strategy's")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--first", type=int, default=30)
    parser.add_argument("--within", type=float, default=0.01)
    parser.add_argument("--picture")
    args = parser.parse_args()

    folder = args.work / args.folder.absolute().name
    train_both(args, folder)
    together = compare(*curves(folder), args.first, args.within)
    if args.picture:
        draw_all(args.picture, args.work)
    return 0 if together else 1


if __name__ == "__main__":
    sys.exit(main())
