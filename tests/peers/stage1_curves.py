#!/usr/bin/env python3
"""Compares the loss curves of two stage-1 runs: salix's metrics.jsonl and stage1_torch.py's steps.jsonl.

  stage1_curves.py RUN/metrics.jsonl TORCH/steps.jsonl [--picture FILE.svg] [--first 50] [--within 0.01]

Both start from the same weights and see the same batches, flips and scales. Prints the largest relative distance of
the total loss over the first steps and over all; exits 1 when one of the first exceeds the bound.
"""
import argparse
import json
import sys


def read(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return {row["step"]: row for row in rows if "total" in row and "step" in row}


def draw(path, steps, ours, theirs, terms):
    """Two panels per row."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "salix"
    import matplotlib.pyplot as plt

    rows, columns = (len(terms) + 1) // 2, min(len(terms), 2)
    figure, axes = plt.subplots(rows, columns, figsize=(5.5 * columns, 3.2 * rows), sharex=True, squeeze=False,
                                layout="constrained")
    for axis, term in zip(axes.flat, terms):
        axis.plot(steps, [theirs[s][term] for s in steps], color="#d1495b", linewidth=2.6, alpha=0.55, label="PyTorch")
        axis.plot(steps, [ours[s][term] for s in steps], color="#1b3a5c", linewidth=1.0, label="salix")
        axis.set_title(term)
        axis.grid(alpha=0.25)
    axes[0, 0].legend()
    for axis in axes[-1]:
        axis.set_xlabel("step")
    figure.savefig(path, metadata={"Date": None} if str(path).endswith(".svg") else None)


def compare(ours, theirs, first, within):
    """Prints the distances of the totals; whether those of the first steps are within the bound."""
    steps = sorted(set(ours) & set(theirs))
    if len(steps) < first:
        print(f"only {len(steps)} steps are in both files; {first} are needed")
        return False
    distance = {s: abs(ours[s]["total"] - theirs[s]["total"]) / abs(theirs[s]["total"]) for s in steps}
    early = max(steps[:first], key=distance.get)
    worst = max(steps, key=distance.get)
    early_mean = sum(distance[s] for s in steps[:first]) / first
    mean = sum(distance.values()) / len(distance)
    print(f"{len(steps)} steps; within the first {first} the largest distance is {distance[early]:.2e} "
          f"(step {early}), mean {early_mean:.2e}; over all {distance[worst]:.2e} (step {worst}), mean {mean:.2e}")
    return distance[early] <= within


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salix")
    parser.add_argument("torch")
    parser.add_argument("--first", type=int, default=50)
    parser.add_argument("--within", type=float, default=0.01)
    parser.add_argument("--picture")
    args = parser.parse_args()
    ours, theirs = read(args.salix), read(args.torch)
    together = compare(ours, theirs, args.first, args.within)
    if args.picture:
        draw(args.picture, sorted(set(ours) & set(theirs)), ours, theirs, ("total", "csd", "btm", "consistency"))
    return 0 if together else 1


if __name__ == "__main__":
    sys.exit(main())
