#!/usr/bin/env python3
"""A network in PyTorch against `salix audit step NET` on the same weights and inputs.

  network_parity.py a2s|cornet|midnet SALIX WORKDIR [--size 320] [--mode eval|train] [--device cpu]

Makes the inputs, has salix write initial weights as .pth and run the step, runs PyTorch on the same
.pth (read with weights_only=True), and compares the logits of all outputs, the loss and all
gradients, relative in L2. cornet and midnet start from their loss in stage 2, a2s from a cotangent.
The judge is PyTorch in float64: through fifty-three batch norms float32 gradients are
ill-conditioned (PyTorch's own float32 is 2 % off in train mode), so salix's float32 must be as near
to the judge as PyTorch's float32 is, within a factor of two, or within 1e-3. Logits must be within
1e-4, or as near as PyTorch's float32 within a factor of two; with --dtype float64 everything within
1e-9. Exits 1 otherwise.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
from a2s_model import hash_image  # noqa: E402
from network_torch import NETWORKS, inputs_of, outputs_of  # noqa: E402

LOGITS, GRADIENTS, FLOAT64 = 1e-4, 1e-3, 1e-9
LOSS_WEIGHTS = {"final": 1.0, "score1": 0.2}


def relative(found, wanted):
    """L2 distance over L2 norm, over one array or a whole dict of them."""
    if isinstance(wanted, dict):
        return float(np.sqrt(sum(np.linalg.norm(found[n] - wanted[n]) ** 2 for n in wanted)
                             / sum(np.linalg.norm(wanted[n]) ** 2 for n in wanted)))
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def disc(size, batch):
    """A 0/1 target [batch,1,size,size]."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    inside = (x - 0.45 * size) ** 2 + (y - 0.5 * size) ** 2 < (0.25 * size) ** 2
    return inside.float().expand(batch, 1, size, size).contiguous()


def stage2_loss(outputs, target):
    """The IoU losses of stage 2 of the outputs that are trained."""
    total = 0
    for name, weight in LOSS_WEIGHTS.items():
        if name not in outputs:
            continue
        q = torch.sigmoid(F.interpolate(outputs[name], size=target.shape[-2:], mode="bilinear", align_corners=False))
        both = (q * target).sum(dim=(1, 2, 3))
        union = (q + target - q * target).sum(dim=(1, 2, 3))
        total = total + weight * (1 - both / (union + 1e-7)).mean()
    return total


def torch_step(network, weights, inputs, seed, train, dtype):
    """The loss, logits and gradients by name, as float64 arrays, computed in `dtype`."""
    model = NETWORKS[network]()
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.to(dtype).train(train)
    outputs = outputs_of(network, model(*(x.to(dtype) for x in inputs)))
    seed = seed.to(dtype)
    loss = (outputs["final"] * seed).sum() if network == "a2s" else stage2_loss(outputs, seed)
    loss.backward()
    gradients = {name: p.grad.double().numpy() for name, p in model.named_parameters() if p.grad is not None}
    return loss.item(), {name: x.detach().double().numpy() for name, x in outputs.items()}, gradients


def salix_step(args, weights, inputs, seed):
    """The same by `salix audit step`, from files in the work folder."""
    folder, out = args.work / "in", args.work / "out"
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(("image", "prior_d"), inputs):
        np.save(folder / f"{name}.npy", array.numpy())
    np.save(folder / ("dfinal.npy" if args.network == "a2s" else "gt.npy"), seed.numpy())
    loss = [] if args.network == "a2s" else ["--loss", "stage2"]
    subprocess.run([args.salix, "audit", "step", args.network, "--weight", weights, "--inputs", folder, "--out", out,
                    "--mode", args.mode, "--full", "--device", args.device, "--dtype", args.dtype, *loss], check=True)
    names = outputs_of(args.network, (None,) * 4)
    logits = {name: np.load(out / f"{name}_logits.npy").astype(np.float64) for name in names}
    gradients = {name: grad.astype(np.float64) for name, grad in load_file(out / "gradients.safetensors").items()}
    return json.loads((out / "loss.json").read_text())["total"], logits, gradients


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("salix")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--mode", choices=("eval", "train"), default="train")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    args = parser.parse_args()
    torch.set_num_threads(2)

    args.work.mkdir(parents=True, exist_ok=True)
    weights = args.work / f"{args.network}.pth"
    inputs = [x.float() for x in inputs_of(args.network, args.size, args.batch)]
    seed = disc(args.size, args.batch)
    if args.network == "a2s":
        seed = hash_image(args.size, args.batch, "cotangent").float()[:, :1].contiguous()
    subprocess.run([args.salix, "weights", "init", args.network, weights, "--seed", "3"], check=True)

    loss, logits, found = salix_step(args, weights, inputs, seed)
    train = args.mode == "train"
    judge_loss, judge_logits, judge = torch_step(args.network, weights, inputs, seed, train, torch.float64)
    _, peer_logits, peer = torch_step(args.network, weights, inputs, seed, train, torch.float32)
    if set(found) != set(judge):
        print("gradients exist for other parameters:", sorted(set(found) ^ set(judge)))
        return 1

    print(f"{args.network}, {args.mode} {args.size}x{args.size} {args.dtype} on {args.device}, distance from PyTorch "
          "float64 (of PyTorch float32):")
    fits = True
    for name in judge_logits:
        error, peer_error = relative(logits[name], judge_logits[name]), relative(peer_logits[name], judge_logits[name])
        fits = fits and error <= (FLOAT64 if args.dtype == "float64" else max(LOGITS, 2 * peer_error))
        print(f"  logits of {name}: {error:.1e} ({peer_error:.1e})")
    if args.network != "a2s":
        error = abs(loss - judge_loss) / judge_loss
        fits = fits and error <= (FLOAT64 if args.dtype == "float64" else LOGITS)
        print(f"  loss: {error:.1e}")
    error, peer_error = relative(found, judge), relative(peer, judge)
    fits = fits and error <= (FLOAT64 if args.dtype == "float64" else max(GRADIENTS, 2 * peer_error))
    print(f"  all gradients: {error:.1e} ({peer_error:.1e})")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
