#!/usr/bin/env python3
"""Networks in PyTorch on a GPU: medians by CUDA events and peak memory, as JSON lines.

  gpu_peers.py --out FILE [--device cuda] [--deadline SECONDS] [--networks a2s cornet midnet] [--batches 8 1 32]

Every row: network, task, batch, precision, mode, ms (median), min_ms, peak_MiB (of tensors, max_memory_allocated).
  task       inference, or step: a training pass, forward and backward with batch statistics and all gradients, no
             optimizer; the gradient is 1e-3 at the outputs that are trained. bench/networks does the same work. Of
             sfnet, which must be asked for as localvit must: both passes of an iteration, with stand-in losses.
  precision  float32: no TF32 anywhere; tf32: in convolutions and products; default: PyTorch's own default, TF32 in
             convolutions only; bf16: autocast
  mode       eager; compiled: torch.compile (in inference with frozen weights); graphed: eager, captured as one CUDA
             graph, which is replayed
All are channels_last, with cudnn.benchmark. First come rows of task "ceiling": a large copy (GB_per_s, read and
written) and a large product per precision (TFLOP_per_s). Rows that no time is left for are left out and named.
"""
import argparse
import copy
import functools
import json
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import network_torch  # noqa: E402
from network_torch import A2S_NETWORKS, NETWORKS, inputs_of, training_forward, training_loss  # noqa: E402

PRECISIONS = ("bf16", "tf32", "float32", "default")
MODES = ("eager", "graphed", "compiled")
COMPILE_SECONDS = 15  # what is left at least when a compiled row starts
SAMPLE_MS = 2  # at least; so that the clock's grain and the wait do not count


def is_cuda(args):
    return args.device.startswith("cuda")


def set_precision(precision):
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = precision in ("tf32", "default")
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"


@functools.cache
def filled(network):
    return network_torch.filled(network)


@functools.cache
def images(network, size, batch):
    return [x.float() for x in inputs_of(network, size, batch)]


def compiled(model, task):
    import torch._inductor.config as inductor

    torch._dynamo.reset()
    inductor.freezing = task == "inference"
    return torch.compile(model)


def call_of(args, network, task, batch, precision, mode):
    """A function without arguments that does the row's work once."""
    model = copy.deepcopy(filled(network)).to(args.device, memory_format=torch.channels_last)
    model.train(task == "step")
    inputs = [x.to(args.device).contiguous(memory_format=torch.channels_last)
              for x in images(network, args.size, batch)]
    run = compiled(model, task) if mode == "compiled" else model
    # Without autocast's cache of weights: a captured graph must not hold on to it.
    cast = lambda: torch.autocast(args.device.split(":")[0], torch.bfloat16, enabled=precision == "bf16",  # noqa: E731
                                  cache_enabled=mode != "graphed")

    def inference():
        with torch.no_grad() if mode != "eager" else torch.inference_mode(), cast():
            return run(*inputs)

    def step():
        model.zero_grad(set_to_none=True)
        with cast():
            outputs = training_forward(network, run, inputs)
        training_loss(network, outputs, inputs).backward()

    call = inference if task == "inference" else step
    return captured(call) if mode == "graphed" else call


def captured(call):
    """`call` as one CUDA graph, captured after a few calls on a side stream, as PyTorch asks."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = call()  # its memory belongs to the graph

    def replay():
        graph.replay()
        return kept

    return replay


def sample_ms(args, call, count):
    """Per call, of `count` calls in a row: the host may run ahead, as in training."""
    if is_cuda(args):
        start, stop = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(count):
            call()
        stop.record()
        stop.synchronize()
        return start.elapsed_time(stop) / count
    start = time.perf_counter()
    for _ in range(count):
        call()
    return 1e3 * (time.perf_counter() - start) / count


def measure(args, call):
    """Warm-up, then samples for args.seconds, five at least."""
    for _ in range(3):
        call()
    count = max(1, round(1.1 * SAMPLE_MS / sample_ms(args, call, 1)))
    if is_cuda(args):
        torch.cuda.synchronize()
    samples, end = [], time.perf_counter() + args.seconds
    while len(samples) < 5 or time.perf_counter() < end:
        samples.append(sample_ms(args, call, count))
    return statistics.median(samples), min(samples)


def timed_row(args, record):
    set_precision(record["precision"])
    if is_cuda(args):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    call = call_of(args, *(record[key] for key in ("network", "task", "batch", "precision", "mode")))
    median, best = measure(args, call)
    # A graph's memory is taken when it is captured; so the peak is that of the whole row.
    return {"ms": round(median, 4), "min_ms": round(best, 4),
            "peak_MiB": round(torch.cuda.max_memory_allocated() / 2**20) if is_cuda(args) else 0}


def ceilings(args):
    """A copy well beyond the L2 cache, and a product of random matrices per precision."""
    elements, n = (2**28, 8192) if is_cuda(args) else (2**22, 256)
    x = torch.rand(elements, device=args.device)
    y = torch.empty_like(x)
    _, best = measure(args, lambda: y.copy_(x))
    yield {"task": "ceiling", "what": "copy", "GB_per_s": round(8e-6 * elements / best, 1)}
    del x, y
    for precision in ("bf16", "tf32", "float32"):
        set_precision(precision)
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        a, b = ((2 * torch.rand(n, n, device=args.device) - 1).to(dtype) for _ in range(2))
        c = torch.empty_like(a)
        _, best = measure(args, lambda a=a, b=b, c=c: torch.matmul(a, b, out=c))
        yield {"task": "ceiling", "what": "matmul", "precision": precision, "TFLOP_per_s": round(2e-9 * n**3 / best, 3)}


def rows_of(args):
    """The most telling first: the deadline cuts off the end. Later batches: inference, in the modes of use."""
    both, rows = ("step", "inference"), []
    first, others = args.batches[:1], args.batches[1:]
    for mode, precisions, tasks, batches in (
            ("eager", ("bf16", "tf32", "float32", "default"), both, first), ("graphed", ("bf16", "tf32"), both, first),
            ("compiled", ("bf16",), ("inference",), first),
            ("eager", ("bf16", "tf32", "float32"), ("inference",), others), ("graphed", ("bf16", "tf32"), ("inference",), others),
            ("eager", ("bf16", "tf32"), ("step",), [batch for batch in others if batch > 1])):
        rows += [(network, task, batch, precision, mode) for batch in batches for precision in precisions for task in tasks
                 for network in args.networks if mode in args.modes and precision in args.precisions and task in args.tasks]
    return [dict(zip(("network", "task", "batch", "precision", "mode"), row)) for row in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--size", type=int, default=320, help="sfnet and localvit have their own")
    parser.add_argument("--deadline", type=float, default=110, help="seconds after which no row starts")
    parser.add_argument("--networks", nargs="+", default=A2S_NETWORKS, choices=list(NETWORKS))
    parser.add_argument("--tasks", nargs="+", default=["step", "inference"], choices=("step", "inference"))
    parser.add_argument("--precisions", nargs="+", default=PRECISIONS, choices=PRECISIONS)
    parser.add_argument("--modes", nargs="+", default=MODES, choices=MODES)
    parser.add_argument("--batches", nargs="+", type=int, default=[8, 1, 32], help="all modes of the first before the others")
    parser.add_argument("--seconds", type=float, default=0.15, help="of timing per row")
    args = parser.parse_args()
    end = time.perf_counter() + args.deadline
    if is_cuda(args) and not torch.cuda.is_available():
        raise SystemExit("gpu_peers: no CUDA device on this machine; try --device cpu")
    if not is_cuda(args):
        args.modes = [mode for mode in args.modes if mode != "graphed"]
    with args.out.open("w", encoding="utf-8") as out:
        def write(record):
            out.write(json.dumps(record) + "\n")
            out.flush()

        write({"task": "machine", "torch": torch.__version__, "cuda": torch.version.cuda,
               "cudnn": torch.backends.cudnn.version() if is_cuda(args) else None,
               "device": torch.cuda.get_device_name(args.device) if is_cuda(args) else "cpu", "size": args.size})
        for record in ceilings(args):
            write(record)
        for record in rows_of(args):
            seconds_left = end - time.perf_counter()
            if seconds_left < (COMPILE_SECONDS if record["mode"] == "compiled" else 0):
                record["left_out"] = "no time"
            else:
                try:
                    record |= timed_row(args, record)
                except Exception as error:  # a mode that fails must not cost the others
                    record["error"] = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
            write(record)


if __name__ == "__main__":
    main()
