#!/usr/bin/env python3
"""kill -9 at random moments, then --resume: must give the bits of a run that was left alone.

  kill_and_resume.py SALIX WORKDIR [--network a2s] [--kills 20 | --at STEP...] [--pictures 20] [--seed 1]
                     [--device cpu]

Trains on 20 generated pictures (batch 2, 3 epochs of 10 steps, a checkpoint every 3 steps) twice:
once undisturbed, once killed with SIGKILL after random delays (with --at: at those steps) and
resumed each time. a2s at 160x160; cornet at 64x64, with labels that it refines (--olr). Compares
the final weights (`salix weights diff`), metrics.jsonl line by line, and all labels. Prints every
kill with the step that was reached; exits 1 when anything differs. Files go to WORKDIR; what was
there from an earlier call is removed.
"""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import time

EPOCHS, BATCH = 3, 2


OPTIONS = {
    "a2s": ["--size", "160", "--tune", "1", "--no-labels"],
    "cornet": ["--size", "64", "--olr", "--olr-rule", "blend"],
}


def labels(run: pathlib.Path) -> dict[str, bytes]:
    """Without temporary files, which a kill may leave."""
    root = run / "labels"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.png"))}


def lines(run: pathlib.Path) -> list[str]:
    path = run / "metrics.jsonl"
    return path.read_text().splitlines() if path.exists() else []


def wait_for_step(process: subprocess.Popen, run: pathlib.Path, step: int) -> int:
    """The exit code, unless `run` reaches `step` before: then TimeoutExpired, as Popen.wait has it."""
    while process.poll() is None:
        if len(lines(run)) >= step:
            raise subprocess.TimeoutExpired(process.args, 0)
        time.sleep(0.002)
    return process.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("salix", type=pathlib.Path)
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--network", choices=sorted(OPTIONS), default="a2s")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--at", type=int, nargs="+", help="steps to kill at, instead of random moments")
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    data, calm, killed = (arguments.workdir / name for name in ("data", "calm", "killed"))
    for folder in (data, calm, killed):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([arguments.salix, "synth", "-o", data, "--tasks", "c", "--train", str(arguments.pictures), "--test", "0",
                    "--train-set", "c=tiny", "--height", "96", "--width", "120"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(run: pathlib.Path, resume: bool) -> list:
        return [arguments.salix, "train", arguments.network, "--trset", "c", "--train-set", "c=tiny", "--data-path", data,
                "--pseudo", f"c={data / 'tiny' / 'segmentations'}", "--batch", str(BATCH), "--epochs", str(EPOCHS),
                "--checkpoint-every", "3", "--threads", "1", "--device", arguments.device, "--run-dir", run,
                *OPTIONS[arguments.network]] + (["--resume"] if resume else [])

    start = time.monotonic()
    subprocess.run(command(calm, False), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    whole = time.monotonic() - start
    print(f"undisturbed: {len(lines(calm))} steps in {whole:.0f} s")

    # Up to a third of the undisturbed time: some die in start-up, some in a checkpoint, and all
    # together get through the whole run and beyond.
    draw = random.Random(arguments.seed)
    wanted = len(arguments.at) if arguments.at else arguments.kills
    kills = 0
    log = arguments.workdir / "killed.log"
    log.unlink(missing_ok=True)
    while True:
        with log.open("ab") as err:
            process = subprocess.Popen(command(killed, (killed / "config.json").exists()), stdout=subprocess.DEVNULL,
                                       stderr=err)
            delay = draw.uniform(0, whole / 3) if kills < wanted else None
            started = time.monotonic()
            try:
                if arguments.at and kills < wanted:
                    code = wait_for_step(process, killed, arguments.at[kills])
                else:
                    code = process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                print(f"kill {kills} after {time.monotonic() - started:.2f} s, at step {len(lines(killed))}", flush=True)
                continue
        if code != 0:
            print(f"exit code {code}; see {log}")
            return 1
        if kills >= wanted:
            break
        shutil.rmtree(killed)  # done too early: once more from the beginning
        print("finished before all kills were spent; started anew", flush=True)

    weights = f"{arguments.network}_base_{EPOCHS}.pth"
    diff = subprocess.run([arguments.salix, "weights", "diff", calm / weights, killed / weights], capture_output=True,
                          text=True)
    print(f"weights after {kills} kills: {diff.stdout.strip()}")
    same = lines(calm) == lines(killed)
    print(f"metrics.jsonl: {len(lines(killed))} lines, {'identical' if same else 'DIFFERENT'}")
    equal = labels(calm) == labels(killed)
    print(f"labels: {len(labels(killed))} files, {'identical' if equal else 'DIFFERENT'}")
    return 0 if diff.returncode == 0 and same and equal else 1


if __name__ == "__main__":
    sys.exit(main())
