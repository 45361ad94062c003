#!/usr/bin/env python3
"""Makes the reference draws of tests/data/draws_test.cpp with a Philox4x32-10 of its own.

Run: python3 make_draws.py   (needs nothing). Writes draws/draws.txt beside it. Other programs that want to
follow a salix run can import epoch_order, draw_flip and draw_scale from here.
"""
import pathlib

ORDER, FLIP, SCALE = 0xDA7A01, 0xDA7A02, 0xDA7A03
MASK = 0xFFFFFFFF


def philox_bits(seed, stream, step, index):
    """The 32 random bits of element `index` under the key (seed, stream, step)."""
    block = index // 4
    c = [block & MASK, block >> 32, step, stream]
    k = [seed & MASK, seed >> 32]
    for _ in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(right >> 32) ^ c[1] ^ k[0], right & MASK, (left >> 32) ^ c[3] ^ k[1], left & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c[index % 4]


def epoch_order(seed, epoch, count):
    return sorted(range(count), key=lambda i: (philox_bits(seed, ORDER, epoch, i), i))


def draw_flip(seed, epoch, index):
    return philox_bits(seed, FLIP, epoch, index) & 1


def draw_scale(seed, iteration):
    return (-2, -1, 1, 2)[philox_bits(seed, SCALE, iteration, 0) & 3]


def main():
    out = pathlib.Path(__file__).parent / "draws"
    out.mkdir(exist_ok=True)
    lines = []
    for seed, step in [(0, 0), (0, 1), (1, 0), (2**40 + 3, 19)]:
        for name, draws in [("order", epoch_order(seed, step, 23)), ("flip", [draw_flip(seed, step, i) for i in range(23)]),
                            ("scale", [draw_scale(seed, 23 * step + i) for i in range(23)])]:
            lines.append(" ".join(map(str, [name, seed, step, *draws])))
    (out / "draws.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
