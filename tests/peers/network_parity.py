#!/usr/bin/env python3
"""a2s in PyTorch against `salix audit step a2s` on the same weights and inputs.

  a2s_parity.py SALIX WORKDIR [--size 320] [--mode eval|train] [--device cpu]

Makes an input and a cotangent, has salix write initial weights as .pth and run the step, runs
PyTorch on the same .pth (read with weights_only=True), and compares logits and all gradients,
relative in L2. The judge is PyTorch in float64: through fifty-three batch norms float32 gradients
are ill-conditioned (PyTorch's own float32 is 2 % off in train mode), so salix's float32 must be as
near to the judge as PyTorch's float32 is, within a factor of two, or within 1e-3. Logits must be
within 1e-4; with --dtype float64 everything within 1e-9. Exits 1 otherwise.
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

LOGITS, GRADIENTS, FLOAT64 = 1e-4, 1e-3, 1e-9


def relative(found, wanted):
    """L2 distance over L2 norm, over one array or a whole dict of them."""
    if isinstance(wanted, dict):
        return float(np.sqrt(sum(np.linalg.norm(found[n] - wanted[n]) ** 2 for n in wanted)
                             / sum(np.linalg.norm(wanted[n]) ** 2 for n in wanted)))
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def torch_step(weights, image, cotangent, train, dtype):
    """Logits and gradients by name, as float64 arrays, computed in `dtype`."""
    model = A2s()
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.to(dtype).train(train)
    logits = model(image.to(dtype))
    (logits * cotangent.to(dtype)).sum().backward()
    gradients = {name: p.grad.double().numpy() for name, p in model.named_parameters() if p.grad is not None}
    return logits.detach().double().numpy(), gradients


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salix")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--mode", choices=("eval", "train"), default="train")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
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
                    "--mode", args.mode, "--full", "--device", args.device, "--dtype", args.dtype], check=True)

    train = args.mode == "train"
    judge_logits, judge = torch_step(weights, image, cotangent, train, torch.float64)
    peer_logits, peer = torch_step(weights, image, cotangent, train, torch.float32)
    found = {name: grad.astype(np.float64) for name, grad in load_file(outputs / "gradients.safetensors").items()}
    if set(found) != set(judge):
        print("gradients exist for other parameters:", sorted(set(found) ^ set(judge)))
        return 1

    logits_error = relative(np.load(outputs / "final_logits.npy").astype(np.float64), judge_logits)
    error, peer_error = relative(found, judge), relative(peer, judge)
    print(f"{args.mode} {args.size}x{args.size} {args.dtype} on {args.device}, distance from PyTorch float64: "
          f"logits {logits_error:.1e} (PyTorch float32: {relative(peer_logits, judge_logits):.1e}), "
          f"gradients {error:.1e} (PyTorch float32: {peer_error:.1e})")
    if args.dtype == "float64":
        return 0 if max(logits_error, error) <= FLOAT64 else 1
    return 0 if logits_error <= LOGITS and error <= max(GRADIENTS, 2 * peer_error) else 1


if __name__ == "__main__":
    sys.exit(main())
