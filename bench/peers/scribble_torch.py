#!/usr/bin/env python3
"""Training of sfnet from scribbles in PyTorch as DHFR publishes it, on the same initial weights, data and draws as
`salix train sfnet --no-drop-path`.

  scribble_torch.py --weights init.pth --list FILE --images ROOT --out DIR --steps N [--batch 4] [--lr 1e-4]

ROOT is where the list's paths begin. Writes steps.jsonl (the losses and the seconds of every step) into --out, if given. No
block is skipped at random: PyTorch would draw other ones. --compile and --channels-last as in network_torch.py. For timing,
--same-batch repeats the first batch, --json prints a summary alone.
"""
import argparse
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import contrast_torch  # noqa: E402
import draws  # noqa: E402
import scribble_data  # noqa: E402
import training  # noqa: E402
from localvit_model import without_drop_path  # noqa: E402
from sfnet_model import Sfnet  # noqa: E402
from sfnet_step import two_passes  # noqa: E402

LEVELS = {"div1": 1.0, "div2": 0.8, "div4": 0.8, "div8": 0.6, "div16": 0.4, "bef_div16": 0.4}
FILTERS = torch.tensor([[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
                        [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]], dtype=torch.float32)[:, None]
LUMA = torch.tensor([0.299, 0.587, 0.114])


def partial_ce(maps, semantic):
    """The probabilities (1 - p, p) taken for logits, over foreground and background apart, map by map."""
    total = 0
    for name, level in LEVELS.items():
        p = maps[name][:, 0]
        total = total + level * sum(F.softplus(sign * (2 * p[semantic == label] - 1)).mean()
                                    for label, sign in ((1, -1), (0, 1)))
    return total


def structure(x, y):
    """Structure consistency of two maps."""
    def average(z):
        return F.avg_pool2d(z, 3, 1, 1)
    mx, my = average(x), average(y)
    sx, sy, sxy = average(x * x) - mx * mx, average(y * y) - my * my, average(x * y) - mx * my
    ssim = (2 * mx * my + 1e-4) * (2 * sxy + 9e-4) / ((mx * mx + my * my + 1e-4) * (sx + sy + 9e-4))
    return 0.85 * ((1 - ssim) / 2).clamp(0, 1).mean() + 0.15 * (x - y).abs().mean()


def smoothness(p, image):
    colours = image * torch.from_numpy(scribble_data.STD).float()[:, None, None]
    colours = colours + torch.from_numpy(scribble_data.MEAN).float()[:, None, None]
    grey = (colours * LUMA[:, None, None]).sum(1, keepdim=True)
    change = F.conv2d(p, FILTERS, padding=1).abs() * torch.exp(-10 * F.conv2d(grey, FILTERS, padding=1).abs())
    terms = (change.square() + 1e-6).sqrt().mean((0, 2, 3))
    return 10 * (terms[0] + terms[1]) + terms[2]


class Trainer:
    def __init__(self, args):
        self.args, self.done, self.memory = args, 0, []
        self.model = Sfnet()
        self.model.load_state_dict(torch.load(args.weights, weights_only=True))
        self.model.train()
        without_drop_path(self.model)
        if args.channels_last:
            self.model.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=args.lr)
        self.network = torch.compile(self.model) if args.compile else self.model

    def step(self, batch, epoch):
        """One iteration. Returns the row of the log: the weighted terms, and the seconds it took."""
        image, depth, semantic, instance, contour = batch
        start = training.clock(self.args)
        plain, aug = two_passes(self.network, image, depth)
        rows = [x["embedding"].permute(0, 2, 3, 1) for x in (plain, aug)]
        annotation, similarity, entry = contrast_torch.losses(*rows, semantic, instance, self.memory)
        terms = {"sem_ann": annotation, "img_sim": similarity, "parted_ce": partial_ce(plain, semantic),
                 "ssc": structure(aug["div1"], plain["div1"]), "smo": 0.3 * smoothness(plain["div1"], image),
                 "contour": F.binary_cross_entropy(plain["contour_div1"][:, 0], contour)}
        total = sum(terms.values())
        self.optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_value_(self.model.parameters(), 0.5)
        self.optimizer.step()
        self.memory = (self.memory + [entry])[-2:]
        self.done += 1
        seconds = training.clock(self.args) - start
        return {"step": self.done, "epoch": epoch, "total": total.item(),
                **{name: term.item() for name, term in terms.items()}, "seconds": round(seconds, 4)}


def load_batch(lines, samples, epoch, args):
    """Image and depth [B,3,S,S]; semantic and instance [B,S,S] of whole numbers; contour [B,S,S]."""
    loaded = []
    for sample in samples:
        arrays = scribble_data.read(args.images, lines[sample])
        height, width = arrays[1].shape
        loaded.append(scribble_data.augmented(arrays, args.size,
                                              draws.scribble(args.seed, epoch, sample, height, width)))
    image, depth, semantic, instance, contour = (torch.from_numpy(np.stack(field)) for field in zip(*loaded))
    return (image.permute(0, 3, 1, 2).contiguous(), depth.permute(0, 3, 1, 2).contiguous(), semantic.long(),
            instance.long(), contour)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    training.add_arguments(parser, epochs=1000, lr=1e-4)
    parser.add_argument("--list", type=pathlib.Path, required=True)
    parser.set_defaults(batch=4, size=224)
    args = parser.parse_args()
    training.prepare_device(args)
    lines = args.list.read_text().splitlines()
    training.run(Trainer(args), len(lines), lambda samples, epoch: load_batch(lines, samples, epoch, args), args)


if __name__ == "__main__":
    main()
