#!/usr/bin/env python3
"""Stage-2 training of cornet or midnet in PyTorch, on the same initial weights, data and draws as `salix train NET`.

  stage2_torch.py cornet --weights init.pth --images DIR --labels DIR --out DIR [--epochs 2] [--batch 8] [--size 320]
  stage2_torch.py midnet --weights init.pth --images DIR --labels DIR --modality DIR --out DIR

Labels and modality images are matched by their order, sorted by name. Writes steps.jsonl (the loss and the seconds of
every step) and weights.pth into --out, if given. --steps N stops early. Images are decoded and resized by Pillow.
--device and --precision (float32: no TF32 anywhere) choose where and how; --channels-last is wise on a GPU.
For timing, --same-batch repeats the first batch, --json prints a summary alone.
"""
import argparse
import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import training  # noqa: E402
from cornet_model import Cornet  # noqa: E402
from midnet_model import Midnet  # noqa: E402

NETWORKS = {"cornet": Cornet, "midnet": Midnet}
WEIGHT_DECAY = {"cornet": 5e-4, "midnet": 0.0}


def iou(logits, target):
    """1 - intersection / (union + 1e-7) per sample at the target's size, averaged over the batch."""
    q = torch.sigmoid(F.interpolate(logits, size=target.shape[2:], mode="bilinear", align_corners=False))
    inter = (q * target).sum(dim=(1, 2, 3))
    union = (q + target - q * target).sum(dim=(1, 2, 3))
    return (1 - inter / (union + 1e-7)).mean()


class Trainer:
    def __init__(self, args, total_steps):
        self.args, self.total_steps, self.done = args, total_steps, 0
        self.model = NETWORKS[args.network]()
        self.model.load_state_dict(torch.load(args.weights, weights_only=True))
        self.model.to(args.device).train()
        if args.channels_last:
            self.model.to(memory_format=torch.channels_last)
        encoders, rest = [], []
        for name, parameter in self.model.named_parameters():
            (encoders if "encoder." in name or "t_net." in name else rest).append(parameter)
        self.optimizer = torch.optim.SGD([{"params": encoders}, {"params": rest}], lr=args.lr, momentum=0.9,
                                         weight_decay=WEIGHT_DECAY[args.network])
        self.network = torch.compile(self.model) if args.compile else self.model

    def step(self, batch, epoch):
        """One iteration. Returns the row of the log: the weighted terms, and the seconds it took."""
        args, start = self.args, training.clock(self.args)
        rate = args.lr * training.decay(self.done + 1, self.total_steps)
        for group, factor in zip(self.optimizer.param_groups, (0.1, 1)):
            group["lr"] = rate * factor
        *inputs, mask = batch
        target = (mask > 0.5).float()
        with training.autocast(args):
            found = self.network(*inputs)
        if args.network == "cornet":
            terms = {"iou": iou(found.float(), target)}
        else:
            score, score1 = (logits.float() for logits in found[:2])
            terms = {"iou_score": iou(score, target), "iou_score1": 0.2 * iou(score1, target)}
        total = sum(terms.values())
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        seconds = training.clock(args) - start
        self.done += 1
        return {"step": self.done, "epoch": epoch, "total": total.item(),
                **{name: term.item() for name, term in terms.items()}, "seconds": round(seconds, 4)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("--labels", type=pathlib.Path, required=True)
    parser.add_argument("--modality", type=pathlib.Path, help="depth, flow or heat, for midnet")
    training.add_arguments(parser, epochs=10, lr=0.005)
    return parser.parse_args()


def main():
    args = parse()
    training.prepare_device(args)
    sources = [(training.load_image, training.files_in(args.images))]
    if args.network == "midnet":
        sources.append((training.load_modality, training.files_in(args.modality)))
    sources.append((training.load_mask, training.files_in(args.labels)))
    count = len(sources[0][1])
    trainer = Trainer(args, args.total_steps or args.epochs * (count // args.batch))

    def load_batch(samples, epoch):
        return [training.load(loader, paths, samples, epoch, args) for loader, paths in sources]

    training.run(trainer, count, load_batch, args)


if __name__ == "__main__":
    main()
