#!/usr/bin/env python3
"""Stage-1 training of a2s in PyTorch, on the same initial weights, data and random draws as `salix train a2s`.

  stage1_torch.py --weights init.pth --images DIR --out DIR [--epochs 4] [--batch 8] [--size 320] [--mode published]

--mode published computes the encoder's gradients although its learning rate is zero, as the published program does;
--mode frozen leaves them out (the same weights result). Writes steps.jsonl (every loss term and the seconds of every
step) and weights.pth into --out, if given. --steps N stops early. Images are decoded and resized by Pillow.
For timing, --same-batch repeats the first batch, --second-size fixes the second scale, --json prints a summary alone.
"""
import argparse
import json
import pathlib
import resource
import statistics
import sys
import time

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import draws  # noqa: E402
from a2s_model import A2s  # noqa: E402
from stage1_losses import enlarge, stage1  # noqa: E402

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def load_image(path, size, flip):
    image = Image.open(path).convert("RGB").resize((size, size), Image.BICUBIC)
    if flip:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    x = (np.asarray(image, dtype=np.float32) / np.float32(255)).astype(np.float64)
    return ((x - MEAN) / STD).astype(np.float32).transpose(2, 0, 1)


def load_batch(paths, samples, epoch, args):
    return torch.from_numpy(np.stack(
        [load_image(paths[s], args.size, draws.flip(args.seed, epoch, s)) for s in samples]))


class Trainer:
    def __init__(self, args, total_steps):
        self.args, self.total_steps, self.done = args, total_steps, 0
        self.model = A2s()
        self.model.load_state_dict(torch.load(args.weights, weights_only=True))
        self.model.train()
        if args.channels_last:
            self.model.to(memory_format=torch.channels_last)
        groups = [{"params": list(self.model.decoder.parameters()), "lr": args.lr}]
        if args.mode == "published":
            groups.insert(0, {"params": list(self.model.encoder.parameters()), "lr": 0.0})
        else:
            self.model.encoder.requires_grad_(False)
        self.optimizer = torch.optim.SGD(groups, lr=args.lr, momentum=0.9, weight_decay=5e-4)
        self.network = torch.compile(self.model) if args.compile else self.model

    def step(self, image, epoch):
        """One iteration. Returns the row of the log: every weighted term, and the seconds it took."""
        args, start = self.args, time.perf_counter()
        decay = (1 - (self.done + 1) / self.total_steps) * 0.8 + 0.2
        self.optimizer.param_groups[-1]["lr"] = args.lr * decay
        size2 = args.second_size or args.size + 64 * draws.scale(args.seed, self.done)
        image2 = enlarge(image, (size2, size2))
        terms = stage1(self.network(image), image, self.network(image2), image2, epoch, args.epochs)
        total = sum(terms)
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        seconds = time.perf_counter() - start
        self.done += 1
        return {"step": self.done, "epoch": epoch, "size2": size2, "total": total.item(), "csd": terms[0].item(),
                "btm": terms[1].item(), "consistency": terms[2].item(), "seconds": round(seconds, 4)}


def train(trainer, paths, args):
    """Yields a row after every step; writes the weights after every epoch."""
    batch = None
    for epoch in range(1, args.epochs + 1):
        order = draws.epoch_order(args.seed, epoch, len(paths))
        for i in range(len(paths) // args.batch):
            if batch is None or not args.same_batch:
                batch = load_batch(paths, order[i * args.batch:(i + 1) * args.batch], epoch, args)
            yield trainer.step(batch, epoch)
            if trainer.done == args.steps:
                break
        if args.out:
            torch.save(trainer.model.state_dict(), args.out / "weights.pth")
        if trainer.done == args.steps:
            return


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--second-size", type=int, default=0, help="0: drawn anew for every step")
    parser.add_argument("--same-batch", action="store_true", help="the first batch again and again")
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--total-steps", type=int, default=0, help="T of the learning rate; 0: those of all epochs")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many; 0: all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mode", choices=("published", "frozen"), default="published")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true", help="the network through torch.compile")
    parser.add_argument("--json", action="store_true", help="print median seconds (first step apart) and peak memory")
    return parser.parse_args()


def main():
    args = parse()
    torch.set_num_threads(args.threads)
    paths = sorted(p for p in args.images.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp"))
    trainer = Trainer(args, args.total_steps or args.epochs * (len(paths) // args.batch))
    log = None
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        log = open(args.out / "steps.jsonl", "w", encoding="utf-8")
    rows = []
    for row in train(trainer, paths, args):
        rows.append(row)
        if log:
            log.write(json.dumps(row) + "\n")
            log.flush()
        if not args.json:
            print(row, flush=True)
    if args.json:
        print(json.dumps({"ms": 1e3 * statistics.median(r["seconds"] for r in rows[1:] or rows), "loss": rows[-1]["total"],
                          "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                          "torch": torch.__version__}))


if __name__ == "__main__":
    main()
