#!/usr/bin/env python3
"""Makes the reference draws of tests/data/loading/draws_test.cpp with the Philox4x32-10 of bench/peers/draws.py.

Run: python3 make_draws.py   (needs nothing). Writes draws/draws.txt beside it.
"""
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[1] / "bench" / "peers"))
from draws import epoch_order, flip, scale  # noqa: E402


def main():
    out = here / "draws"
    out.mkdir(exist_ok=True)
    lines = []
    for seed, step in [(0, 0), (0, 1), (1, 0), (2**40 + 3, 19)]:
        for name, draws in [("order", epoch_order(seed, step, 23)), ("flip", [int(flip(seed, step, i)) for i in range(23)]),
                            ("scale", [scale(seed, 23 * step + i) for i in range(23)])]:
            lines.append(" ".join(map(str, [name, seed, step, *draws])))
    (out / "draws.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
