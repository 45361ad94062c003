# BTM in PyTorch as the reference computes it, and its time and memory on the CPU: the peer of salix's fused kernel.
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F

RADIUS = 5


def enlarge(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=True)


def quarter(x):
    return enlarge(x, (x.shape[2] // 4, x.shape[3] // 4))


def contour(s):
    """1 where a 5x5 dilation and erosion of [s > 0.5] differ."""
    inside = (s > 0.5).to(s.dtype)
    dilated = F.max_pool2d(inside, 5, 1, 2)
    eroded = 1 - F.max_pool2d(1 - inside, 5, 1, 2)
    return dilated - eroded


def neighbours(x):
    """[N,C,h,w] -> [N,C,121,h,w]: what lies around each pixel, zeros outside of the map."""
    n, c, h, w = x.shape
    return F.unfold(x, 2 * RADIUS + 1, padding=RADIUS).view(n, c, -1, h, w)


def btm(s, features, alpha=200.0, only_rgb=False):
    """The loss at the size of the maps given: s [N,1,h,w], features [N,3K,h,w]. 0 without a contour."""
    mask = contour(s.detach())
    with torch.no_grad():
        distance = (neighbours(features) - features[:, :, None]) ** 2
        weight = torch.exp(-alpha * distance[:, :3].sum(1))
        for k in range(1, 1 if only_rgb else features.shape[1] // 3):
            weight = weight * torch.exp(-alpha * distance[:, 3 * k:3 * k + 3].sum(1))
    difference = (neighbours(s) - s[:, :, None]).abs()[:, 0]
    return (mask[:, 0] * (weight * difference).sum(1)).sum() / mask.sum().clamp(min=1)


def scene(images, modalities, size):
    """The benchmark's inputs, the same formulas as bench/kernels/btm_bench.cpp."""
    n, y, x = torch.meshgrid(torch.arange(images), torch.arange(size), torch.arange(size), indexing="ij")
    radius = size * (0.2 + 0.02 * n)
    distance = torch.sqrt((x - 0.45 * size) ** 2 + (y - 0.55 * size) ** 2)
    s = torch.sigmoid((radius - distance) / 3)[:, None]
    object_ = (distance < radius).float()
    channels = [0.6 * object_ + 0.05 * torch.sin(0.7 * (c + 1) * x + 0.3 * y + n) for c in range(3 * modalities)]
    return s, torch.stack(channels, 1)


def main():
    parser = argparse.ArgumentParser(description="BTM forward and backward in PyTorch on the CPU: a median, as JSON.")
    parser.add_argument("--size", type=int, default=80, help="height and width of the maps (a quarter of the input)")
    parser.add_argument("--modalities", type=int, default=1)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--compiled", action="store_true", help="through torch.compile")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    s, features = scene(args.images, args.modalities, args.size)
    s.requires_grad_()
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    function = torch.compile(btm) if args.compiled else btm
    elapsed_ms, cpu_ms = [], []
    for _ in range(args.runs + 2):
        s.grad = None
        start, cpu_start = time.perf_counter(), time.process_time()
        loss = function(s, features)
        loss.backward()
        elapsed_ms.append(1e3 * (time.perf_counter() - start))
        cpu_ms.append(1e3 * (time.process_time() - cpu_start))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": statistics.median(elapsed_ms[2:]), "cpu_ms": statistics.median(cpu_ms[2:]), "loss": loss.item(),
                      "gradient": s.grad.abs().sum().item(), "contour_pixels": contour(s.detach()).sum().item(),
                      "peak_extra_mib": round(peak_mib - before_mib, 1)}))


if __name__ == "__main__":
    main()
