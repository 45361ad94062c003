"""Writes tests/golden/adam: three steps of PyTorch's Adam and of its AdamW with weight decay.

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



def steps(optimizer, **options):
    """The parameter and both moments after every step."""
    leaf = torch.nn.Parameter(parameter.clone())
    made = optimizer([leaf], lr=0.01, foreach=False, **options)
    after = []
    for gradient in gradients:
        leaf.grad = gradient.clone()
        made.step()
        state = made.state[leaf]
        after.append([leaf.detach().clone(), state["exp_avg"].clone(), state["exp_avg_sq"].clone()])
    return map(torch.stack, zip(*after))


parameters, first_moments, second_moments = steps(torch.optim.Adam, weight_decay=1e-8)
parameters_w, first_moments_w, second_moments_w = steps(torch.optim.AdamW, weight_decay=0.05)
for name, tensor in {
    "parameter": parameter,
    "gradients": gradients,
    "parameters": parameters,
    "first_moments": first_moments,
    "second_moments": second_moments,
    "parameters_w": parameters_w,
    "first_moments_w": first_moments_w,
    "second_moments_w": second_moments_w,
}.items():
    np.save(out / f"{name}.npy", tensor.numpy())
