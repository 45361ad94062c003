#!/usr/bin/env python3
"""An exported network in ONNX Runtime against `salix audit step` on the same weights and inputs.

  onnx_parity.py NET SALIX WORKDIR [--size N] [--batches 1,3]

Draws weights, norms and running statistics, so that no two of them can be exchanged unseen,
exports them once, lets onnx.checker judge the file, and runs it on every batch size. The largest
difference must be within 1e-4: of the maps as it is, of logits, features and scores of classes over their range.
Exits 1 otherwise. Needs onnx, onnxruntime and safetensors.
"""
import argparse
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file, save_file

TOLERANCE = 1e-4


def randomise(path, seed=5):
    """Values under which every tensor counts: midnet's own initial ones give constant maps."""
    draws = np.random.default_rng(seed)
    tensors = load_file(path)
    for name, value in tensors.items():
        if name.endswith("running_var"):
            tensors[name] = draws.uniform(0.5, 1.5, value.shape).astype(np.float32)
        elif name.endswith(("running_mean", "bias")):
            tensors[name] = draws.normal(0, 0.1, value.shape).astype(np.float32)
        elif name.endswith("weight") and value.ndim == 1:
            # Below one: sixteen residual sums on end must not run away.
            tensors[name] = draws.uniform(0.3, 0.9, value.shape).astype(np.float32)
        elif value.ndim == 4:
            deviation = np.sqrt(2 / np.prod(value.shape[1:]))
            if ".classifier_" in name:
                deviation *= 3  # sfnet's maps mask: some of their pixels must pass each threshold
            tensors[name] = draws.normal(0, deviation, value.shape).astype(np.float32)
        elif name.endswith("weight") and value.ndim == 2:
            # So that the scores of an attention are far from equal.
            tensors[name] = draws.normal(0, value.shape[1]**-0.5, value.shape).astype(np.float32)
        elif name.endswith("relative_position_bias_table"):
            tensors[name] = draws.normal(0, 1, value.shape).astype(np.float32)
    save_file(tensors, path)


def make_inputs(folder, names, batch, size):
    draws = np.random.default_rng(batch)
    arrays = {"image": draws.normal(0, 1, (batch, 3, size, size)).astype(np.float32),
              "modality": draws.uniform(0, 1, (batch, 3, size, size)).astype(np.float32)}
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        np.save(folder / ("prior_d.npy" if name == "modality" else f"{name}.npy"), arrays[name])
    return {name: arrays[name] for name in names}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net")
    parser.add_argument("salix")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--size", type=int, help="default: that of `salix export`")
    parser.add_argument("--batches", type=lambda text: [int(b) for b in text.split(",")], default=[1, 3])
    args = parser.parse_args()

    args.work.mkdir(parents=True, exist_ok=True)
    weights, model = args.work / f"{args.net}.safetensors", args.work / f"{args.net}.onnx"
    subprocess.run([args.salix, "weights", "init", args.net, weights, "--seed", "3"], check=True)
    randomise(weights)
    size = ["--size", str(args.size)] if args.size else []
    subprocess.run([args.salix, "export", args.net, "--weight", weights, "-o", model, *size], check=True)
    onnx.checker.check_model(str(model), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    output_names = [value.name for value in session.get_outputs()]
    size = session.get_inputs()[0].shape[2]

    worst = 0.0
    for batch in args.batches:
        inputs, outputs = args.work / f"in{batch}", args.work / f"out{batch}"
        arrays = make_inputs(inputs, names, batch, size)
        subprocess.run([args.salix, "audit", "step", args.net, "--weight", weights, "--inputs", inputs, "--out",
                        outputs], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for value, found in zip(session.get_outputs(), session.run(None, arrays)):
            wanted = np.load(outputs / f"{value.name}.npy")
            if found.shape != wanted.shape:
                print(f"{value.name}: shape {found.shape}, expected {wanted.shape}")
                return 1
            is_probability = f"{value.name}_logits" in output_names
            scale = 1.0 if is_probability else np.ptp(wanted)
            error = float(np.abs(found - wanted).max() / scale)
            print(f"{args.net} {size}x{size}, batch {batch}: {value.name} differs by {error:.1e}, "
                  f"values {wanted.min():.3g} .. {wanted.max():.3g}")
            worst = max(worst, error)
            if not np.isfinite(found).all():
                worst = np.inf
    print(f"{args.net}: largest difference {worst:.1e}, allowed {TOLERANCE:.0e}")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
