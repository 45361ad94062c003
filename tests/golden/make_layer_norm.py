"""Writes tests/golden/layer_norm: PyTorch's layer norm over the last axis, forward and backward.

Run: python tests/golden/make_layer_norm.py   (needs torch, numpy). Results are computed in
float64 and stored as float32.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

out = pathlib.Path(__file__).parent / "layer_norm"
out.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(5)


def rand(*shape):
    return torch.randn(*shape, generator=generator)


x, dy, gamma, beta = rand(2, 7, 20) + 1, rand(2, 7, 20), rand(20), rand(20)
leaves = [t.double().requires_grad_() for t in (x, gamma, beta)]
y = F.layer_norm(leaves[0], (20,), leaves[1], leaves[2], 1e-5)
y.backward(dy.double())
tensors = {"x": x, "dy": dy, "gamma": gamma, "beta": beta, "y": y, "dx": leaves[0].grad,
           "dgamma": leaves[1].grad, "dbeta": leaves[2].grad}
for name, tensor in tensors.items():
    np.save(out / f"{name}.npy", tensor.detach().float().numpy())
