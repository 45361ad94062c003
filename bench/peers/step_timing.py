# Training steps of salix and of PyTorch, each in a process of its own, as rows {ms, peak_rss_mib, loss}.
import json
import os
import statistics
import subprocess


# The first is not timed on the CPU, the first three on a GPU; bench/train/*_step_bench.cpp has as many.
STEPS = {"cpu": 4, "cuda": 33}


def add_device_arguments(parser):
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:INDEX")
    parser.add_argument("--precision", choices=("float32", "tf32", "bf16"), default="float32", help="on a GPU")


def device_options(args):
    """Of the training peers."""
    return ["--device", args.device, "--precision", args.precision, "--steps", str(STEPS[args.device.split(":")[0]])]


def salix_step(build, name, settings, threads):
    """`name` is the benchmark's, up to the end; `settings` go into its environment."""
    environment = dict(os.environ, SALIX_BENCH_THREADS=str(threads), OMP_NUM_THREADS=str(threads),
                       **{f"SALIX_BENCH_{key}": str(value) for key, value in settings.items()})
    command = [build / "bench" / "train_bench", "--benchmark_format=json", f"--benchmark_filter=^{name}/"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)["benchmarks"]
    if not rows:
        raise SystemExit(f"train_bench has no row {name} on this device")
    found = rows[0]
    if found.get("error_occurred"):
        raise SystemExit(f"{name}: {found['error_message']}")
    row = {"ms": found["real_time"], "peak_rss_mib": found["peak_rss_MiB"], "loss": found["loss"]}
    return row | ({"peak_device_mib": found["peak_device_MiB"]} if "peak_device_MiB" in found else {})


def torch_step(command, threads, tcmalloc=None):
    """`command` is one of the training peers' with --json."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    if tcmalloc:
        environment["LD_PRELOAD"] = tcmalloc
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def check_losses(found, within=2e-2):
    """Rounding grows from step to step; other weights or pictures would show."""
    for mode, row in found.items():
        if abs(row["loss"] - found["salix"]["loss"]) > within * abs(found["salix"]["loss"]):
            raise SystemExit(f"losses must agree; got {row['loss']} from {mode}, {found['salix']['loss']} from salix")


def task_row(groups):
    """`groups`: per part of the task the samples by mode. Mean over parts of the median over rounds."""
    rows = {}
    for mode in groups[0]:
        runs = [samples[mode] for samples in groups]
        rows[mode] = {"ms": round(statistics.mean(statistics.median(r["ms"] for r in rounds) for rounds in runs), 1),
                      "peak_rss_mib": round(max(statistics.median(r["peak_rss_mib"] for r in rounds) for rounds in runs), 1)}
    best = min((mode for mode in rows if not mode.startswith("salix")), key=lambda mode: rows[mode]["ms"])
    return {"rows": rows, "best_peer": best, "ratio_published": round(rows["published"]["ms"] / rows["salix"]["ms"], 2),
            "ratio_best": round(rows[best]["ms"] / rows["salix"]["ms"], 2)}


def print_task(task, found):
    print(f"{task}: published / salix {found['ratio_published']}x, best PyTorch ({found['best_peer']}) / salix "
          f"{found['ratio_best']}x")
    for mode, row in found["rows"].items():
        print(f"    {mode:22} {row['ms']:10} ms   {row['peak_rss_mib']:8} MiB")
