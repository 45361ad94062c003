#!/usr/bin/env python3
"""Stage-1 training of a2s in PyTorch, on the same initial weights, data and random draws as `salix train a2s`.

  stage1_torch.py --weights init.pth --images DIR --out DIR [--epochs 4] [--batch 8] [--size 320] [--mode published]

--mode published computes the encoder's gradients although its learning rate is zero, as the published program does;
--mode frozen leaves them out (the same weights result). Writes steps.jsonl (every loss term and the seconds of every
step) and weights.pth. --steps N stops early. Images are decoded and resized by Pillow.
"""
import argparse
import json
import pathlib
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many; 0: all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mode", choices=("published", "frozen"), default="published")
    parser.add_argument("--channels-last", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)

    paths = sorted(p for p in args.images.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp"))
    per_epoch = len(paths) // args.batch
    model = A2s()
    model.load_state_dict(torch.load(args.weights, weights_only=True))
    model.train()
    if args.channels_last:
        model.to(memory_format=torch.channels_last)
    if args.mode == "frozen":
        model.encoder.requires_grad_(False)
    groups = [{"params": list(model.decoder.parameters()), "lr": args.lr}]
    if args.mode == "published":
        groups.insert(0, {"params": list(model.encoder.parameters()), "lr": 0.0})
    optimizer = torch.optim.SGD(groups, lr=args.lr, momentum=0.9, weight_decay=5e-4)

    step = 0
    with open(args.out / "steps.jsonl", "w", encoding="utf-8") as log:
        for epoch in range(1, args.epochs + 1):
            order = draws.epoch_order(args.seed, epoch, len(paths))
            for i in range(per_epoch):
                samples = order[i * args.batch:(i + 1) * args.batch]
                image = torch.from_numpy(np.stack(
                    [load_image(paths[s], args.size, draws.flip(args.seed, epoch, s)) for s in samples]))
                start = time.perf_counter()
                optimizer.param_groups[-1]["lr"] = args.lr * ((1 - (step + 1) / (args.epochs * per_epoch)) * 0.8 + 0.2)
                size2 = args.size + 64 * draws.scale(args.seed, step)
                image2 = enlarge(image, (size2, size2))
                terms = stage1(model(image), image, model(image2), image2, epoch, args.epochs)
                total = sum(terms)
                optimizer.zero_grad()
                total.backward()
                optimizer.step()
                seconds = time.perf_counter() - start
                step += 1
                row = {"step": step, "epoch": epoch, "size2": size2, "total": total.item(), "csd": terms[0].item(),
                       "btm": terms[1].item(), "consistency": terms[2].item(), "seconds": round(seconds, 4)}
                log.write(json.dumps(row) + "\n")
                log.flush()
                print(row, flush=True)
                if step == args.steps:
                    break
            torch.save(model.state_dict(), args.out / "weights.pth")
            if step == args.steps:
                break


if __name__ == "__main__":
    main()
