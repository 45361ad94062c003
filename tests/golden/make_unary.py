"""Makes tests/golden/unary/*.npy with PyTorch: python tests/golden/make_unary.py

One flat float32 array per function: x, dy, y, dx, computed in float64 from float32 inputs.
x starts with the special values below, kinks and infinities among them. The table is
repeated in tests/kernels/unary_golden_test.cpp.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

INF, NAN = float("inf"), float("nan")
SPECIAL = [0.0, -0.0, 1.0, -1.0, 3.0, -3.0, 2.9999998, -2.9999998, 6.0, -6.0,
           1e-20, -1e-20, 30.0, -30.0, INF, -INF, NAN]

CASES = {
    "relu": torch.relu,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "hardswish": F.hardswish,
    "abs": torch.abs,
    "pow_1.7": lambda x: x.pow(1.7),
    "pow_-3": lambda x: x.pow(-3),
    "pow_2": lambda x: x.pow(2),
    "pow_0": lambda x: x.pow(0),
    "exp": torch.exp,
    "log": torch.log,
    # Limits that no x meets: what happens there differs between PyTorch's releases.
    "clamp": lambda x: x.clamp(-0.75, 1.3),
    "negate": torch.neg,
    "square": torch.square,
    "sqrt": torch.sqrt,
    "reciprocal": lambda x: 2.5 / x,
    "affine": lambda x: -1.5 * x + 0.25,
}


def main():
    folder = pathlib.Path(__file__).parent / "unary"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    for name, function in CASES.items():
        x = torch.cat([torch.tensor(SPECIAL), torch.rand(60) * 12 - 6])
        x = x.double().requires_grad_()
        dy = (torch.rand(x.shape) * 2 - 1).double()
        y = function(x)
        y.backward(dy)
        parts = [t.detach() for t in (x, dy, y, x.grad)]
        np.save(folder / f"{name}.npy", torch.cat(parts).float().numpy())


main()
