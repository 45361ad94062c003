"""The tables of docs/performance_gpu.md, made of what device_results.py gathers."""
import re

PRECISIONS = ("bf16", "tf32", "float32")


def table(head, rows):
    align = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, align, *rows]) + "\n"


def number(value, unit=""):
    return "" if value is None else f"{value:.3g}{unit}" if value < 100 else f"{value:.0f}{unit}"


def networks(result):
    """{(task, network, batch, precision): {"salix": row, "eager": row, ...}}"""
    rows = {}
    for name, row in result["bench"].get("networks", {}).items():
        found = re.match(r"(a2s|cornet|midnet)_(forward_backward|inference)(?:_(bf16|tf32))?/batch:(\d+)$", name)
        if found and "ms" in row:
            task = "inference" if found[2] == "inference" else "step"
            rows.setdefault((task, found[1], int(found[4]), found[3] or "float32"), {})["salix"] = row
    for row in result["peers"]:
        if "ms" in row and "network" in row:
            default = row["precision"] == "default"
            key = (row["task"], row["network"], row["batch"], "tf32" if default else row["precision"])
            rows.setdefault(key, {})["default" if default else row["mode"]] = row
    return rows


def network_tables(result):
    rows, out = networks(result), []
    titles = {"step": "Forward and backward, train mode, without optimizer", "inference": "Inference"}
    for task, title in titles.items():
        lines = []
        order = sorted((k for k in rows if k[0] == task and "salix" in rows[k]), key=lambda k: ([8, 1, 32].index(k[2]), k[1], PRECISIONS.index(k[3])))
        for key in order:
            row = rows[key]
            ms, memory = ({mode: r.get(what) for mode, r in row.items()} for what in ("ms", "peak_MiB"))
            ratio = f"{ms['eager'] / ms['salix']:.2f}x" if "eager" in ms else ""
            ratio = f"**{ratio}**" if ratio and ms["eager"] > ms["salix"] else ratio
            lines.append((f"{key[1]}, batch {key[2]}, {key[3]}", number(ms["salix"]), number(ms.get("eager")), ratio, number(ms.get("graphed")),
                          number(ms.get("compiled")), memory["salix"] or "", memory.get("eager") or ""))
        out.append(f"### {title}\n\n" + table(("ms, 320x320", "salix", "PyTorch, eager", "ratio", "CUDA graph", "compiled", "MiB, salix", "MiB, PyTorch"), lines))
    default = [f"{k[1]} {k[0]} {number(r['default']['ms'])} ms" for k, r in rows.items() if "default" in r]
    if default:
        out.append("PyTorch at its own default (TF32 in convolutions only), eager, batch 8: " + ", ".join(default) + ".\n")
    ceilings = [f"{r['what']} {r.get('precision', '')} {r.get('GB_per_s', r.get('TFLOP_per_s')):.0f} {'GB/s' if 'GB_per_s' in r else 'TFLOP/s'}".replace("  ", " ")
                for r in result["peers"] if r["task"] == "ceiling"]
    if ceilings:
        out.append("The device's ceilings, measured by PyTorch: " + ", ".join(ceilings) + ".\n")
    return out


def step_tables(result):
    lines = [(name.removeprefix("stage2_step/"), number(row["ms"]),
              row.get("launches", ""), row.get("waits", ""), row.get("copies", ""), row.get("peak_MiB", ""))
             for program, rows in result["bench"].items() if program.startswith("train-") for name, row in rows.items() if "ms" in row]
    out = ["### Whole training steps\n\n" + table(("with losses and optimizer", "ms", "launches", "waits", "copies", "MiB"), lines)]
    runs = [(run.removesuffix("-1").replace("-none", ", float32").replace("-", ", "), *(counts.get(k, "") for k in ("launches", "waits", "copies", "allocations", "peak_MiB")))
            for run, counts in result["steps_of_runs"].items() if run.endswith("-1")]
    if runs:
        out.append("In runs of `salix train` (batch 4, the encoder learning), medians of the second half:\n\n"
                   + table(("a step of", "launches", "waits", "copies", "allocations", "MiB"), runs))
    return out


def kernel_tables(result, most=10):
    rows = [(name, row) for name, row in result["bench"].get("kernels", {}).items()
            if "roofline_%" in row and not re.match("conv2d|matmul", name)]
    rows.sort(key=lambda item: item[1]["roofline_%"])
    out = [f"### Handwritten kernels\n\nOf {len(rows)} rows (large tensors), the share of the memory or arithmetic ceiling that is nearer; "
           f"median {rows[len(rows) // 2][1]['roofline_%']:.0f} %.\n"] if rows else []
    for title, some in (("farthest from it", rows[:most]), ("nearest", rows[-most:][::-1])) if rows else ():
        out.append(table((title, "ms", "of the roofline"), [(name, number(row["ms"]), f"{row['roofline_%']:.0f} %") for name, row in some]))
    return out


def check_tables(result):
    tests, out = result["tests"], ["### Checks\n"]
    why = "; ".join(f"{why}: {count}" for why, count in tests.get("why skipped", {}).items())
    out.append(f"* Tests: {tests['passed']} passed, {tests['failed']} failed, {tests['skipped']} skipped{f' ({why})' if why else ''}.")
    for tool in ("memcheck", "racecheck", "train"):
        runs = [run for name, run in result["sanitizer"].items() if name.startswith(tool)]
        if runs:
            bad = sum(run["errors"] or 0 for run in runs)
            cut = sum(run["errors"] is None for run in runs)
            what = "memcheck over a training run" if tool == "train" else f"{tool} over {sum(run['tests'] for run in runs)} tests"
            out.append(f"* {what}: {bad} errors{f', {cut} of {len(runs)} processes cut off' if cut else ''}.")
    parity = result["parity"]
    same = sorted(name.removeprefix("weights-") for name, job in parity.items() if name.startswith("weights-") and job["exit"] == 0)
    out.append(f"* Trained twice with equal bits: {', '.join(same).replace('-none', ' float32').replace('-', ' ') or 'none'}.")
    if "crf-same" in parity:
        out.append(f"* CRF labels of cuda and cpu are {'equal' if parity['crf-same']['exit'] == 0 else 'DIFFERENT'}.")
    bad = [f"{name} ({'out of time' if job['exit'] in (124, 137, None) else job['exit']})" for name, job in parity.items() if job["exit"] != 0]
    out.append(f"* Comparisons without a result or failed: {', '.join(bad) or 'none'}.")
    if "resume" in result["parts"]:
        out.append(f"* Killed three times and resumed: {result['parts']['resume']['says']}.")
    lines = [(name.replace("-", ", "), what, *(f"{x:.1e}" for x in (values + [None])[:2] if x is not None)) for name, job in parity.items()
             for what, values in job.items() if what != "exit" and len(values) == 2]
    return ["\n".join(out) + "\n", "Distance from PyTorch in float64, batch 2, 192x192 (L2 norm of the difference over that of the values):\n\n"
            + table(("network, mode", "of", "salix float32", "PyTorch float32"), lines)] if lines else ["\n".join(out) + "\n"]


def tables(result):
    machine = result["machine"]
    head = f"{machine.get('gpu')}; {machine.get('cpu')}, {machine.get('threads')} threads; CUDA {machine.get('cuda')}, cuDNN {machine.get('cuDNN')}, PyTorch {machine.get('torch')}.\n"
    return "\n".join([head, *network_tables(result), *step_tables(result), *kernel_tables(result), *check_tables(result)])
