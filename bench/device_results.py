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

from device_tables import tables

HERE = pathlib.Path(__file__).resolve().parent
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
