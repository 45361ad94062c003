# Times a network in PyTorch on the CPU, one process per mode, and prints JSON: the peer that salix is measured against.
# `--check` compares a2s, cornet and midnet with the reference's printed values in float64 instead; for sfnet and localvit
# tests/peers/sfnet_numbers.py does.
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

import torch

import sfnet_hash
import sfnet_step
from a2s_model import A2s, hash_fill, hash_image
from cornet_model import Cornet
from localvit_model import LocalVit
from midnet_model import Midnet
from sfnet_model import MAP_NAMES, Sfnet

NETWORKS = {"a2s": A2s, "cornet": Cornet, "midnet": Midnet, "sfnet": Sfnet, "localvit": LocalVit}
A2S_NETWORKS = ("a2s", "cornet", "midnet")
FIXED_SIZES = {"sfnet": 224, "localvit": 224}
# By the names that salix gives them, in the order of the result where that is a tuple.
OUTPUTS = {"a2s": ("final",), "cornet": ("final",), "midnet": ("final", "score1", "score2", "score_global"),
           "sfnet": (*MAP_NAMES, "embedding"), "localvit": ("classes",)}
TRAINED = ("final", "score1", "classes")  # outputs where gradients come in, but sfnet's

# Every way PyTorch offers to run a network on a CPU. `traced` is torch.jit.trace, freeze and
# optimize_for_inference; `frozen` is torch.compile with weights as constants, prepacked.
INFERENCE_MODES = ("eager", "channels_last", "traced", "traced_channels_last", "compiled", "compiled_frozen",
                   "compiled_frozen_channels_last", "compiled_frozen_autotuned")
TRAINING_MODES = ("eager", "channels_last", "compiled", "compiled_channels_last")

# mean, mean magnitude, first, middle and last element, in float64 with the hash fill, two images of SIZE x SIZE.
EXPECTED = {
    ("f0", 64): (0.32438269, 0.32438269, 0.35029802, 0, 0),
    ("f1", 64): (0.51139596, 0.51139596, 0.36631308, 0.67020348, 0),
    ("f2", 64): (0.61630019, 0.61630019, 0.62345217, 1.329025, 0),
    ("f3", 64): (0.86839944, 0.86839944, 0.30474015, 0.58998775, 1.1934405),
    ("f4", 64): (0.85889826, 0.85889826, 0.27566163, 0, 3.3543095),
    ("f4", 96): (0.81531204, 0.81531204, 0.593068, 0, 2.3140597),
    ("a2s final", 64): (0.070408314, 1.5962633, -6.3496194, -6.6595218, -3.5101535),
    ("a2s final", 96): (0.057515494, 1.6186601, -6.6539422, -6.8147464, -5.428521),
    ("cornet final", 64): (-1.36102, 2.2420493, 0.13304402, 1.8760082, -1.9056612),
    ("cornet final", 96): (-1.9025849, 2.5636167, -1.4099069, 0.26522298, -0.41910302),
    ("midnet final", 64): (-0.80148013, 0.80344849, -1.183981, -1.109394, -0.49688906),
    ("midnet score1", 64): (-1.1666109, 1.2135537, 0.12223317, 0.37260653, 0.18066057),
    ("midnet score2", 64): (0.098256066, 0.42666208, -0.73438472, -0.81802336, -0.37329796),
    ("midnet score_global", 64): (-0.17398988, 0.35404342, 0.25871567, -0.1067883, -0.79018077),
    ("midnet final", 96): (-1.137139, 1.1386535, -1.1751232, -0.99645781, -0.42878651),
    ("midnet score_global", 96): (-0.25457085, 0.36382763, -0.22836686, -0.12855934, -1.0800951),
}


def filled(network):
    """With weights by the network's hash."""
    return (sfnet_hash.fill if network == "sfnet" else hash_fill)(NETWORKS[network]())


def inputs_of(network, size, batch):
    """The image, and for midnet and sfnet the modality in about 0..1, [batch,3,size,size] in float64."""
    if network == "sfnet":
        return sfnet_hash.inputs(batch)
    image = hash_image(FIXED_SIZES.get(network, size), batch)
    return [image, (hash_image(size, batch, "modal") + 1.5) / 3] if network == "midnet" else [image]


def outputs_of(network, result):
    """The logits, and sfnet's embedding, by the names that salix gives them."""
    if isinstance(result, dict):
        return {name: result[name] for name in OUTPUTS[network]}
    return dict(zip(OUTPUTS[network], result if isinstance(result, tuple) else (result,)))


def check():
    """Largest relative error per tensor against EXPECTED; raises when one exceeds the printed digits."""
    errors = {}
    models = {name: hash_fill(NETWORKS[name]().double()).eval() for name in A2S_NETWORKS}
    for size in (64, 96):
        with torch.no_grad():
            tensors = {f"f{i}": x for i, x in enumerate(models["a2s"].encoder(hash_image(size)))}
            for network, model in models.items():
                found = outputs_of(network, model(*inputs_of(network, size, 2)))
                tensors |= {f"{network} {name}": x for name, x in found.items()}
        for name, x in tensors.items():
            if (name, size) not in EXPECTED:
                continue
            flat = x.flatten()
            found = (flat.mean(), flat.abs().mean(), flat[0], flat[flat.numel() // 2], flat[-1])
            error = max(abs(f.item() - e) / max(abs(e), 0.01) for f, e in zip(found, EXPECTED[name, size]))
            errors[f"{name}@{size}"] = error
            if error > 1e-7:
                raise SystemExit(f"{name} at {size} must agree to 1e-7; got relative error {error:.2e}")
    return errors


def placed(model, inputs, mode):
    """Both in float32 and in the memory format of `mode`."""
    inputs = [x.float() for x in inputs]
    if "channels_last" in mode:
        model = model.to(memory_format=torch.channels_last)
        inputs = [x.contiguous(memory_format=torch.channels_last) for x in inputs]
    return model, inputs


def inference_call(mode, args):
    """A function without arguments that computes the logits, and nothing else, in `mode`."""
    model = filled(args.network).eval()
    model, inputs = placed(model, inputs_of(args.network, args.size, args.batch or 1), mode)
    if args.bfloat16:
        model, inputs = model.to(torch.bfloat16), [x.to(torch.bfloat16) for x in inputs]
    if mode.startswith("traced"):
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, tuple(inputs), strict=False)))
    if mode.startswith("compiled"):
        import torch._inductor.config as inductor

        inductor.freezing = "frozen" in mode
        model = torch.compile(model, mode="max-autotune" if "autotuned" in mode else "default")

    def call():
        with torch.inference_mode() if mode in ("eager", "channels_last") else torch.no_grad():
            return model(*inputs)

    return call


def training_forward(network, run, inputs):
    """What a training step computes forwards with `run`, the network or what was made of it."""
    return sfnet_step.two_passes(run, *inputs) if network == "sfnet" else outputs_of(network, run(*inputs))


def training_loss(network, outputs, inputs):
    """Of what training_forward() gave: 1e-3 at the outputs that are trained; of sfnet a stand-in for its losses."""
    if network == "sfnet":
        return sfnet_step.stand_in_loss(outputs, (inputs[1][:, :1] > 0.5).float())
    return 1e-3 * sum(outputs[name].float().sum() for name in TRAINED if name in outputs)


def training_call(mode, args):
    """Forward and backward, with batch statistics and all gradients: of sfnet both passes of an iteration."""
    model = filled(args.network).train()
    model, inputs = placed(model, inputs_of(args.network, args.size, args.batch or 2), mode)
    network = torch.compile(model) if mode.startswith("compiled") else model

    def call():
        model.zero_grad(set_to_none=True)
        training_loss(args.network, training_forward(args.network, network, inputs), inputs).backward()

    return call


def measure(mode, args):
    torch.set_num_threads(args.threads)
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    call = (training_call if args.train else inference_call)(mode, args)
    for _ in range(args.warmup):
        call()
    elapsed_ms, cpu_ms = [], []
    for _ in range(args.runs):
        start, cpu_start = time.perf_counter(), time.process_time()
        call()
        elapsed_ms.append(1e3 * (time.perf_counter() - start))
        cpu_ms.append(1e3 * (time.process_time() - cpu_start))
    return {
        "mode": mode,
        "median_ms": round(statistics.median(elapsed_ms), 2),
        "median_cpu_ms": round(statistics.median(cpu_ms), 2),
        "min_ms": round(min(elapsed_ms), 2),
        "max_ms": round(max(elapsed_ms), 2),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "rss_after_import_mib": round(before_mib, 1),
    }


def run_in_own_process(mode, args, preload):
    """Peak memory belongs to a process, and torch.compile's settings outlive a model: so one process per mode."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(args.threads))
    if preload:
        environment["LD_PRELOAD"] = preload
    command = [sys.executable, __file__, *sys.argv[1:], "--single", mode]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return {"mode": mode, "error": lines[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description="A network in PyTorch on the CPU: medians per mode, as JSON.")
    parser.add_argument("--network", choices=NETWORKS, default="a2s")
    parser.add_argument("--train", action="store_true", help="forward and backward, train mode, instead of inference")
    parser.add_argument("--bfloat16", action="store_true", help="inference with weights and maps in bfloat16")
    parser.add_argument("--modes", nargs="+", help="default: all of the task")
    parser.add_argument("--size", type=int, default=320, help="height and width of the image; sfnet and localvit have their own")
    parser.add_argument("--batch", type=int, help="default: 1 for inference, 2 for training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--warmup", type=int, default=4)
    parser.add_argument("--tcmalloc", help="path of libtcmalloc_minimal.so: every mode is run with it as well")
    parser.add_argument("--check", action="store_true", help="compare with the reference in float64, then stop")
    parser.add_argument("--single", help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.size = FIXED_SIZES.get(args.network, args.size)
    if args.check:
        print(json.dumps(check(), indent=1))
        return
    if args.single:
        print(json.dumps(measure(args.single, args)))
        return

    results = []
    for mode in args.modes or (TRAINING_MODES if args.train else INFERENCE_MODES):
        for preload in [None] + ([args.tcmalloc] if args.tcmalloc else []):
            result = run_in_own_process(mode, args, preload)
            results.append(result | {"tcmalloc": bool(preload)})
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    timed = [r for r in results if "error" not in r]
    print(json.dumps({
        "network": args.network,
        "task": "training" if args.train else "inference",
        "torch": torch.__version__,
        "threads": args.threads,
        "size": args.size,
        "batch": args.batch or (2 if args.train else 1),
        "runs": args.runs,
        "best": min(timed, key=lambda r: r["median_ms"]) if timed else None,
        "results": results,
    }, indent=1))


if __name__ == "__main__":
    main()
