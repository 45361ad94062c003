#!/usr/bin/env python3
"""TensorBoard's own reader on a run of salix, against its metrics.jsonl.

  tensorboard_reads.py RUN [--curve loss/total=loss]

Reads RUN/events.out.tfevents.* with tensorboard's event_accumulator. Every curve must have rising
steps without repeats; with --curve TAG=NAME the points of TAG must be the values of NAME in
metrics.jsonl, as float32. Prints the curves; exits 1 otherwise.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--curve", action="append", default=[], metavar="TAG=NAME")
    arguments = parser.parse_args()

    events = EventAccumulator(str(arguments.run), size_guidance={"scalars": 0})
    events.Reload()
    tags = events.Tags()["scalars"]
    wrong = 0 if tags else 1
    for tag in tags:
        steps = [point.step for point in events.Scalars(tag)]
        rising = all(a < b for a, b in zip(steps, steps[1:]))
        wrong += not rising
        print(f"{tag}: {len(steps)} points, steps {steps[0]}..{steps[-1]}, {'rising' if rising else 'NOT RISING'}")

    lines = [json.loads(line) for line in (arguments.run / "metrics.jsonl").read_text().splitlines()]
    for tag, name in (curve.split("=") for curve in arguments.curve):
        logged = {line["step"]: np.float32(line[name]) for line in lines if name in line}
        drawn = {point.step: np.float32(point.value) for point in events.Scalars(tag)}
        equal = logged == drawn
        wrong += not equal
        print(f"{tag} = {name} of metrics.jsonl: {'equal' if equal else 'DIFFERENT'} at {len(logged)} steps")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
