#!/usr/bin/env python3
"""Stage-1 training of a2s in PyTorch, on the same initial weights, data and random draws as `salix train a2s`.

  stage1_torch.py --weights init.pth --images DIR --out DIR [--epochs 4] [--batch 8] [--size 320] [--mode published]

--mode published computes the encoder's gradients although its learning rate is zero, as the published program does;
--mode frozen leaves them out (the same weights result). Writes steps.jsonl (every loss term and the seconds of every
step) and weights.pth into --out, if given. --steps N stops early. Images are decoded and resized by Pillow.
--device and --precision (float32: no TF32 anywhere) choose where and how; --channels-last is wise on a GPU.
For timing, --same-batch repeats the first batch, --second-size fixes the second scale, --json prints a summary alone.
"""
import argparse
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import draws  # noqa: E402
import training  # noqa: E402
from a2s_model import A2s  # noqa: E402
from stage1_losses import enlarge, stage1  # noqa: E402


class Trainer:
    def __init__(self, args, total_steps):
        self.args, self.total_steps, self.done = args, total_steps, 0
        self.model = A2s()
        self.model.load_state_dict(torch.load(args.weights, weights_only=True))
        self.model.to(args.device).train()
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
        args, start = self.args, training.clock(self.args)
        self.optimizer.param_groups[-1]["lr"] = args.lr * training.decay(self.done + 1, self.total_steps)
        size2 = args.second_size or args.size + 64 * draws.scale(args.seed, self.done)
        image2 = enlarge(image, (size2, size2))
        with training.autocast(args):
            logits, logits2 = self.network(image), self.network(image2)
        terms = stage1(logits.float(), image, logits2.float(), image2, epoch, args.epochs)
        total = sum(terms)
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        seconds = training.clock(args) - start
        self.done += 1
        return {"step": self.done, "epoch": epoch, "size2": size2, "total": total.item(), "csd": terms[0].item(),
                "btm": terms[1].item(), "consistency": terms[2].item(), "seconds": round(seconds, 4)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    training.add_arguments(parser, epochs=20, lr=0.1)
    parser.add_argument("--second-size", type=int, default=0, help="0: drawn anew for every step")
    parser.add_argument("--mode", choices=("published", "frozen"), default="published")
    return parser.parse_args()


def main():
    args = parse()
    training.prepare_device(args)
    paths = training.files_in(args.images)
    trainer = Trainer(args, args.total_steps or args.epochs * (len(paths) // args.batch))

    def load_batch(samples, epoch):
        return training.load(training.load_image, paths, samples, epoch, args)

    training.run(trainer, len(paths), load_batch, args)


if __name__ == "__main__":
    main()
