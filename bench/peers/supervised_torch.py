#!/usr/bin/env python3
"""Supervised training of cornet in PyTorch, on the same initial weights, data and draws as
`salix train cornet --recipe supervised` with the losses bce,iou.

  supervised_torch.py --weights init.pth --images DIR --masks DIR --out DIR [--strategy adam_base] [--epochs 40]

Images and masks are matched by their order, sorted by name; a pair has one size. Writes steps.jsonl (the losses and the
seconds of every step) and weights.pth into --out, if given. --steps N stops early. Images are decoded, cropped and resized
by Pillow; batches of other sizes are made by PyTorch. --device and --precision (float32: no TF32 anywhere) choose where
and how; --channels-last is wise on a GPU. For timing, --same-batch repeats the first batch, --json prints a summary alone.
"""
import argparse
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import draws  # noqa: E402
import training  # noqa: E402
from cornet_model import Cornet  # noqa: E402

# Optimizer, rate, samples per update, epochs, and the factor of the rate at x = step / total.
STRATEGIES = {
    "adam_base": (torch.optim.Adam, 1e-4, 32, 40, lambda x: 1 if x < 0.5 else 0.1 if x < 0.75 else 0.01),
    "sgd_f3net": (torch.optim.SGD, 0.05, 32, 40, lambda x: 1 - abs(2 * x - 1)),
}
WEIGHT_DECAY = 5e-4


def load_pair(image_path, mask_path, epoch, sample, args):
    """[3,S,S] normalised and [1,S,S] of 0 and 1: the same part of both, resized and mirrored alike."""
    image, mask = Image.open(image_path).convert("RGB"), Image.open(mask_path).convert("L")
    top, left, height, width = 0, 0, image.height, image.width
    if not args.no_crop:
        top, left, height, width = draws.crop(args.seed, epoch, sample, image.height, image.width)
    flip = draws.flip(args.seed, epoch, sample)

    def framed(picture):
        part = picture.crop((left, top, left + width, top + height))
        part = part.resize((args.size, args.size), Image.BICUBIC)
        return np.asarray(part.transpose(Image.FLIP_LEFT_RIGHT) if flip else part)

    return training.normalised(framed(image).astype(np.float32)), (framed(mask) > 128).astype(np.float32)[None]


def at_side(image, mask, side):
    """A batch at another size: images bilinear with aligned corners, labels by the nearest pixel."""
    if side == image.shape[-1]:
        return image, mask
    rows = torch.arange(side, device=mask.device) * mask.shape[-1] // side
    return F.interpolate(image, size=(side, side), mode="bilinear", align_corners=True), mask[..., rows, :][..., rows]


def iou(q, target):
    """1 - (intersection + 1) / (union + 1) per sample, averaged over the batch."""
    inter = (q * target).sum(dim=(1, 2, 3))
    union = (q + target - q * target).sum(dim=(1, 2, 3))
    return (1 - (inter + 1) / (union + 1)).mean()


class Trainer:
    def __init__(self, args, total_steps):
        self.args, self.total_steps, self.done = args, total_steps, 0
        optimizer, rate, samples, _, self.factor = STRATEGIES[args.strategy]
        self.rate, self.ave_batch = args.lr or rate, args.ave_batch or max(1, samples // args.batch)
        self.model = Cornet()
        self.model.load_state_dict(torch.load(args.weights, weights_only=True))
        self.model.to(args.device).train()
        if args.channels_last:
            self.model.to(memory_format=torch.channels_last)
        encoders, rest = [], []
        for name, parameter in self.model.named_parameters():
            (encoders if "encoder." in name else rest).append(parameter)
        momentum = {"momentum": 0.9} if optimizer is torch.optim.SGD else {}
        self.optimizer = optimizer([{"params": encoders}, {"params": rest}], lr=self.rate, weight_decay=WEIGHT_DECAY,
                                   **momentum)
        self.network = torch.compile(self.model) if args.compile else self.model

    def step(self, batch, epoch):
        """One iteration. Returns the row of the log: the terms, and the seconds it took."""
        args, start = self.args, training.clock(self.args)
        for group, share in zip(self.optimizer.param_groups, (0.1, 1)):
            group["lr"] = share * self.rate * self.factor((self.done + 1) / self.total_steps)
        side = args.size if args.no_multi_scale else draws.batch_size(args.size, args.seed, self.done)
        image, target = at_side(*batch, side)
        with training.autocast(args):
            logits = self.network(image)
        q = torch.sigmoid(logits.float())
        terms = {"bce": F.binary_cross_entropy(q, target), "iou": iou(q, target)}
        total = sum(terms.values())
        (total / self.ave_batch).backward()
        self.done += 1
        if self.done % self.ave_batch == 0:  # over all epochs: what waits at the end of one counts in the next
            self.optimizer.step()
            self.optimizer.zero_grad()
        seconds = training.clock(args) - start
        return {"step": self.done, "epoch": epoch, "size": side, "total": total.item(),
                **{name: term.item() for name, term in terms.items()}, "seconds": round(seconds, 4)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--masks", type=pathlib.Path, required=True)
    parser.add_argument("--strategy", choices=sorted(STRATEGIES), default="adam_base")
    parser.add_argument("--ave-batch", type=int, default=0, help="iterations per update; 0: the strategy's")
    parser.add_argument("--no-crop", action="store_true")
    parser.add_argument("--no-multi-scale", action="store_true")
    training.add_arguments(parser, epochs=0, lr=0)
    args = parser.parse_args()
    args.epochs = args.epochs or STRATEGIES[args.strategy][3]
    return args


def main():
    args = parse()
    training.prepare_device(args)
    images, masks = training.files_in(args.images), training.files_in(args.masks)
    trainer = Trainer(args, args.total_steps or args.epochs * (len(images) // args.batch))

    def load_batch(samples, epoch):
        pairs = [load_pair(images[s], masks[s], epoch, s, args) for s in samples]
        return [torch.from_numpy(np.stack(half)).to(args.device) for half in zip(*pairs)]

    training.run(trainer, len(images), load_batch, args)


if __name__ == "__main__":
    main()
