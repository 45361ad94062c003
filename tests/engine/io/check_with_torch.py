"""Loads files that salix wrote with PyTorch, safetensors and numpy; compares every bit.

Usage: python check_with_torch.py FOLDER EXPECTED.safetensors
FOLDER holds w.pth, w_legacy.pth, w.safetensors and (without bfloat16) w.npz.
"""

import pathlib
import sys

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

folder = pathlib.Path(sys.argv[1])
expected = load_file(sys.argv[2])


def check(kind, tensors, names):
    assert sorted(tensors) == sorted(names), f"{kind}: other names"
    for name in names:
        ours, theirs = tensors[name], expected[name]
        assert ours.dtype == theirs.dtype, f"{kind}: {name}: {ours.dtype} for {theirs.dtype}"
        assert ours.shape == theirs.shape, f"{kind}: {name}: {ours.shape} for {theirs.shape}"
        same = torch.equal(ours.contiguous().reshape(-1).view(torch.uint8), theirs.reshape(-1).view(torch.uint8))
        assert same or ours.numel() == 0, f"{kind}: {name}: other bits"


for file in ["w.pth", "w_legacy.pth"]:
    state = torch.load(folder / file, weights_only=True)
    assert type(state).__name__ == "OrderedDict"
    check(file, state, list(expected))
mapped = torch.load(folder / "w.pth", weights_only=True, mmap=True)
check("w.pth, mapped", mapped, list(expected))
check("w.safetensors", load_file(folder / "w.safetensors"), list(expected))
with safe_open(folder / "w.safetensors", "pt") as file:
    assert file.metadata() == {"made by": "salix \u00e4 \"quoted\""}, file.metadata()
arrays = {name: torch.from_numpy(array) for name, array in np.load(folder / "w.npz").items()}
check("w.npz", arrays, [name for name, tensor in expected.items() if tensor.dtype != torch.bfloat16])
print("torch", torch.__version__, "reads", len(expected), "tensors in five files with equal bits")
