"""Writes tests/golden/group_norm: PyTorch's group norm with and without a ReLU, forward and
backward.

Run: python tests/golden/make_group_norm.py   (needs torch, numpy). Maps are [N,C,H,W];
results are computed in float64 and stored as float32.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

out = pathlib.Path(__file__).parent / "group_norm"
out.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(4)


def rand(*shape):
    return torch.randn(*shape, generator=generator)


def save(name, tensor):
    np.save(out / f"{name}.npy", tensor.detach().float().contiguous().numpy())


shape = (2, 12, 5, 6)
x = rand(*shape) + torch.arange(12.0).view(1, 12, 1, 1)
dy, gamma, beta = rand(*shape), rand(12), rand(12)
for name, tensor in {"x": x, "dy": dy, "gamma": gamma, "beta": beta}.items():
    save(name, tensor)

for groups in (1, 3, 12):
    for relu in (False, True):
        leaves = [t.double().requires_grad_() for t in (x, gamma, beta)]
        y = F.group_norm(leaves[0], groups, leaves[1], leaves[2], 1e-5)
        if relu:
            y = F.relu(y)
        y.backward(dy.double())
        case = f"groups{groups}{'_relu' if relu else ''}"
        save(f"{case}_y", y)
        for name, leaf in zip(("x", "gamma", "beta"), leaves):
            save(f"{case}_d{name}", leaf.grad)
