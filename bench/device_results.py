#!/usr/bin/env python3
"""What scripts/bundle/device.sh brought back, as one JSON and as tables for the book.

  device_results.py FOLDER... [--date YYYY-MM-DD] [--out bench/results] [--docs docs/performance_gpu.md]
  device_results.py bench/results/DATE-DEVICE.json [--docs ...]
  device_results.py --self-check

Each FOLDER holds the files of one call; they are merged row by row, later ones winning, so all must be of one device.
Writes OUT/DATE-DEVICE.json, or reads one; prints tables in markdown, and with --docs puts them between the markers of
that page. Ratios are PyTorch's time over salix's: above 1, salix is faster.
"""
import argparse
import datetime
import json
import pathlib
import re
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
PRECISIONS = ("bf16", "tf32", "float32")
BEGIN, END = "<!-- tables of bench/device_results.py -->", "<!-- end of the tables -->"
UNITS = {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}


# --- Reading and merging ---


def read(folder, name, otherwise):
    """The JSON, or the list of JSON lines, in a file; broken lines are left out."""
    path = folder / name
    text = path.read_text(errors="replace") if path.exists() else ""
    rows = []
    for line in [text] if path.suffix == ".json" else text.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return (rows[0] if rows else otherwise) if path.suffix == ".json" else rows


def rounded(value):
    return float(f"{value:.4g}")


def bench_row(row):
    if row.get("error_occurred"):
        return {"error": row.get("error_message", "")[:200]}
    scale = UNITS[row["time_unit"]]
    found = {"ms": rounded(row["median_us"] / 1e3 if "median_us" in row else row["real_time"] * scale)}
    for name in ("launches", "waits", "copies"):
        if name in row:
            found[name] = round(row[name])
    if row.get("peak_device_MiB"):
        found["peak_MiB"] = round(row["peak_device_MiB"])
    if row.get("roofline_%"):
        found["roofline_%"] = rounded(row["roofline_%"])
    return found


def sanitizer(path):
    """Per run: tests in it, and the tool's own count of errors or hazards (None: cut off)."""
    runs, name = {}, None
    for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
        if head := re.match(r"==== sanitize-(\S+), (\d+) tests", line):
            name = head[1]
            runs[name] = {"tests": int(head[2]), "errors": None}
        elif name and (found := re.search(r"(?:ERROR|RACECHECK) SUMMARY: (\d+)", line)):
            runs[name]["errors"] = int(found[1])
    return runs


def distances(log):
    """{what: [ours, PyTorch float32's]}: distances from PyTorch in float64, as network_parity.py prints them."""
    return {what: [float(ours), float(theirs)] if theirs else [float(ours)]
            for what, ours, theirs in re.findall(r"^  (\S[^:\n]*): ([\d.e+-]+)(?: \(([\d.e+-]+)\))?$", log, re.M)}


def gather(folders):
    result = {"machine": {}, "parts": {}, "tests": {}, "sanitizer": {}, "parity": {}, "steps_of_runs": {}, "bench": {}, "peers": []}
    tests, peers = {}, {}
    for folder in folders:
        for part in read(folder, "parts.jsonl", []):
            facts = part.get("data") if part["part"] == "facts" else None
            if facts:
                salix, torch = facts.get("salix") or {}, facts.get("torch")
                result["machine"] = {"gpu": facts.get("gpu"), "cpu": salix.get("cpu", {}).get("model"),
                                     "threads": salix.get("cpu", {}).get("threads"), "cuDNN": salix.get("libraries", {}).get("cuDNN"),
                                     "torch": torch.get("version") if isinstance(torch, dict) else None,
                                     "cuda": torch.get("cuda") if isinstance(torch, dict) else None}
            elif "/" not in part.get("says", ""):
                result["parts"][part["part"]] = {"exit": part["rc"], "seconds": part["seconds"], "says": part.get("says", "")}
        found = read(folder, "tests.json", {})
        tests |= {t["test"]: (t["result"], t.get("why", "").splitlines()[:1]) for t in found.get("tests", [])}
        result["sanitizer"] |= sanitizer(folder / "sanitizer.txt")
        parity = read(folder, "parity.json", {})
        for job in parity.get("jobs", []):
            result["parity"][job["name"]] = {"exit": job["rc"]} | distances(job["log"])
        for run, profile in parity.get("profiles", {}).items():
            counts = {k: round(v) for k, v in (profile.get("device_counts") or {}).items() if k != "seconds"}
            result["steps_of_runs"][run] = counts | {
                "peak_MiB": round(profile.get("memory", {}).get("allocator_peak_bytes", 0) / 2**20)}
        for program, report in read(folder, "bench.json", {}).items():
            for row in report["benchmarks"]:
                name = re.sub(r"/(iterations:\d+|(manual|real)_time)", "", row["name"])
                result["bench"].setdefault(program, {})[name] = bench_row(row)
        for row in (row for file in sorted(folder.glob("peers*.jsonl")) for row in read(folder, file.name, [])):
            key = tuple(row.get(k) for k in ("task", "what", "network", "batch", "precision", "mode"))
            if row.get("task") != "machine" and "left_out" not in row and ("error" not in row or key not in peers):
                peers[key] = {k: v[:60] if k == "error" else v for k, v in row.items() if k != "min_ms"}
    result["parity"].pop("resume", None)  # it is a part of its own
    result["tests"] = {word.lower(): sum(t[0] == word for t in tests.values()) for word in ("PASSED", "FAILED", "SKIPPED")}
    reasons = [why[0] for state, why in tests.values() if state == "SKIPPED" and why and "/" not in why[0]]
    result["tests"]["why skipped"] = {why: reasons.count(why) for why in sorted(set(reasons))}
    result["tests"]["names of failed"] = [name for name, t in tests.items() if t[0] == "FAILED"]
    result["peers"] = list(peers.values())
    return result


def compact(value, depth=0):
    """JSON with a line for each row, not for each number."""
    if depth < 3 and isinstance(value, (dict, list)) and any(isinstance(v, (dict, list)) for v in (value.values() if isinstance(value, dict) else value)):
        pad, inner = "\n" + " " * (depth + 1), []
        if isinstance(value, list):
            inner, ends = [compact(v, depth + 1) for v in value], "[]"
        else:
            inner, ends = [f"{json.dumps(k)}: {compact(v, depth + 1)}" for k, v in value.items()], "{}"
        return ends[0] + pad + ("," + pad).join(inner) + "\n" + " " * depth + ends[1]
    return json.dumps(value)


# --- Tables ---


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


def device_name(result):
    """h100 of "NVIDIA H100 80GB HBM3, driver..."."""
    words = (result["machine"].get("gpu") or "unknown").split(",")[0].lower().split()
    return re.sub("[^a-z0-9]+", "-", next((w for w in words if re.search(r"\d", w)), words[-1])).strip("-")


def report(folders, date, out):
    result = gather(folders)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{date}-{device_name(result)}.json"
    path.write_text(compact({"date": date} | result) + "\n")
    return path, result


def wrapped(text, columns=125):
    """Prose and list items as the book has them; tables are left alone."""
    return "\n".join(line if line.startswith("|") else
                     textwrap.fill(line, columns, subsequent_indent="  " if line.startswith("* ") else "",
                                   break_long_words=False, break_on_hyphens=False) for line in text.split("\n"))


def into_page(page, text, name):
    """Replaces what stands between the markers."""
    before, rest = page.read_text().split(BEGIN)
    after = rest.split(END)[1]
    text = wrapped(f"[Raw](../bench/results/{name}). {text}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def self_check():
    """Two calls with made-up files of every kind, one cut off; the figures below follow from them."""
    row = {"time_unit": "ms", "launches": 900.2}
    files = {
        "1/parts.jsonl": '{"part":"facts","rc":0,"seconds":1,"limit":20,"data":{"gpu":"NVIDIA H100 80GB HBM3, 580.1"}}\n{"part":"ben',
        "1/bench.json": json.dumps({"networks": {"benchmarks": [row | {"name": "a2s_inference_bf16/batch:8/manual_time", "real_time": 9},
                                                                row | {"name": "a2s_inference/batch:8/manual_time", "real_time": 4}]},
                                    "kernels": {"benchmarks": [row | {"name": "softmax/x", "real_time": 5, "roofline_%": 40.0}]}}),
        "2/bench.json": json.dumps({"networks": {"benchmarks": [row | {"name": "a2s_inference_bf16/batch:8/manual_time", "real_time": 2}]}}),
        "1/peers.jsonl": '{"network":"a2s","task":"inference","batch":8,"precision":"bf16","mode":"eager","ms":3.0,"peak_MiB":500}\n',
        "2/peers.jsonl": '{"network":"a2s","task":"inference","batch":8,"precision":"bf16","mode":"eager","left_out":"no time"}\n',
        "1/tests.json": json.dumps({"tests": [{"test": "A.B", "result": "FAILED", "why": "1 is not 2"}, {"test": "A.C", "result": "PASSED"}]}),
        "2/tests.json": json.dumps({"tests": [{"test": "A.B", "result": "PASSED"}]}),
        "1/parity.json": json.dumps({"jobs": [{"name": "a2s-eval", "rc": 0, "log": "x\n  logits of final: 1.5e-06 (6.7e-07)\n"}]}),
        "1/sanitizer.txt": "==== sanitize-memcheck-0, 3 tests passed in it\n========= ERROR SUMMARY: 2 errors\n"}
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for file, text in files.items():
            (root / file).parent.mkdir(exist_ok=True)
            (root / file).write_text(text)
        path, result = report([root / "1", root / "2"], "2000-01-01", root)
        assert path.name == "2000-01-01-h100.json" and json.loads(path.read_text())["tests"] == result["tests"]
        text = tables(result)
        assert "| a2s, batch 8, bf16 | 2 | 3 | **1.50x** |" in text and "2 passed, 0 failed" in text, text
        assert "over 3 tests: 2 errors" in text and "| a2s, eval | logits of final | 1.5e-06 | 6.7e-07 |" in text, text
        tables(gather([root]))  # nothing there: no exception
        page = root / "page.md"
        page.write_text(f"a\n{BEGIN}\nold\n{END}\nb\n")
        into_page(page, text, path.name)
        assert "old" not in page.read_text() and page.read_text().endswith("b\n")
    print("self-check passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=pathlib.Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results")
    parser.add_argument("--docs", type=pathlib.Path)
    parser.add_argument("--self-check", action="store_true")
    args = parser.parse_args()
    if args.self_check:
        return self_check()
    if len(args.sources) == 1 and args.sources[0].suffix == ".json":
        path, result = args.sources[0], json.loads(args.sources[0].read_text())
    elif args.sources and all(folder.is_dir() for folder in args.sources):
        path, result = report(args.sources, args.date, args.out)
    else:
        parser.error("folders with the files of device.sh are needed, or one JSON of bench/results")
    text = tables(result)
    print(f"{path}\n\n{text}")
    if args.docs:
        into_page(args.docs, text, path.name)


if __name__ == "__main__":
    main()
