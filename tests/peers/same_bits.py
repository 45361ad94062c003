#!/usr/bin/env python3
"""Do two builds of salix compute the same bits? The gate of changes that must not change a number.

  same_bits.py PROGRAM [PROGRAM2 | hashes.json] [--mpirun] [-o hashes.json] [--seed 3] [--only WORD...]

Runs small trainings (all networks; killed and resumed; with --mpirun also two ranks), audited steps, predictions and
scores on the CPU, in a temporary folder, and prints a sha256 per scenario; -o writes one per result. PROGRAM2 runs
on the data, labels and weights that PROGRAM made; a file that -o wrote stands for a program that is gone. Prints
'equal' per scenario, or the first result that differs, and exits 1 when any does. Takes about two minutes per program.
The bits depend on the CPU's instructions and on libraries: compare on one machine. Scenarios: same_bits_scenarios.py.
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile
import time

import same_bits_scenarios as scenarios

Hashes = dict[str, str]  # by name of the result


def hashes_of(results: dict[str, bytes]) -> Hashes:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(results.items())}


def run(name: str, program: scenarios.Program) -> Hashes:
    """A failure is a result too: no other program has it."""
    try:
        return hashes_of(scenarios.SCENARIOS[name](program))
    except scenarios.Failed as failure:
        return {"FAILED": f"{program.path}: {failure}"}


def first_difference(ours: Hashes, theirs: Hashes) -> str | None:
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            return f"{name} (only from the {'second' if name in theirs else 'first'})"
        if ours[name] != theirs[name]:
            count = sum(ours[k] != theirs[k] for k in ours.keys() & theirs.keys())
            return f"{name} ({count} of {len(ours)} results differ)"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("other", type=pathlib.Path, nargs="?", help="a second program, or hashes of one")
    parser.add_argument("--mpirun", action="store_true", help="also two ranks")
    parser.add_argument("-o", "--out", type=pathlib.Path, help="write the hashes (of PROGRAM) to this file")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", nargs="+", help="scenarios whose names hold one of these words; their inputs must not be left out")
    arguments = parser.parse_args()
    known = json.loads(arguments.other.read_text()) if arguments.other and arguments.other.suffix == ".json" else None

    all_hashes: dict[str, Hashes] = {}
    equal = True
    with tempfile.TemporaryDirectory(prefix="same_bits_") as folder:
        root = pathlib.Path(folder)
        first = scenarios.Program(arguments.program, root / "first", root / "first", arguments.seed)
        second = None
        if arguments.other and known is None:
            second = scenarios.Program(arguments.other, root / "second", root / "first", arguments.seed)
        for name in scenarios.SCENARIOS:
            if arguments.only and name != "synth" and not any(word in name for word in arguments.only):
                continue
            if "mpirun" in name and not (arguments.mpirun and shutil.which("mpirun")):
                print(f"{name}: SKIPPED, {'no mpirun here' if arguments.mpirun else 'without --mpirun'}", flush=True)
                continue
            start = time.monotonic()
            ours = all_hashes[name] = run(name, first)
            theirs = run(name, second) if second else (known or {}).get(name)
            verdict = ours.get("FAILED") or hashlib.sha256(json.dumps(ours).encode()).hexdigest()[:16]
            equal &= "FAILED" not in ours
            if theirs is not None:
                difference = first_difference(ours, theirs)
                equal &= difference is None
                verdict += "  equal" if difference is None else f"  DIFFERENT: {difference}"
                verdict += f"\n{theirs['FAILED']}" if "FAILED" in theirs else ""
            elif arguments.other:
                verdict += f"  not in {arguments.other}"
                equal = False
            print(f"{name}: {verdict}  ({len(ours)} results, {time.monotonic() - start:.0f} s)", flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(all_hashes, indent=1) + "\n")
    print("all equal" if equal and arguments.other else "" if equal else "NOT EQUAL")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
