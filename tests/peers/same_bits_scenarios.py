"""The scenarios of same_bits.py: what is run, and which results must keep their bits.

A scenario is a function of a Program; it returns {name of a result: its bytes}. It writes into
the program's own folder, and reads what earlier scenarios left (data, labels, weights) in the
folder `given`: that of the first program. So a difference shows where it arises, not everywhere after.
"""
import json
import pathlib
import random
import shlex
import shutil
import struct
import subprocess
import time

# Every command that is run, in all its spellings: the next one is tried when a program does not
# know the flags (exit code 2). {data}, {given} and {seed} are filled in; `COMMON` goes last.
COMMON = "--device cpu --threads 1 --seed {seed}"
TRAIN = "--workers 1 --data-path {data} " + COMMON
A2S = "train a2s --trset cdot --size 160 --batch 2 --epochs 2 --tune 1 "
CORNET = "train cornet --trset c --size 64 --epochs 3 --olr --pseudo-root {given}/pseudo "
STEP = "--mode train --full --inputs {given}/arrays "
COMMANDS = {
    "synth": ["synth -o {out} --tasks cdot --train 4 --test 3 --frames 2 --height 96 --width 120 --seed {seed} "
              "--test-set c=ECSSD,SOD d=SIP o=FBMS t=VT821"],
    "a2s": [A2S + "--pseudo-root pseudo --run-dir a2s " + TRAIN],
    "a2s kill": [A2S + "--no-labels --checkpoint-every 3 --run-dir a2s-killed " + TRAIN],
    "cornet": [CORNET + "--batch 2 --run-dir cornet " + TRAIN],
    "cornet kill": [CORNET + "--batch 2 --checkpoint-every 3 --run-dir cornet-killed " + TRAIN],
    "cornet ranks": [CORNET + "--batch 1 --run-dir ranks " + TRAIN],
    "midnet": ["train midnet --trset d --size 64 --batch 2 --epochs 1 --pseudo-root {given}/pseudo --run-dir midnet " + TRAIN],
    "audit a2s": ["audit step a2s --weight {given}/a2s/a2s_base_2.pth --out audit-a2s --trset cd --epoch 2 --second-scale 96 "
                  + STEP + loss + COMMON for loss in ("--loss stage1 ", "--loss recipe ")],
    "audit cornet": ["audit step cornet --weight {given}/cornet/cornet_base_3.pth --out audit-cornet "
                     + STEP + loss + COMMON for loss in ("--loss stage2 ", "--loss recipe ")],
    "audit midnet": ["audit step midnet --weight {given}/midnet/midnet_base_1.pth --out audit-midnet "
                     + STEP + loss + COMMON for loss in ("--loss stage2 ", "--loss recipe ")],
    "predict a2s": ["predict a2s --weight {given}/a2s/a2s_base_2.pth {data}/ECSSD/images --size 160 --overlay --logits "
                    "-o predict-a2s " + COMMON],
    "predict midnet": ["predict midnet --weight {given}/midnet/midnet_base_1.pth {data}/RGBD/SIP/image --modality "
                       "{data}/RGBD/SIP/depth --size 64 --overlay --logits -o predict-midnet " + COMMON],
    "test": ["test cornet --weight {given}/cornet/cornet_base_3.pth --vals ce --test-set c=ECSSD,SOD --size 64 --save --crf "
             "--save-path result --report report --data-path {data} " + COMMON],
    "eval": ["eval --pred {given}/predict-a2s --gt {data}/ECSSD/segmentations --allow-missing --json --threads 1"],
}
MPIRUN = ["mpirun", "-n", "2", "--oversubscribe", "--allow-run-as-root"]
IMAGE_SIZE = 160  # of audited steps


class Failed(Exception):
    """A command or a check of one program failed; the sentence says which."""


class Program:
    def __init__(self, path: pathlib.Path, folder: pathlib.Path, given: pathlib.Path, seed: int):
        self.path, self.folder, self.seed = path.resolve(), folder, seed
        self.names = {"given": given, "data": given / "data", "out": folder / "data", "seed": seed}
        folder.mkdir()

    def spellings(self, key: str, more: list[str]) -> list[list]:
        return [[self.path, *(word.format(**self.names) for word in shlex.split(line)), *more] for line in COMMANDS[key]]

    def run(self, key: str, more: list[str] = (), launcher: list[str] = ()) -> bytes:
        """stdout. Failed unless one spelling of the command exits with 0."""
        for command in self.spellings(key, list(more)):
            done = subprocess.run([*launcher, *command], cwd=self.folder, capture_output=True)
            if done.returncode != 2:
                break
        if done.returncode != 0:
            raise Failed(f"{shlex.join(map(str, done.args))}: exit code {done.returncode}\n{done.stderr.decode()[-2000:]}")
        return done.stdout

    def kill_at(self, key: str, run: str, step: int) -> None:
        """SIGKILL as soon as `run` has logged `step` steps. Failed when the program ends before."""
        metrics = self.folder / run / "metrics.jsonl"
        for command in self.spellings(key, []):
            process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None:
                if metrics.exists() and metrics.read_bytes().count(b"\n") >= step:
                    process.kill()
                    process.wait()
                    return
                time.sleep(0.002)
            if process.returncode != 2:
                break
        raise Failed(f"{key}: ended with exit code {process.returncode} before it could be killed at step {step}")

    def files(self, folder: str, *patterns: str) -> dict[str, bytes]:
        """Those below `folder`, by their path in it. Failed when a pattern matches none."""
        root = self.folder / folder
        found = {}
        for pattern in patterns:
            paths = sorted(path for path in root.rglob(pattern) if path.is_file())
            if not paths:
                raise Failed(f"{root}: no {pattern}")
            found |= {f"{folder}/{path.relative_to(root)}": content(path) for path in paths}
        return found


def canonical(text: bytes) -> bytes:
    """Of JSON, one value or one a line: the order of keys and spaces do not count, every digit does."""
    try:
        values = [json.loads(text)]
    except json.JSONDecodeError:
        values = [json.loads(line) for line in text.splitlines()]
    return "\n".join(json.dumps(value, sort_keys=True) for value in values).encode()


def content(path: pathlib.Path) -> bytes:
    data = path.read_bytes()
    if path.name == "loss.json":  # what --loss was called is no result
        data = json.dumps({key: value for key, value in json.loads(data).items() if not isinstance(value, str)}).encode()
    return canonical(data) if path.suffix in (".json", ".jsonl") else data


def write_npy(path: pathlib.Path, shape: tuple[int, ...], draw: random.Random, low: float, high: float) -> None:
    """float32 numbers between `low` and `high`, format version 1.0."""
    count = 1
    for size in shape:
        count *= size
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    values = (low + (high - low) * draw.random() for _ in range(count))
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
                     + struct.pack(f"<{count}f", *values))


def data(program: Program) -> dict[str, bytes]:
    program.run("synth")
    arrays = program.folder / "arrays"
    arrays.mkdir()
    draw = random.Random(program.seed)
    for name, channels, low, high in (("image", 3, -2, 2), ("prior_d", 3, -2, 2), ("gt", 1, 0, 1)):
        write_npy(arrays / f"{name}.npy", (2, channels, IMAGE_SIZE, IMAGE_SIZE), draw, low, high)
    return program.files("data", "*.jpg", "*.png")


def train_a2s(program: Program) -> dict[str, bytes]:
    program.run("a2s")
    return program.files("a2s", "metrics.jsonl", "*_2.pth") | program.files("pseudo", "*.png")


def train_cornet(program: Program) -> dict[str, bytes]:
    program.run("cornet")
    return program.files("cornet", "metrics.jsonl", "*_3.pth", "*.png")


def train_midnet(program: Program) -> dict[str, bytes]:
    program.run("midnet")
    return program.files("midnet", "metrics.jsonl", "*_1.pth")


def two_ranks(program: Program) -> dict[str, bytes]:
    program.run("cornet ranks", launcher=MPIRUN)
    return program.files("ranks", "metrics.jsonl", "*_3.pth", "*.png")


def resumed(program: Program, network: str, step: int, *patterns: str) -> dict[str, bytes]:
    """Failed when the killed and resumed run differs from the one that was left alone."""
    shutil.rmtree(program.folder / f"{network}-killed", ignore_errors=True)
    program.kill_at(f"{network} kill", f"{network}-killed", step)
    program.run(f"{network} kill", ["--resume"])
    results = program.files(f"{network}-killed", *patterns)
    for name, whole in program.files(network, *patterns).items():
        if results.get(name.replace(network, f"{network}-killed", 1)) != whole:
            raise Failed(f"{name} differs after kill -9 at step {step} and --resume")
    return results


def audited(program: Program, network: str) -> dict[str, bytes]:
    program.run(f"audit {network}")
    return program.files(f"audit-{network}", "loss.json", "*.npy", "gradients.safetensors", "updated.safetensors", "*.json")


def predicted(program: Program, network: str) -> dict[str, bytes]:
    program.run(f"predict {network}")
    return program.files(f"predict-{network}", "*.png", "*_logits.npy")


def tested(program: Program) -> dict[str, bytes]:
    program.run("test")
    return program.files("result", "*.png") | program.files("report", "scores.json", "*.csv")


def scored(program: Program) -> dict[str, bytes]:
    return {"stdout": canonical(program.run("eval"))}


SCENARIOS = {
    "synth": data,
    "train a2s": train_a2s,
    "train cornet --olr": train_cornet,
    "train midnet": train_midnet,
    "mpirun -n 2 train cornet": two_ranks,
    "a2s killed and resumed": lambda p: resumed(p, "a2s", 9, "metrics.jsonl", "*_2.pth"),
    "cornet killed and resumed": lambda p: resumed(p, "cornet", 4, "metrics.jsonl", "*_3.pth", "*.png"),
    "audit step a2s": lambda p: audited(p, "a2s"),
    "audit step cornet": lambda p: audited(p, "cornet"),
    "audit step midnet": lambda p: audited(p, "midnet"),
    "predict a2s": lambda p: predicted(p, "a2s"),
    "predict midnet": lambda p: predicted(p, "midnet"),
    "test cornet --crf": tested,
    "eval": scored,
}
