"""Makes tests/golden/binary/*.npy with PyTorch: python tests/golden/make_binary.py

One flat float32 array per function and pattern of shapes: a, b, dy, y, da, db, computed in
float64 from float32 inputs; a and b share some values, where maximum splits its gradient.
The tables are repeated in tests/kernels/binary_golden_test.cpp.
"""
import pathlib

import numpy as np
import torch

FUNCTIONS = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
}
PATTERNS = {
    "same": ((2, 3, 2, 4), (2, 3, 2, 4)),
    "scalar": ((2, 3, 2, 4), ()),
    "channel": ((2, 3, 2, 4), (4,)),
    "image_channel": ((2, 1, 1, 3), (2, 3, 2, 3)),
    "spatial": ((2, 3, 2, 4), (2, 3, 2, 1)),
    "mixed": ((2, 1, 3, 1), (1, 2, 1, 4)),
}


def main():
    folder = pathlib.Path(__file__).parent / "binary"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    for name, (a_shape, b_shape) in PATTERNS.items():
        for op, function in FUNCTIONS.items():
            # Quarters, so that some pairs are equal; none is zero.
            a, b = (
                (torch.randint(1, 9, shape) / 4 * (torch.randint(0, 2, shape) * 2 - 1)).double()
                for shape in (a_shape, b_shape)
            )
            a.requires_grad_()
            b.requires_grad_()
            y = function(a, b)
            dy = (torch.rand(y.shape) * 2 - 1).double()
            y.backward(dy)
            parts = [t.detach().flatten() for t in (a, b, dy, y, a.grad, b.grad)]
            np.save(folder / f"{op}_{name}.npy", torch.cat(parts).float().numpy())


main()
