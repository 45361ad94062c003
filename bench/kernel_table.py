#!/usr/bin/env python3
"""A markdown table of the kernels: time, rate and share of the roofline, at one or two sizes an op.

  kernel_table.py FILE.json                            the table of an earlier run
  kernel_table.py --run build/cpu --out FILE.json      runs kernels_bench for the table's rows first

FILE.json is what `kernels_bench --benchmark_format=json` prints, with repetitions; medians count.
$SALIX_BENCH_DEVICE and $SALIX_BENCH_THREADS choose where it runs. % of the roofline: the time that
the slower of memory and arithmetic needs at the ceilings measured in the same run, over the time taken. On a GPU there
are rows of sizes beyond its L2 cache besides; convolutions have other names there (batch 8).
"""
import argparse
import json
import pathlib
import re
import subprocess

# One or two sizes of each op, named after layers of the networks.
ROWS = [
    "conv2d/inference/float32/stem_7x7_s2", "conv2d/inference/float32/layer1_3x3_64", "conv2d/inference/float32/layer2_1x1_512_128",
    "conv2d/inference/float32/layer3_3x3_256", "conv2d/inference/float32/layer4_1x1_512_2048",
    "conv2d/inference/bfloat16/layer3_3x3_256", "conv2d/inference/bfloat16/layer4_1x1_512_2048",
    "conv2d/backward_data/float32/layer3_3x3_256", "conv2d/backward_weight/float32/layer3_3x3_256",
    "conv2d/inference/float32/localvit_depthwise_3x3_384",
    "upsampled_conv2d/factorised", "upsampled_conv2d/enlarged_first",
    "matmul/float32/qkv_stage1", "matmul/float32/mlp_stage3", "matmul/bfloat16/mlp_stage3",
    "batch_norm/train_relu/float32/layer1_80x80x256", "batch_norm/backward_relu/float32/layer1_80x80x256",
    "group_norm/forward/float32/160x160x64_groups32", "group_norm/backward/float32/160x160x64_groups32",
    "layer_norm/forward/float32/stage1_9216x96", "layer_norm/backward/float32/stage1_9216x96",
    "softmax/forward/float32/window7_28224x49", "softmax/backward/float32/window7_28224x49",
    "relu/forward/float32/stem_160x160x64", "gelu/forward/float32/mlp_9216x384", "gelu/backward/float32/mlp_9216x384",
    "sigmoid/forward/float32/logits_320x320x1", "dropout/float32/mlp_9216x384",
    "add/forward/float32/residual_80x80x256", "mul/forward/float32/channel_gate_40x40x512",
    "mul/backward/float32/channel_gate_40x40x512", "where/forward/float32", "argmax/pixels",
    "max_pool/inference", "max_pool/backward", "avg_pool/halve", "avg_pool/blur",
    "adaptive_avg_pool/grid", "adaptive_max_pool/grid",
    "resize/up4_64", "resize/up4_64_backward", "reduce/spatial", "reduce/channels",
    "concat/forward", "pad/windows", "permute/windows", "roll/float32", "slice/channels", "gather/bias", "sgd_step/25700928",
]


def run(build, rows):
    pattern = "^(.*/large_.*|" + "|".join(re.escape(row) for row in rows) + ")/(real|manual)_time"
    command = [build / "bench" / "kernels_bench", f"--benchmark_filter={pattern}", "--benchmark_format=json",
               "--benchmark_min_time=0.01", "--benchmark_repetitions=15", "--benchmark_report_aggregates_only=true"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for private in ("host_name", "executable"):
        report["context"].pop(private, None)
    report["benchmarks"] = [b for b in report["benchmarks"] if b["aggregate_name"] == "median"]
    return report


def number(value):
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path, nargs="?")
    parser.add_argument("--run", type=pathlib.Path, metavar="BUILD")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    if (args.file is None) == (args.run is None):
        parser.error("give either a FILE.json or --run BUILD")
    report = run(args.run, ROWS) if args.run else json.loads(args.file.read_text())
    if args.out:
        args.out.write_text(json.dumps(report, indent=1) + "\n")

    context = report["context"]
    known = {"matmul": "matrix product", "tf32": "in TF32", "bf16": "in bfloat16", "fma": "multiply-adds in registers"}
    products = [f"{text} {context[key + '_gflop_per_s']} GFLOP/s" for key, text in known.items() if key + "_gflop_per_s" in context]
    print(f"Ceilings of this run ({context.get('device', 'cpu')}, {context['threads']} threads): copy "
          f"{context['copy_gb_per_s']} GB/s, {', '.join(products)}.\n")
    medians = {re.sub("/(real|manual)_time$", "", b["run_name"]): b for b in report["benchmarks"] if b.get("aggregate_name") == "median"}
    unit_us = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
    print("| op | size | µs | rate | % of roofline |\n|---|---|---:|---:|---:|")
    rows = ROWS + [row for row in medians if "/large_" in row]  # those only a GPU has
    for row in rows:
        if row not in medians:
            continue
        b = medians[row]
        parts = [part for part in row.split("/") if part != "float32"]
        rate = f"{number(b['GFLOP/s'])} GFLOP/s" if "GFLOP/s" in b else f"{number(b['GB/s'])} GB/s"
        print(f"| {' '.join(parts[:-1]) or parts[0]} | {parts[-1] if len(parts) > 1 else ''} | "
              f"{number(b['real_time'] * unit_us[b['time_unit']])} | {rate} | {b['roofline_%']:.0f} |")


if __name__ == "__main__":
    main()
