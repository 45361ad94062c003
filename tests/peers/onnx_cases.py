#!/usr/bin/env python3
"""Runs every <case>.onnx of a folder in ONNX Runtime on its recorded inputs.

  onnx_cases.py FOLDER

<case>_<batch>_image.npy is the input, <case>_<batch>_final_logits.npy what must come out, within
1e-5 of its range. Exits 1 when a case differs. Needs onnx and onnxruntime.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime


def main():
    folder, failed, compared = pathlib.Path(sys.argv[1]), [], 0
    for model in sorted(folder.glob("*.onnx")):
        try:
            onnx.checker.check_model(str(model), full_check=True)
            session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnx and onnxruntime each have a dozen types of their own
            print(f"{model.stem}: refused: {error}")
            failed.append(model.stem)
            continue
        for image in sorted(folder.glob(f"{model.stem}_*_image.npy")):
            wanted = np.load(str(image).replace("_image.npy", "_final_logits.npy"))
            found = session.run(["final_logits"], {"image": np.load(image)})[0]
            error = np.abs(found - wanted).max() / np.ptp(wanted) if found.shape == wanted.shape else np.inf
            same = error <= 1e-5
            print(f"{image.stem.removesuffix('_image')}: {'x'.join(map(str, found.shape))}, "
                  f"largest difference {error:.1e} of the range{'' if same else '  <-- differs'}")
            compared += 1
            if not same:
                failed.append(image.stem)
    print(f"{compared} cases, {len(failed)} differ")
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
