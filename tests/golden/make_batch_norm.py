"""Writes tests/golden/batch_norm: PyTorch's batch norm, plain, with ReLU and as the end of a
ResNet block (residual sum, ReLU), forward and backward, in training and eval mode.

Run: python tests/golden/make_batch_norm.py   (needs torch, numpy). Maps are [N,C,H,W];
results are computed in float64 and stored as float32.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

out = pathlib.Path(__file__).parent / "batch_norm"
out.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(3)


def rand(*shape):
    return torch.randn(*shape, generator=generator)


def save(name, tensor):
    np.save(out / f"{name}.npy", tensor.detach().float().contiguous().numpy())


shape = (2, 12, 5, 7)
# Every channel has a mean of its own.
x = rand(*shape) + 0.5 * torch.arange(12.0).view(1, 12, 1, 1)
residual, dy = rand(*shape), rand(*shape)
gamma, beta = rand(12), rand(12)
running_mean, running_var = 0.5 * torch.arange(12.0) + rand(12), rand(12).abs() + 0.5
inputs = {"x": x, "residual": residual, "dy": dy, "gamma": gamma, "beta": beta,
          "running_mean": running_mean, "running_var": running_var}
for name, tensor in inputs.items():
    save(name, tensor)

for training in (True, False):
    for variant in ("plain", "relu", "residual"):
        leaves = {k: inputs[k].double().requires_grad_() for k in ("x", "gamma", "beta", "residual")}
        mean, var = running_mean.double(), running_var.double()
        y = F.batch_norm(leaves["x"], mean, var, leaves["gamma"], leaves["beta"], training, 0.1, 1e-5)
        if variant == "residual":
            y = y + leaves["residual"]
        if variant != "plain":
            y = F.relu(y)
        y.backward(dy.double())
        case = f"{'train' if training else 'eval'}_{variant}"
        save(f"{case}_y", y)
        for name in ("x", "gamma", "beta") + (("residual",) if variant == "residual" else ()):
            save(f"{case}_d{name}", leaves[name].grad)
        if case == "train_plain":
            save("running_mean_after", mean)
            save("running_var_after", var)
