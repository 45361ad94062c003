# JPEG decode, bicubic to 320x320 and normalisation in Pillow and NumPy on one core, as the original training code
# does it: best of many, in ms, as JSON. `--to-jpeg FILE` writes the picture as a JPEG of quality 90 (4:2:0) instead.
import argparse
import io
import json
import pathlib
import time

import numpy as np
import PIL
from PIL import Image

SIZE = 320
MEAN = np.array([0.485, 0.456, 0.406])
DEVIATION = np.array([0.229, 0.224, 0.225])


def best_ms(call, seconds=0.5):
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, 1e3 * (time.perf_counter() - start))
    return best


def normalize(image):
    x = np.array(image, dtype=np.float64)
    x /= 255.0
    x -= MEAN
    x /= DEVIATION
    return x.transpose((2, 0, 1)).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", type=pathlib.Path)
    parser.add_argument("--to-jpeg", type=pathlib.Path)
    args = parser.parse_args()
    if args.to_jpeg:
        Image.open(args.image).convert("RGB").save(args.to_jpeg, "JPEG", quality=90, subsampling="4:2:0")
        return
    data = args.image.read_bytes()
    image = Image.open(io.BytesIO(data)).convert("RGB")
    small = image.resize((SIZE, SIZE), Image.BICUBIC)
    print(json.dumps({
        "image_decode_jpeg": best_ms(lambda: Image.open(io.BytesIO(data)).convert("RGB")),
        "image_resize_bicubic_320": best_ms(lambda: image.resize((SIZE, SIZE), Image.BICUBIC)),
        "image_normalize_320": best_ms(lambda: normalize(small)),
        "versions": f"Pillow {PIL.__version__}, NumPy {np.__version__}",
    }))


if __name__ == "__main__":
    main()
