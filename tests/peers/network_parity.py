#!/usr/bin/env python3
"""A network in PyTorch against `salix audit step NET` on the same weights and inputs.

  network_parity.py a2s|cornet|midnet|sfnet|localvit SALIX WORKDIR [--size 320] [--mode eval|train] [--device cpu]

Makes the inputs, has salix write initial weights as .pth and run the step, runs PyTorch on the same
.pth (read with weights_only=True), and compares the logits of all outputs, the loss and all
gradients, relative in L2. cornet and midnet start from their loss in stage 2, the others from a
cotangent of each output. sfnet and localvit have one size; their weights are filled by a hash, with
which sfnet's maps cross the thresholds of its attention. A token on the other side of one changes
results by far more than rounding: such flips are counted, from the logits. Both are without drop path.
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
from a2s_model import hash_image, uniform  # noqa: E402
from localvit_model import without_drop_path  # noqa: E402
from network_torch import FIXED_SIZES, NETWORKS, OUTPUTS, filled, inputs_of, outputs_of  # noqa: E402
from sfnet_model import token_sides  # noqa: E402

LOGITS, GRADIENTS, FLOAT64 = 1e-4, 1e-3, 1e-9
LOSS_WEIGHTS = {"final": 1.0, "score1": 0.2}
STAGE2 = ("cornet", "midnet")
# Of one image's output, where it is not that of a map of the image's size.
SHAPES = {"classifier_before_fuse_div16": (1, 14, 14), "classifier_div16": (1, 14, 14),
          "classifier_div8": (1, 28, 28), "classifier_div4": (1, 56, 56), "classifier_div2": (1, 112, 112),
          "embedding": (64, 56, 56), "classes": (1000,)}


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


def seeds_of(network, size, batch):
    """What the step starts from, by the names of salix's files: a mask, or a cotangent of each output."""
    if network in STAGE2:
        return {"gt": disc(size, batch)}
    if network == "a2s":
        return {"dfinal": hash_image(size, batch, "cotangent").float()[:, :1].contiguous()}
    seeds = {}
    for name in OUTPUTS[network]:
        shape = (batch, *SHAPES.get(name, (1, size, size)))
        values = 2 * uniform(f"cotangent.{name}", int(np.prod(shape))) - 1
        seeds[f"d{name}"] = torch.from_numpy(values).float().reshape(shape)
    return seeds


def torch_step(network, weights, inputs, seeds, train, dtype):
    """The loss, logits and gradients by name, as float64 arrays, computed in `dtype`."""
    model = without_drop_path(NETWORKS[network]())
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.to(dtype).train(train)
    outputs = outputs_of(network, model(*(x.to(dtype) for x in inputs)))
    seeds = {name: seed.to(dtype) for name, seed in seeds.items()}
    if network in STAGE2:
        loss = stage2_loss(outputs, seeds["gt"])
    else:
        loss = sum((outputs[name[1:]] * seed).sum() for name, seed in seeds.items())
    loss.backward()
    gradients = {name: p.grad.double().numpy() for name, p in model.named_parameters() if p.grad is not None}
    return loss.item(), {name: x.detach().double().numpy() for name, x in outputs.items()}, gradients


def output_of(out, name):
    """The values before any sigmoid, as float64."""
    file = out / f"{name}_logits.npy"
    return np.load(file if file.exists() else out / f"{name}.npy").astype(np.float64)


def salix_step(args, weights, inputs, seeds):
    """The same by `salix audit step`, from files in the work folder."""
    folder, out = args.work / "in", args.work / "out"
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in [*zip(("image", "prior_d"), inputs), *seeds.items()]:
        np.save(folder / f"{name}.npy", array.numpy())
    loss = ["--loss", "stage2"] if args.network in STAGE2 else []
    subprocess.run([args.salix, "audit", "step", args.network, "--weight", weights, "--inputs", folder, "--out", out,
                    "--mode", args.mode, "--full", "--device", args.device, "--dtype", args.dtype, "--no-dropout", *loss], check=True)
    gradients = {name: grad.astype(np.float64) for name, grad in load_file(out / "gradients.safetensors").items()}
    return (json.loads((out / "loss.json").read_text())["total"],
            {name: output_of(out, name) for name in OUTPUTS[args.network]}, gradients)


def write_weights(args, weights):
    """salix's initial ones; where those would leave attention unmasked or have no source, the hash's."""
    if args.network in FIXED_SIZES:
        torch.save(filled(args.network).state_dict(), weights)
    else:
        subprocess.run([args.salix, "weights", "init", args.network, weights, "--seed", "3"], check=True)


def print_flips(logits, peer, judge):
    """Tokens of sfnet's masked attention whose side of a threshold differs from the judge's."""
    (found, _), (other, _), (wanted, margin) = (
        token_sides({name: torch.from_numpy(x) for name, x in by_name.items()}) for by_name in (logits, peer, judge))
    count = sum(int((found[part] != wanted[part]).sum()) for part in wanted)
    peer_count = sum(int((other[part] != wanted[part]).sum()) for part in wanted)
    print(f"  tokens across a threshold: {count} ({peer_count}) of {sum(x.numel() for x in wanted.values())}; nearest "
          f"value to one: {margin:.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("salix")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=320, help="sfnet and localvit have their own")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--mode", choices=("eval", "train"), default="train")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2, help="of PyTorch")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    args.size = FIXED_SIZES.get(args.network, args.size)
    args.work.mkdir(parents=True, exist_ok=True)
    weights = args.work / f"{args.network}.pth"
    write_weights(args, weights)
    inputs = [x.float() for x in inputs_of(args.network, args.size, args.batch)]
    seeds = seeds_of(args.network, args.size, args.batch)

    loss, logits, found = salix_step(args, weights, inputs, seeds)
    train = args.mode == "train"
    judge_loss, judge_logits, judge = torch_step(args.network, weights, inputs, seeds, train, torch.float64)
    _, peer_logits, peer = torch_step(args.network, weights, inputs, seeds, train, torch.float32)
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
    if args.network == "sfnet":
        print_flips(logits, peer_logits, judge_logits)
    if args.network in STAGE2:
        error = abs(loss - judge_loss) / judge_loss
        fits = fits and error <= (FLOAT64 if args.dtype == "float64" else LOGITS)
        print(f"  loss: {error:.1e}")
    error, peer_error = relative(found, judge), relative(peer, judge)
    fits = fits and error <= (FLOAT64 if args.dtype == "float64" else max(GRADIENTS, 2 * peer_error))
    print(f"  all gradients: {error:.1e} ({peer_error:.1e})")
    worst = max(judge, key=lambda name: relative(found[name], judge[name]) if judge[name].any() else 0)
    print(f"  furthest gradient: {relative(found[worst], judge[worst]):.1e} ({relative(peer[worst], judge[worst]):.1e}) "
          f"of {worst}")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
