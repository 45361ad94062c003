#!/usr/bin/env python3
"""a2s in PyTorch against `salix audit step a2s` on the same weights and inputs.

  a2s_parity.py SALIX WORKDIR [--size 320] [--mode eval|train] [--device cpu]

Makes an input and a cotangent, has salix write initial weights as .pth and run the step, runs
PyTorch on the same .pth (read with weights_only=True), and compares logits, every gradient and
the running statistics. Prints the largest relative errors; exits 1 when logits differ by more
than 1e-4 or gradients by more than 1e-3, relative to the tensor's own size (L2).
"""
import argparse
import pathlib
import subprocess
import sys

import numpy as np
import torch
from safetensors.numpy import load_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
from a2s_model import A2s, hash_image  # noqa: E402

LOGITS, GRADIENTS = 1e-4, 1e-3


def relative(found, wanted):
    found, wanted = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
    scale = np.linalg.norm(wanted)
    return float(np.linalg.norm(found - wanted) / scale) if scale > 0 else float(np.linalg.norm(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salix")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--mode", choices=("eval", "train"), default="train")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(2)

    inputs, outputs, weights = args.work / "in", args.work / "out", args.work / "a2s.pth"
    inputs.mkdir(parents=True, exist_ok=True)
    image = hash_image(args.size, args.batch).float()
    cotangent = hash_image(args.size, args.batch, "cotangent").float()[:, :1].contiguous()
    np.save(inputs / "image.npy", image.numpy())
    np.save(inputs / "dfinal.npy", cotangent.numpy())

    subprocess.run([args.salix, "weights", "init", "a2s", weights, "--seed", "3"], check=True)
    subprocess.run([args.salix, "audit", "step", "a2s", "--weight", weights, "--inputs", inputs, "--out", outputs,
                    "--mode", args.mode, "--full", "--device", args.device], check=True)

    model = A2s()
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.train(args.mode == "train")
    logits = model(image)
    (logits * cotangent).sum().backward()

    logits_error = relative(np.load(outputs / "final_logits.npy"), logits.detach().numpy())
    found = load_file(outputs / "gradients.safetensors")
    wanted = {name: p.grad.numpy() for name, p in model.named_parameters() if p.grad is not None}
    if set(found) != set(wanted):
        print("gradients exist for other parameters:", sorted(set(found) ^ set(wanted)))
        return 1
    errors = {name: relative(found[name], wanted[name]) for name in wanted}
    # A gradient far below the others is all cancellation: measure it on the network's scale.
    largest = max(np.linalg.norm(grad) for grad in wanted.values())
    total = np.sqrt(sum(np.linalg.norm(found[n] - wanted[n]) ** 2 for n in wanted)) / np.sqrt(
        sum(np.linalg.norm(wanted[n]) ** 2 for n in wanted))
    worst = max((name for name in wanted if np.linalg.norm(wanted[name]) > 1e-5 * largest), key=errors.get)
    print(f"{args.mode} {args.size}x{args.size} on {args.device}: logits {logits_error:.2e}, all gradients {total:.2e}, "
          f"worst gradient {errors[worst]:.2e} ({worst})")
    return 0 if logits_error <= LOGITS and total <= GRADIENTS and errors[worst] <= GRADIENTS else 1


if __name__ == "__main__":
    sys.exit(main())
