"""Makes tests/golden/matmul/*.npy with PyTorch: python tests/golden/make_matmul.py

One flat float32 array per case: a, b, bias (if any), dy, y, da, db, dbias (if any). The
case table is repeated in tests/kernels/matmul_test.cpp. Computed in float64 from float32
inputs.
"""
import pathlib

import numpy as np
import torch

# name: shape of a, shape of b, transpose_a, transpose_b, bias
CASES = {
    "plain": ((5, 7), (7, 3), False, False, True),
    "transpose_a": ((7, 5), (7, 3), True, False, False),
    "transpose_b": ((5, 7), (3, 7), False, True, True),
    "transpose_both": ((7, 5), (3, 7), True, True, False),
    "batched": ((2, 3, 4, 5), (2, 3, 5, 6), False, False, True),
    "batched_transpose_a": ((3, 5, 4), (3, 5, 2), True, False, False),
    "batched_transpose_b": ((3, 4, 5), (3, 6, 5), False, True, False),
    "batched_transpose_both": ((3, 5, 4), (3, 6, 5), True, True, True),
    "shared_b": ((2, 3, 4, 5), (5, 6), False, False, True),
    "shared_b_transposed": ((3, 4, 5), (6, 5), False, True, True),
}


def main():
    folder = pathlib.Path(__file__).parent / "matmul"
    folder.mkdir(exist_ok=True)
    torch.manual_seed(2)
    for name, (a_shape, b_shape, transpose_a, transpose_b, has_bias) in CASES.items():
        draw = lambda *shape: torch.rand(*shape).mul(2).sub(1).double()  # float32 values
        a = draw(*a_shape).requires_grad_()
        b = draw(*b_shape).requires_grad_()
        op_a = a.transpose(-1, -2) if transpose_a else a
        op_b = b.transpose(-1, -2) if transpose_b else b
        bias = draw(op_b.shape[-1]).requires_grad_() if has_bias else None
        y = op_a @ op_b
        y = y if bias is None else y + bias
        dy = draw(*y.shape)
        y.backward(dy)
        parts = [a, b, bias, dy, y, a.grad, b.grad, bias.grad if has_bias else None]
        flat = [p.detach().numpy().reshape(-1) for p in parts if p is not None]
        np.save(folder / f"{name}.npy", np.concatenate(flat).astype(np.float32))


if __name__ == "__main__":
    main()
