"""Writes tests/golden/adam: three steps of PyTorch's Adam with weight decay.

Run: python tests/golden/make_adam.py   (needs torch, numpy). Results are computed in float32,
as training is.
"""

import pathlib

import numpy as np
import torch

STEPS = 3
out = pathlib.Path(__file__).parent / "adam"
out.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(11)
parameter = torch.randn(61, generator=generator)
# From tiny to large: eps counts for the first, not for the last.
gradients = torch.randn(STEPS, 61, generator=generator) * torch.logspace(-9, 2, 61)

leaf = torch.nn.Parameter(parameter.clone())
adam = torch.optim.Adam([leaf], lr=0.01, weight_decay=1e-8, foreach=False)
parameters, first_moments, second_moments = [], [], []
for gradient in gradients:
    leaf.grad = gradient.clone()
    adam.step()
    parameters.append(leaf.detach().clone())
    first_moments.append(adam.state[leaf]["exp_avg"].clone())
    second_moments.append(adam.state[leaf]["exp_avg_sq"].clone())
for name, tensor in {
    "parameter": parameter,
    "gradients": gradients,
    "parameters": torch.stack(parameters),
    "first_moments": torch.stack(first_moments),
    "second_moments": torch.stack(second_moments),
}.items():
    np.save(out / f"{name}.npy", tensor.numpy())
