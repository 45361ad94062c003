"""Makes tests/golden/reduce/*.npy with PyTorch: python tests/golden/make_reduce.py

One flat float32 array per case: x, then the sum and the mean over the case's axes, computed
in float64 from float32 inputs. The case table is repeated in tests/kernels/reduce_test.cpp.
"""
import pathlib

import numpy as np
import torch

CASES = {
    "spatial": ((2, 5, 7, 12), (1, 2)),
    "channels": ((2, 3, 5, 7), (3,)),
    "all": ((3, 5, 2, 11), (0, 1, 2, 3)),
    "batch": ((6, 4, 5), (0,)),
    "outer_and_inner": ((3, 4, 5, 6), (0, 3)),
    "alternating": ((2, 3, 4, 3, 2, 5), (0, 2, 4)),
    "vector": ((37,), (0,)),
}


def main():
    folder = pathlib.Path(__file__).parent / "reduce"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    for name, (shape, axes) in CASES.items():
        x = torch.rand(*shape).mul(2).sub(1).double()
        parts = [t.flatten() for t in (x, x.sum(axes), x.mean(axes))]
        np.save(folder / f"{name}.npy", torch.cat(parts).float().numpy())


main()
