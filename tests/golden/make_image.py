#!/usr/bin/env python3
"""Makes the reference data of tests/data: what Pillow, OpenCV and NumPy compute.

Run: python3 make_image.py   (needs 9 <= pillow < 13, numpy, opencv). Writes to image/ beside
it. Pillow 13 changed the order of the two resize passes for some sizes; the published
results, and our resize, are older than that.
Inputs of the resize cases are made by a formula in the test too, so that only a
64-bit FNV-1a hash of each expected output is stored.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

OUT = pathlib.Path(__file__).parent / "image"


def noise(height, width, channels, seed):
    """Murmur3's finaliser of the element index: the same bytes as noise() in the tests."""
    x = np.arange(height * width * channels, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 & 0xFFFFFFFF)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    pixels = (x & np.uint32(255)).astype(np.uint8)
    return pixels.reshape((height, width) if channels == 1 else (height, width, channels))


def fnv(array):
    value = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(array).tobytes():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def resize_cases():
    """(height, width, new height, new width, channels)"""
    sizes = [(1, 1, 1, 1), (1, 1, 7, 5), (1, 9, 4, 3), (9, 1, 3, 4), (7, 9, 5, 5), (4, 5, 6, 8), (2, 2, 7, 7),
             (5, 5, 5, 9), (5, 5, 9, 5), (13, 17, 13, 17), (64, 48, 1, 1), (100, 3, 11, 40), (3, 100, 40, 11),
             (60, 80, 64, 64), (75, 100, 80, 80), (120, 90, 64, 64), (97, 89, 31, 101), (31, 101, 97, 89)]
    random = np.random.default_rng(7)
    sizes += [tuple(int(v) for v in random.integers(1, 70, 4)) for _ in range(110)]
    return [size + (3 if k % 2 else 1,) for k, size in enumerate(sizes)]


def write_resize_pillow():
    lines = []
    for seed, (h, w, h2, w2, c) in enumerate(resize_cases()):
        image = Image.fromarray(noise(h, w, c, seed))
        hashes = [fnv(np.asarray(image.resize((w2, h2), f))) for f in (Image.BICUBIC, Image.NEAREST)]
        lines.append(f"{h} {w} {h2} {w2} {c} {seed} {hashes[0]} {hashes[1]}")
    (OUT / "resize_pillow.txt").write_text("\n".join(lines) + "\n")


def write_resize_opencv():
    import cv2  # here alone, so that the scripts which use noise() do without it

    cv2.setUseOptimized(False)  # vendor code inside the wheels rounds floats otherwise, release by release
    for k, (h, w, h2, w2) in enumerate([(4, 5, 6, 7), (9, 7, 20, 31), (40, 40, 27, 33), (32, 32, 61, 45)]):
        image = noise(h, w, 1, 100 + k)
        unit = image.astype(np.float32) / np.float32(255)
        np.save(OUT / f"opencv_float_{k}.npy", cv2.resize(unit, (w2, h2), interpolation=cv2.INTER_LINEAR))
        np.save(OUT / f"opencv_uint8_{k}.npy", cv2.resize(image, (w2, h2), interpolation=cv2.INTER_LINEAR))


def write_normalize():
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)[None]
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    x = ((levels.astype(np.float32) / np.float32(255)).astype(np.float64) - mean) / std
    x = x.astype(np.float32)
    np.save(OUT / "normalized.npy", x)
    np.save(OUT / "denormalized.npy", ((x.astype(np.float64) * std + mean) * 255).astype(np.uint8))


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(height, width, depth, colour, rows, interlace=0):
    """A PNG of a kind that Pillow does not write; rows without filter bytes."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b""))


def interlaced_rows(image):
    """Adam7: the rows of the seven passes."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    return [row.tobytes() for i, j, di, dj in passes for row in image[i::di, j::dj] if row.size]


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def write_files():
    h, w = 11, 13
    grey, rgb, rgba = (noise(h, w, c, 200 + c) for c in (1, 3, 4))
    wide = noise(h, 2 * w, 1, 210)
    grey16 = wide.view(">u2").copy()
    grey16[:, ::2] >>= 8  # every other pixel below 256, so that both sides of the clip are seen
    palette = Image.fromarray(rgb).quantize(17)
    files = {
        "grey.png": encoded(Image.fromarray(grey), "PNG"),
        "grey_alpha.png": encoded(Image.fromarray(rgba).convert("LA"), "PNG"),
        "rgb.png": encoded(Image.fromarray(rgb), "PNG"),
        "rgba.png": encoded(Image.fromarray(rgba), "PNG"),
        "palette.png": encoded(palette, "PNG"),
        "palette_alpha.png": encoded(palette, "PNG", transparency=bytes(range(0, 170, 10))),
        "palette_2bit.png": encoded(Image.fromarray(rgb).quantize(4), "PNG"),
        "one_bit.png": encoded(Image.fromarray(grey).convert("1"), "PNG"),
        "grey_2bit.png": raw_png(h, w, 2, 0, [row.tobytes() for row in noise(h, 4, 1, 5)]),
        "grey_4bit.png": raw_png(h, w, 4, 0, [row.tobytes() for row in noise(h, 7, 1, 6)]),
        "grey_16bit.png": raw_png(h, w, 16, 0, [row.tobytes() for row in grey16]),
        "rgb_16bit.png": raw_png(h, w, 16, 2, [row.tobytes() for row in noise(h, 6 * w, 1, 7)]),
        "rgb_interlaced.png": raw_png(h, w, 8, 2, interlaced_rows(rgb), 1),
        "rgb.bmp": encoded(Image.fromarray(rgb), "BMP"),
        "palette.bmp": encoded(palette, "BMP"),
        "grey.bmp": encoded(Image.fromarray(grey), "BMP"),
    }
    lines = []
    for name, data in files.items():
        (OUT / name).write_bytes(data)
        image = Image.open(io.BytesIO(data))
        lines.append(f"{name} {fnv(np.asarray(image.convert('RGB')))} {fnv(np.asarray(image.convert('L')))}")
    (OUT / "decoded.txt").write_text("\n".join(lines) + "\n")

    i, j = np.mgrid[0:37, 0:53]
    scene = np.stack([128 + 100 * np.sin(i / 7 + j / 11), 3 * i + 2 * j, 250 - 4 * j], axis=-1)
    scene = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[274] = 6  # "rotate by 90 degrees to view", which open().convert() leaves undone
    jpegs = {
        "420.jpg": (scene, dict(quality=90)),
        "444.jpg": (scene, dict(quality=95, subsampling=0)),
        "progressive.jpg": (scene, dict(quality=85, progressive=True)),
        "grey.jpg": (scene.convert("L"), dict(quality=90)),
        "rotated.jpg": (scene, dict(quality=90, exif=exif)),
    }
    for name, (image, options) in jpegs.items():
        data = encoded(image, "JPEG", **options)
        (OUT / name).write_bytes(data)
        decoded = Image.open(io.BytesIO(data)).convert("RGB")
        (OUT / f"{name}.expected.png").write_bytes(encoded(decoded, "PNG"))


def write_grey():
    """L of all colours with R, G, B multiples of 5 or 255-adjacent, as one hash."""
    axis = np.arange(0, 256, 5, dtype=np.uint8)
    colours = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(52 * 52, 52, 3)
    (OUT / "grey.txt").write_text(fnv(np.asarray(Image.fromarray(colours).convert("L"))) + "\n")


if __name__ == "__main__":
    assert 9 <= int(PIL.__version__.split(".")[0]) < 13, PIL.__version__
    OUT.mkdir(exist_ok=True)
    write_resize_pillow()
    write_resize_opencv()
    write_normalize()
    write_files()
    write_grey()
