"""Makes tests/golden/conv2d/*.npy with PyTorch: python tests/golden/make_conv2d.py

One flat float32 array per case: x, weight, bias (if any), dy, y, dx, dweight, dbias (if
any), each channels-last (weights [Cout,R,S,Cin/groups]). The case table is repeated in
tests/kernels/conv2d_test.cpp. Computed in float64 from float32 inputs.
"""
import pathlib

import numpy as np
import torch

# name: N, H, W, Cin, Cout, R, S, stride, padding, dilation, groups, bias
CASES = {
    "pointwise": (2, 3, 5, 4, 6, 1, 1, (1, 1), (0, 0), (1, 1), 1, True),
    "pointwise_stride2": (1, 7, 6, 5, 3, 1, 1, (2, 2), (0, 0), (1, 1), 1, False),
    "same3x3": (2, 5, 4, 3, 5, 3, 3, (1, 1), (1, 1), (1, 1), 1, True),
    "stem7x7": (1, 13, 11, 3, 4, 7, 7, (2, 2), (3, 3), (1, 1), 1, False),
    "dilated": (1, 9, 8, 2, 3, 3, 3, (1, 1), (2, 2), (2, 2), 1, True),
    "per_axis": (1, 8, 9, 3, 2, 3, 2, (2, 1), (0, 1), (1, 3), 1, True),
    "grouped": (2, 5, 5, 6, 4, 3, 3, (1, 1), (1, 1), (1, 1), 2, True),
    "depthwise": (1, 6, 7, 5, 5, 3, 3, (2, 1), (1, 1), (1, 1), 5, True),
}


def main():
    folder = pathlib.Path(__file__).parent / "conv2d"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    for name, (n, h, w, cin, cout, r, s, stride, padding, dilation, groups, bias) in CASES.items():
        draw = lambda *shape: torch.rand(*shape).mul(2).sub(1).double()  # float32 values
        x = draw(n, cin, h, w).requires_grad_()
        weight = draw(cout, cin // groups, r, s).requires_grad_()
        b = draw(cout).requires_grad_() if bias else None
        y = torch.nn.functional.conv2d(x, weight, b, stride, padding, dilation, groups)
        dy = draw(*y.shape)
        y.backward(dy)
        parts = [x, weight, b, dy, y, x.grad, weight.grad, b.grad if bias else None]
        flat = [
            (p.permute(0, 2, 3, 1) if p.dim() == 4 else p).detach().numpy().reshape(-1)
            for p in parts
            if p is not None
        ]
        np.save(folder / f"{name}.npy", np.concatenate(flat).astype(np.float32))


if __name__ == "__main__":
    main()
