"""Writes the files in tests/golden/io: what PyTorch, numpy and safetensors really produce.

Run: python tests/golden/make_io.py   (needs torch, numpy, safetensors). The values are the
same in every run; legacy files also hold memory addresses as storage names.
"""

import pathlib
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save_file

out = pathlib.Path(__file__).parent / "io"
out.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(7)
torch.manual_seed(7)


def rand(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator).to(dtype)


def every_kind():
    """A state dict with `_metadata` and every way in which a tensor can lie in a storage."""
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 2), torch.nn.BatchNorm2d(2))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(rand(*parameter.shape))
    state = module.state_dict()
    base = rand(4, 6)
    state["transposed"] = base.t()
    state["every_second_column"] = base[1:, 1::2]
    state["shared_row"] = base[2]
    state["overlapping"] = base.flatten().as_strided((5, 4), (2, 1), 3)
    state["expanded"] = rand(1, 3).expand(4, 3)
    state["permuted"] = rand(2, 3, 4, 5).permute(0, 2, 3, 1)
    state["channels_last"] = rand(2, 3, 4, 5).to(memory_format=torch.channels_last)
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.empty(0, 3)
    state["empty_middle"] = torch.empty(2, 0, 3)
    state["bf16"] = rand(3, 3, dtype=torch.bfloat16)
    state["half"] = rand(5, dtype=torch.float16)
    state["double"] = rand(2, 2, dtype=torch.float64)
    state["int64"] = torch.tensor([-(2**62), -1, 0, 2**40])
    state["int32"] = torch.tensor([-(2**31), 7], dtype=torch.int32)
    state["uint8"] = torch.arange(5, dtype=torch.uint8)
    state["bool"] = torch.tensor([True, False, True])
    state["special"] = torch.tensor([float("nan"), float("inf"), -0.0, 1e-45])
    state["parameter"] = torch.nn.Parameter(rand(3))
    state["six_axes"] = rand(1, 2, 1, 2, 1, 3)
    state["nämé/ with.dots"] = rand(1)
    return state


def save(name, value, **options):
    torch.save(value, out / f"{name}_zip.pth", **options)
    torch.save(value, out / f"{name}_legacy.pth", _use_new_zipfile_serialization=False, **options)


def save_expected(name, state):
    # bool is read as uint8, since salix has no bool.
    dense = {k: (v.to(torch.uint8) if v.dtype == torch.bool else v).detach().clone().contiguous()
             for k, v in state.items()}
    save_file(dense, out / f"{name}.safetensors", metadata={"made by": "make_io.py", "kind": "expected"})


state = every_kind()
save("state_dict", state)
save("protocol4", state, pickle_protocol=4)
save_expected("state_dict", state)

# The shape of a MoCo checkpoint: the state dict below the top, names with a prefix.
module = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(module.parameters(), lr=0.03, momentum=0.9)
module(torch.ones(1, 3)).sum().backward()
optimizer.step()
prefixed = OrderedDict(("module.encoder_q." + k, v) for k, v in module.state_dict().items())
save("training", {"epoch": 200, "arch": "resnet50", "best": 1.5, "flag": True, "state_dict": prefixed,
                  "optimizer": optimizer.state_dict(), "size": torch.Size([1, 2]), "none": None})
save_expected("training", prefixed)
save("one_tensor", torch.arange(4, dtype=torch.float32))
save("int16", {"a": torch.zeros(2, dtype=torch.int16)})
torch.save(torch.nn.Linear(1, 1), out / "whole_module_zip.pth")

# A checkpoint that somebody packed again, with compression.
with zipfile.ZipFile(out / "training_zip.pth") as original:
    with zipfile.ZipFile(out / "training_deflated.pth", "w", zipfile.ZIP_DEFLATED) as packed:
        for member in original.namelist():
            packed.writestr(member, original.read(member))

values = np.random.default_rng(3).standard_normal((2, 3, 4))
arrays = {
    "f4": values.astype("<f4"),
    "f8": values,
    "f2": values.astype("<f2"),
    "i4": (values * 1e8).astype("<i4"),
    "i8": (values * 1e17).astype("<i8"),
    "u1": (values * 100).astype("|u1"),
    "b1": values > 0,
    "big_endian_f8": values.astype(">f8"),
    "fortran_f4": np.asfortranarray(values.astype("<f4")),
    "fortran_big_endian_i4": np.asfortranarray((values * 1e8).astype(">i4")),
    "scalar": np.array(3.5, "<f4"),
    "empty": np.zeros((0, 3), "<f4"),
    "one_axis": np.arange(5, dtype="<i8"),
}
np.savez(out / "arrays.npz", **arrays)
np.savez_compressed(out / "arrays_deflated.npz", **arrays)
save_expected("arrays", {k: torch.from_numpy(np.ascontiguousarray(v.astype(v.dtype.newbyteorder("=")))
                                             .reshape(v.shape)) for k, v in arrays.items()})
np.save(out / "one.npy", arrays["f4"])
np.save(out / "int16.npy", np.zeros(3, "<i2"))
np.save(out / "records.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
for version in [(2, 0), (3, 0)]:
    with open(out / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, arrays["f4"], version=version)

# 4 MB of zeros in 4 KB: a small decompression bomb.
np.savez_compressed(out / "zeros_4mb.npz", zeros=np.zeros(1 << 20, "<f4"))

values = {
    "integers": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**40, -(2**63), 2**63 - 1],
    "beyond 64 bits": 2**70,
    "float": 1.5,
    "text": "\u00e4\u20ac\U0001f600",
    "long text": "x" * 300,
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "singletons": (None, True, False),
    "ordered": OrderedDict([("b", 1), ("a", 2)]),
    "shared": [[7]] * 3,
    "empty": [[], {}],
}
for protocol in (2, 3, 4, 5):
    if protocol >= 3:
        values["bytes"] = bytes([0, 255])
    if protocol >= 4:
        values["set"] = {3}
        values["frozenset"] = frozenset([4])
    (out / f"values_protocol{protocol}.pkl").write_bytes(pickle.dumps(values, protocol))
