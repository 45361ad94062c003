#!/usr/bin/env python3
"""The published data loading in Python, for comparison: Pillow and NumPy in a torch DataLoader.

  loader_torch.py --root ROOT --set RGBD-TR --kind image|image_depth_mask --workers 2 --epochs 5 [--tuned]

ROOT/RGBD/<set> holds image/, depth/ and mask/. Prints JSON: samples per second of each epoch, and
samples per second of CPU time over all of them, workers included. The workers are processes that stay
alive between the epochs. --tuned normalises in float32, in place, in the tensors' own order, which the
published code does not (it goes through float64, so the last bits differ).
"""
import argparse
import json
import os
import pathlib
import time

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
MEAN_TENSOR, STD_TENSOR = (torch.tensor(x, dtype=torch.float32)[:, None, None] for x in (MEAN, STD))


class Samples(Dataset):
    def __init__(self, base, size, kind, tuned):
        self.base, self.size, self.kind, self.tuned = base, (size, size), kind, tuned
        self.names = sorted(path.stem for path in (base / "image").iterdir())

    def __len__(self):
        return len(self.names)

    def colour(self, path, flip):
        image = Image.open(path).convert("RGB").resize(self.size, Image.BICUBIC)
        if flip:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        if self.tuned:
            return torch.from_numpy(np.array(image)).permute(2, 0, 1).to(torch.float32).div_(255.0)
        return np.asarray(image).astype(np.float32) / 255.0

    def normalized(self, image):
        if self.tuned:
            return image.sub_(MEAN_TENSOR).div_(STD_TENSOR)
        return torch.from_numpy(((image - MEAN) / STD).transpose(2, 0, 1).astype(np.float32))

    def __getitem__(self, index):
        name = self.names[index]
        flip = torch.rand(()).item() < 0.5
        sample = {"image": self.normalized(self.colour(self.base / "image" / f"{name}.jpg", flip))}
        if self.kind == "image":
            return sample
        mask = Image.open(self.base / "mask" / f"{name}.png").convert("L").resize(self.size, Image.NEAREST)
        if flip:
            mask = mask.transpose(Image.FLIP_LEFT_RIGHT)
        mask = np.asarray(mask).astype(np.float64)
        mask = (mask - mask.min()) / (mask.max() - mask.min() + 1e-5)
        sample["mask"] = torch.from_numpy(mask[None].astype(np.float32))
        depth = self.colour(self.base / "depth" / f"{name}.png", flip)
        sample["depth"] = depth if self.tuned else torch.from_numpy(depth.transpose(2, 0, 1).copy())
        return sample


def cpu_seconds(loader):
    """Of this process and the loader's workers."""
    total = time.process_time()
    for worker in getattr(loader._iterator, "_workers", []):
        fields = pathlib.Path(f"/proc/{worker.pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--set", default="RGBD-TR")
    parser.add_argument("--kind", choices=["image", "image_depth_mask"], default="image")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--size", type=int, default=320)
    args = parser.parse_args()
    torch.set_num_threads(1)
    data = Samples(args.root / "RGBD" / args.set, args.size, args.kind, args.tuned)
    loader = DataLoader(data, batch_size=8, shuffle=True, drop_last=True, num_workers=args.workers,
                        persistent_workers=args.workers > 0)
    rates, total, before = [], 0, 0.0
    for epoch in range(args.epochs + 1):  # the first one starts the workers
        start, count = time.perf_counter(), 0
        for batch in loader:
            count += len(batch["image"])
        if epoch == 0:
            before = cpu_seconds(loader)
            continue
        rates.append(count / (time.perf_counter() - start))
        total += count
    print(json.dumps({"samples_per_s": rates, "samples_per_cpu_s": total / (cpu_seconds(loader) - before)}))


if __name__ == "__main__":
    main()
