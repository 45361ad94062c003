#!/usr/bin/env python3
"""Trains sfnet from scribbles in salix and in PyTorch on the same weights, data and draws, and compares every loss term.

  scribble_curves.py ROOT LIST --work DIR [--steps 100] [--batch 2] [--weights FILE] [--picture FILE.svg]

LIST is a training list below ROOT (`salix scribble`, `salix synth --scribbles`). Its JPEG files are read as PNG by both,
because JPEG decoders differ by a level or two: copies lie in DIR/data. Runs lie in DIR; what an earlier call left there is
used again, so other settings need another DIR. No block is skipped at random. Prints the largest relative distance of
each term over the first steps and over all; exits 1 when one of the first exceeds the bound.
"""
import argparse
import pathlib
import sys

from stage1_curves import draw, read
from stage2_curves import ROOT, run

TERMS = ("total", "sem_ann", "img_sim", "parted_ce", "ssc", "smo", "contour")


def copy_as_png(root, listed, target):
    """A list of the same samples whose files are PNG; pixels do not change."""
    from PIL import Image

    lines = []
    for line in listed.read_text().splitlines():
        names = []
        for folder, name in zip(("image", "depth", "scribble", "regions", "contours"), line.split()):
            names.append(f"{folder}/{pathlib.Path(name).stem}.png")
            copy = target / names[-1]
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not copy.exists():
                Image.open(root / name).save(copy)
        lines.append(" ".join(names))
    (target / "list.txt").write_text("\n".join(lines) + "\n")


def train_both(args):
    data, ours, theirs = (args.work / part for part in ("data", "salix", "torch"))
    weights = args.weights or args.work / "initial.pth"
    if not (data / "list.txt").exists():
        copy_as_png(args.root, args.list, data)
    if not weights.exists():
        run([args.salix, "weights", "init", "sfnet", weights, "--seed", "1"])
    same = ["--batch", args.batch, "--seed", args.seed, "--threads", args.threads, "--lr", args.lr]
    if not (ours / "done").exists():
        run([args.salix, "train", "sfnet", "--weight", weights, "--list", data / "list.txt", "--data-path", data, "--iterations",
             args.steps, "--no-drop-path", "--device", "cpu", "--run-dir", ours, *same,
             *(["--resume"] if ours.exists() else [])])
        (ours / "done").touch()
    if not (theirs / "done").exists():
        run([args.python, ROOT / "bench" / "peers" / "scribble_torch.py", "--weights", weights, "--list", data / "list.txt",
             "--images", data, "--out", theirs, "--steps", args.steps, *same])
        (theirs / "done").touch()
    return read(ours / "metrics.jsonl"), read(theirs / "steps.jsonl")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("--salix", type=pathlib.Path, default=ROOT / "build" / "cpu" / "tools" / "salix")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch, Pillow (below 13) and NumPy")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--weights", type=pathlib.Path, help="of sfnet; without them `salix weights init` makes some")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--first", type=int, default=30)
    parser.add_argument("--within", type=float, default=0.01)
    parser.add_argument("--picture")
    args = parser.parse_args()

    args.work.mkdir(parents=True, exist_ok=True)
    ours, theirs = train_both(args)
    steps, together = sorted(set(ours) & set(theirs)), True
    for term in TERMS:
        distance = [abs(ours[s][term] - theirs[s][term]) / abs(theirs[s][term]) for s in steps]
        early, last = max(distance[:args.first]), max(distance)
        together = together and early <= args.within
        print(f"{term:10} first {args.first} steps: {early:.2e}, all {len(steps)}: {last:.2e}, "
              f"mean {sum(distance) / len(distance):.2e}")
    if args.picture:
        draw(args.picture, steps, ours, theirs, TERMS[1:])
    return 0 if together and len(steps) >= args.first else 1


if __name__ == "__main__":
    sys.exit(main())
