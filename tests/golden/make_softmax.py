"""Writes tests/golden/softmax: PyTorch's softmax and log_softmax over the last axis, forward and
backward.

Run: python tests/golden/make_softmax.py   (needs torch, numpy). Results are computed in
float64 and stored as float32.
"""

import pathlib

import numpy as np
import torch

out = pathlib.Path(__file__).parent / "softmax"
out.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(6)

x = 4 * torch.randn(3, 5, 49, generator=generator)
x[0, 0, 3] = float("-inf")  # a masked position
x[1, 2] += 500  # exp(x) alone would overflow
x[1, 3] -= 500
dy = torch.randn(3, 5, 49, generator=generator)
tensors = {"x": x, "dy": dy}
for name in ("softmax", "log_softmax"):
    leaf = x.double().requires_grad_()
    y = getattr(torch, name)(leaf, -1)
    y.backward(dy.double())
    tensors[f"{name}_y"] = y
    tensors[f"{name}_dx"] = leaf.grad
for name, tensor in tensors.items():
    np.save(out / f"{name}.npy", tensor.detach().float().numpy())
