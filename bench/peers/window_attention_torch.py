#!/usr/bin/env python3
"""Window attention alone, forward and backward, composed of PyTorch's operations: medians and peak memory, as JSON.

  window_attention_torch.py [--rows r4 r8 r16 d4] [--modes eager compiled sdpa] [--batch 4] [--shift 3] [--device cpu]

From projected queries, keys and values [B,H,W,3C] to [B,H,W,C], which is what kernels/window_attention does: roll,
windows, bias table, shift mask, softmax (three where a saliency map masks, as published), product, and the way back.
Gradients of qkv and of the table. Published code rolls before the projection, a third of the channels; --shift 0 shows
what the roll costs. Modes: eager; compiled: torch.compile; sdpa: F.scaled_dot_product_attention with the bias as its
mask, without a saliency map only. Every row and mode runs in a process of its own. y and gradients are printed as mean
magnitudes, of inputs by the hash: a check for whoever computes the same.
"""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

from a2s_model import uniform
from localvit_model import TOKENS, merged_windows, pair_index, shift_mask, windows_of
from sfnet_model import pair_masks

# Side of the grid, channels, heads, and whether a saliency map masks: the encoders' stages, the finest decoder's block.
ROWS = {"r4": (56, 96, 3, False), "r8": (28, 192, 6, False), "r16": (14, 384, 12, False), "d4": (56, 64, 8, True)}
MODES = ("eager", "compiled", "sdpa")


def window_attention(qkv, table, index, mask, saliency, shift, fused):
    """[B,H,W,3C], the table [169,heads], a shift mask [windows,49,49] or None, saliency [B,1,H,W] or None."""
    grid, heads = qkv.shape[1], table.shape[1]
    x = windows_of(torch.roll(qkv, (-shift, -shift), dims=(1, 2)) if shift else qkv)
    q, k, v = x.view(-1, TOKENS, 3, heads, x.shape[-1] // (3 * heads)).permute(2, 0, 3, 1, 4)
    bias = table[index.flatten()].view(TOKENS, TOKENS, heads).permute(2, 0, 1)[None]
    if mask is not None:
        bias = (bias + mask[:, None]).repeat(len(x) // len(mask), 1, 1, 1)
    if fused:
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    else:
        logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1) + bias
        y = logits.softmax(dim=-1) @ v
        if saliency is not None:
            foreground, background = pair_masks(saliency)
            y = y + (logits + foreground).softmax(dim=-1) @ v - (logits + background).softmax(dim=-1) @ v
    y = merged_windows(y.transpose(1, 2).reshape(len(x), TOKENS, -1), grid)
    return torch.roll(y, (shift, shift), dims=(1, 2)) if shift else y


def hashed(name, *shape):
    """float32 in -1..1."""
    count = torch.Size(shape).numel()
    return torch.from_numpy(2 * uniform(name, count) - 1).float().reshape(shape)


def measure(args, row, mode):
    torch.set_num_threads(args.threads)
    grid, channels, heads, masked = ROWS[row]
    place = lambda x: x.to(args.device)  # noqa: E731
    qkv = place(hashed("qkv", args.batch, grid, grid, 3 * channels)).requires_grad_()
    table = place(hashed("table", 169, heads)).requires_grad_()
    dy = place(hashed("dy", args.batch, grid, grid, channels))
    saliency = place((hashed("saliency", args.batch, 1, grid, grid) + 1) / 2) if masked else None
    mask, index = place(shift_mask(grid)) if args.shift else None, place(pair_index())
    function = torch.compile(window_attention) if mode == "compiled" else window_attention
    cuda = args.device.startswith("cuda")

    def call():
        qkv.grad = table.grad = None
        y = function(qkv, table, index, mask, saliency, args.shift, mode == "sdpa")
        y.backward(dy)
        return y

    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for _ in range(args.warmup):
        y = call()
    elapsed_ms, cpu_ms = [], []
    for _ in range(args.runs):
        if cuda:
            torch.cuda.synchronize()
        start, cpu_start = time.perf_counter(), time.process_time()
        y = call()
        if cuda:
            torch.cuda.synchronize()
        elapsed_ms.append(1e3 * (time.perf_counter() - start))
        cpu_ms.append(1e3 * (time.process_time() - cpu_start))
    found = {"row": row, "mode": mode, "grid": grid, "channels": channels, "heads": heads, "masked": masked,
             "ms": round(statistics.median(elapsed_ms), 3), "cpu_ms": round(statistics.median(cpu_ms), 3),
             "min_ms": round(min(elapsed_ms), 3),
             "peak_extra_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before_mib, 1),
             "y": y.abs().mean().item(), "dqkv": qkv.grad.abs().mean().item(), "dtable": table.grad.abs().mean().item()}
    return found | ({"peak_device_mib": round(torch.cuda.max_memory_allocated() / 2**20, 1)} if cuda else {})


def run_in_own_process(row, mode):
    done = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--single", row, mode], capture_output=True, text=True)
    if done.returncode != 0:
        return {"row": row, "mode": mode, "error": (done.stderr.strip().splitlines() or ["?"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=ROWS)
    parser.add_argument("--modes", nargs="+", default=MODES, choices=MODES)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--shift", type=int, default=3, choices=(0, 3))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--single", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.single:
        print(json.dumps(measure(args, *args.single)))
        return
    results = []
    for row in args.rows:
        for mode in args.modes:
            if mode != "sdpa" or not ROWS[row][-1]:
                results.append(run_in_own_process(row, mode))
                print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    print(json.dumps({"torch": torch.__version__, "threads": args.threads, "batch": args.batch, "shift": args.shift,
                      "device": args.device, "results": results}, indent=1))


if __name__ == "__main__":
    main()
