# Times one network in PyTorch on the CPU in float32 or under torch.autocast(bfloat16), channels last, and prints JSON.
import argparse
import contextlib
import json
import statistics
import time

import torch

from a2s_model import A2s, hash_image
from cornet_model import Cornet
from midnet_model import Midnet

NETWORKS = {"a2s": A2s, "cornet": Cornet, "midnet": Midnet}


def make_call(args):
    model = NETWORKS[args.network]().float().train(args.train).to(memory_format=torch.channels_last)
    image = hash_image(320, 2 if args.train else 1).float().contiguous(memory_format=torch.channels_last)
    images = [image, image] if args.network == "midnet" else [image]
    autocast = torch.autocast("cpu", torch.bfloat16) if args.bf16 else contextlib.nullcontext()

    def call():
        model.zero_grad(set_to_none=True)
        with torch.set_grad_enabled(args.train), autocast:
            logits = model(*images)
        logits = logits[0] if isinstance(logits, (tuple, list)) else logits
        if args.train:
            logits.float().mul(1e-3).sum().backward()

    return call


def main():
    parser = argparse.ArgumentParser(description="One network in PyTorch on the CPU: the median time, as JSON.")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--train", action="store_true", help="forward and backward at batch 2 instead of inference at 1")
    parser.add_argument("--bf16", action="store_true", help="under torch.autocast")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    call = make_call(args)
    elapsed_ms = []
    for _ in range(args.runs + 2):
        start = time.perf_counter()
        call()
        elapsed_ms.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"ms": round(statistics.median(elapsed_ms[2:]), 1)}))


if __name__ == "__main__":
    main()
