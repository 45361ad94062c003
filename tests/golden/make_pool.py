"""Makes tests/golden/*pool2d/*.npy with PyTorch: python tests/golden/make_pool.py

One flat float32 array per case: x, dy, y, dx, each channels-last, computed in float64 from
float32 inputs. The case tables are repeated in tests/kernels/*pool2d_test.cpp.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

# name: N, H, W, C, kernel, stride, padding
MAX = {
    "stem": (2, 9, 12, 4, (3, 3), (2, 2), (1, 1)),
    "halves": (1, 7, 6, 3, (2, 2), (2, 2), (0, 0)),
    "per_axis": (1, 8, 9, 5, (3, 4), (1, 3), (1, 0)),
    "gaps": (1, 11, 10, 2, (2, 2), (3, 4), (1, 1)),
}
# the same, and count_include_pad
AVG = {
    "stem": (2, 9, 12, 4, (3, 3), (2, 2), (1, 1), True),
    "without_padding": (2, 9, 12, 4, (3, 3), (2, 2), (1, 1), False),
    "halves": (1, 7, 6, 3, (2, 2), (2, 2), (0, 0), True),
    "per_axis": (1, 8, 9, 5, (3, 4), (1, 3), (1, 2), False),
    "gaps": (1, 11, 10, 2, (2, 2), (3, 4), (1, 1), False),
}
# name: N, H, W, C, output size
ADAPTIVE = {
    "shrink": (2, 7, 10, 4, (3, 4)),
    "enlarge": (1, 10, 6, 3, (13, 9)),
    "mixed": (1, 5, 8, 8, (9, 3)),
    "global": (2, 6, 5, 4, (1, 1)),
}


def save(folder, name, shape, function):
    n, h, w, c = shape
    x = torch.rand(n, c, h, w).mul(2).sub(1).double().requires_grad_()
    y = function(x)
    dy = torch.rand(y.shape).mul(2).sub(1).double()
    y.backward(dy)
    parts = [t.detach().permute(0, 2, 3, 1).flatten() for t in (x, dy, y, x.grad)]
    path = pathlib.Path(__file__).parent / folder
    path.mkdir(exist_ok=True)
    np.save(path / f"{name}.npy", torch.cat(parts).float().numpy())


def main():
    torch.manual_seed(1)
    for name, (*shape, kernel, stride, padding) in MAX.items():
        save("max_pool2d", name, shape, lambda x: F.max_pool2d(x, kernel, stride, padding))
    for name, (*shape, kernel, stride, padding, include) in AVG.items():
        save("avg_pool2d", name, shape,
             lambda x: F.avg_pool2d(x, kernel, stride, padding, count_include_pad=include))
    for name, (*shape, size) in ADAPTIVE.items():
        save("adaptive_avg_pool2d", name, shape, lambda x: F.adaptive_avg_pool2d(x, size))
        save("adaptive_max_pool2d", name, shape, lambda x: F.adaptive_max_pool2d(x, size))


main()
