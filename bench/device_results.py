#!/usr/bin/env python3
"""What scripts/bundle/device.sh brought back, as one JSON, tables for the book, and a list of what failed.

  device_results.py FOLDER [--date YYYY-MM-DD] [--out bench/results]
  device_results.py --self-check

Writes OUT/DATE-DEVICE.json; prints in markdown the three networks beside PyTorch (time, ratio, peak memory of
tensors), training steps, the kernels farthest from their roofline, and what failed. FOLDER holds device.sh's
files; what is missing there is missing here. Ratios are PyTorch's time over salix's: above 1, salix is faster.
A step of a network is forward and backward; those of whole training steps are in the second table.
"""
import argparse
import collections
import datetime
import json
import pathlib
import re
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PRECISIONS = ("float32", "tf32", "bf16")


def read(folder, name, otherwise):
    """The JSON, or the list of JSON lines, in a file; broken lines are left out."""
    path = folder / name
    if not path.exists():
        return otherwise
    text = path.read_text(errors="replace")
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except ValueError:
            return otherwise
    rows = []
    for line in text.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def milliseconds(row):
    return row["real_time"] * {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[row["time_unit"]]


def network_row(row):
    """(network, task, batch, precision) of a benchmark of networks_bench and salix's way, or None."""
    name = row["name"]
    network = re.search(r"a2s|cornet|midnet", name)
    batch = re.search(r"batch:(\d+)", name)
    if not network or not batch or row.get("error_occurred"):
        return None
    task = "inference" if "inference" in name else "step"
    precision = "tf32" if "tf32" in name else "bf16" if re.search("bf16|bfloat16", name) else "float32"
    return (network[0], task, int(batch[1]), precision), "salix_all_bf16" if "bfloat16" in name else "salix"


def peak(row):
    """Of tensors, in MiB."""
    for name in ("peak_device_MiB", "peak_tensor_MiB", "peak_MiB"):
        if name in row:
            return round(row[name])
    return None


def compare(bench, peers):
    """Rows {network, task, batch, precision, MODE_ms, MODE_peak_MiB...; fastest, ratio, ratio_eager}."""
    table = {}
    for row in bench.get("networks", {}).get("benchmarks", []):
        found = network_row(row)
        if found is None:
            continue
        key, mode = found
        table.setdefault(key, {}).update({f"{mode}_ms": round(milliseconds(row), 3), f"{mode}_peak_MiB": peak(row)})
    for row in peers:
        if "ms" not in row or "network" not in row:
            continue
        mode = row["mode"] if row["precision"] != "default" else f"{row['mode']}_default"
        precision = "float32" if row["precision"] == "default" else row["precision"]
        entry = table.setdefault((row["network"], row["task"], row["batch"], precision), {})
        entry |= {f"{mode}_ms": row["ms"], f"{mode}_peak_MiB": peak(row)}
    rows = []
    for key in sorted(table, key=lambda k: (k[1], k[0], k[2], PRECISIONS.index(k[3]))):
        row = dict(zip(("network", "task", "batch", "precision"), key)) | table[key]
        modes = [name for name in row if name.endswith("_ms") and not name.startswith("salix") and "default" not in name]
        if "salix_ms" in row and modes:
            fastest = min(modes, key=row.get)
            row |= {"fastest": fastest.removesuffix("_ms"), "ratio": round(row[fastest] / row["salix_ms"], 2)}
            if "eager_ms" in row:
                row["ratio_eager"] = round(row["eager_ms"] / row["salix_ms"], 2)
        rows.append(row)
    return rows


def failures(folder, parts, tests, parity, bench, peers):
    found = [f"part {p['part']}: exit {p['rc']} after {p['seconds']} s of {p['limit']}: {p.get('says', '')}" for p in parts if p["rc"] != 0]
    found += [f"test {t['test']}: {' '.join(t.get('why', '').split())[:300]}" for t in tests.get("tests", []) if t["result"] == "FAILED"]
    found += [f"suite {d['suite']} died (exit {d['exit']}) in {d['in']}" for d in tests.get("died", [])]
    found += [f"parity {j['name']}: exit {j['rc']}: {' '.join(j['log'].split())[-300:]}" for j in parity.get("jobs", []) if j["rc"] != 0]
    for name, report in bench.items():
        found += [f"benchmark {name} {row['name']}: {row.get('error_message', '')}" for row in report.get("benchmarks", [])
                  if row.get("error_occurred")]
    found += [f"peer {row.get('network')} {row.get('task')} {row.get('precision')} {row.get('mode')}: {row['error']}" for row in peers if "error" in row]
    sanitizer = folder / "sanitizer.txt"
    if sanitizer.exists():
        job = ""
        for line in sanitizer.read_text(errors="replace").splitlines():
            job = line[5:].split(",")[0] if line.startswith("==== ") else job
            summary = re.search(r"(ERROR|RACECHECK) SUMMARY: (\d+) (.*)", line)
            if summary and summary[2] != "0":
                found.append(f"{job}: {summary[2]} {summary[3]}")
    return found


def cell(row, name, unit=""):
    value = row.get(name)
    return "" if value is None else f"{value:.2f}{unit}" if isinstance(value, float) else f"{value}{unit}"


def print_networks(rows, peers):
    print("| | batch | precision | salix | PyTorch, eager | ratio | PyTorch, fastest | ratio | peak MiB: salix / eager |\n"
          "|---|---:|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        if "salix_ms" not in row:
            continue
        fastest = f"{row[row['fastest'] + '_ms']:.2f} ms ({row['fastest']})" if "fastest" in row else ""
        print("| " + " | ".join([
            f"{row['network']}, {row['task']}", str(row["batch"]), row["precision"], cell(row, "salix_ms", " ms"),
            cell(row, "eager_ms", " ms"), cell(row, "ratio_eager", "x"), fastest, cell(row, "ratio", "x"),
            f"{cell(row, 'salix_peak_MiB')} / {cell(row, 'eager_peak_MiB')}"]) + " |")
    print("\nPyTorch at its default (float32, TF32 in convolutions), eager: "
          + ", ".join(f"{r['network']} {r['task']} batch {r['batch']} {r['eager_default_ms']:.2f} ms" for r in rows if "eager_default_ms" in r))
    print("with all of inference in bfloat16, salix: "
          + ", ".join(f"{r['network']} batch {r['batch']} {r['salix_all_bf16_ms']:.2f} ms" for r in rows if "salix_all_bf16_ms" in r))
    for row in peers:
        if row.get("task") == "ceiling":
            print(f"ceiling, {row['what']} {row.get('precision', '')}: {row.get('GB_per_s', row.get('TFLOP_per_s'))} {'GB/s' if 'GB_per_s' in row else 'TFLOP/s'}")


def print_steps(bench):
    print("\n| training step | ms | peak MiB | launches | waits | copies |\n|---|---:|---:|---:|---:|---:|")
    for name, report in bench.items():
        for row in report.get("benchmarks", []) if name.startswith("train") else []:
            if row.get("run_type") == "aggregate" or row.get("error_occurred"):
                continue
            counts = [next((f"{row[k]:.0f}" for k in row if k.startswith(word)), "") for word in ("launches", "waits", "copies")]
            print(f"| {row['name'].removesuffix('/real_time')} | {milliseconds(row):.2f} | {peak(row) or ''} | {' | '.join(counts)} |")


def print_counts(parity):
    print("\n| one step of a run | counts | allocator's peak MiB |\n|---|---|---:|")
    for run, profile in parity.get("profiles", {}).items():
        counts = ", ".join(f"{k} {v}" for k, v in (profile.get("device_counts") or {}).items())
        print(f"| {run} | {counts} | {profile.get('memory', {}).get('allocator_peak_bytes', 0) / 2**20:.0f} |")


def print_kernels(bench, most=25):
    rows = [row for row in bench.get("kernels", {}).get("benchmarks", []) if row.get("roofline_%")]
    print(f"\nThe {min(most, len(rows))} of {len(rows)} kernel benchmarks farthest from the roofline:\n\n| kernel | ms | of the roofline |\n|---|---:|---:|")
    for row in sorted(rows, key=lambda r: r["roofline_%"])[:most]:
        print(f"| {row['name'].removesuffix('/real_time')} | {milliseconds(row):.4f} | {row['roofline_%']:.0f} % |")


def gather(folder):
    parts = read(folder, "parts.jsonl", [])
    tests, parity, bench = (read(folder, name, {}) for name in ("tests.json", "parity.json", "bench.json"))
    peers = read(folder, "peers.jsonl", [])
    machine = next((p["data"] for p in parts if p["part"] == "facts" and p.get("data")), {})
    plans = {json.dumps({k: v for k, v in p.items() if k != "run"}): p for p in read(folder, "conv_plans.jsonl", [])}.values()
    return {
        "machine": machine, "parts": [{k: p[k] for k in ("part", "rc", "seconds")} for p in parts],
        "tests": {k: tests.get(k) for k in ("passed", "failed", "skipped")} | {"died": [d["suite"] for d in tests.get("died", [])]},
        "networks": compare(bench, peers), "bench": bench, "peers": peers,
        "parity": [{k: j[k] for k in ("name", "rc", "seconds")} for j in parity.get("jobs", [])],
        "profiles": parity.get("profiles", {}),
        "convolution_plans": {name: dict(collections.Counter(str(p.get(name)) for p in plans)) for name in ("api", "fallback", "math", "fused")},
        "failures": failures(folder, parts, tests, parity, bench, peers)}


def report(folder, date, out):
    result = gather(folder)
    device = (result["machine"].get("gpu") or "unknown device").split(",")[0]
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{date}-{re.sub('[^a-z0-9]+', '-', device.lower()).strip('-')}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{device}, {date}: {path}\n")
    print_networks(result["networks"], result["peers"])
    print_steps(result["bench"])
    print_counts({"profiles": result["profiles"]})
    print_kernels(result["bench"])
    print(f"\nconvolution plans: {json.dumps(result['convolution_plans'])}")
    counts = result["tests"]
    print(f"\ntests: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped, {len(counts['died'])} suites died")
    print(f"{len(result['failures'])} failures:" if result["failures"] else "nothing failed")
    for line in result["failures"]:
        print(f"* {line}")
    return result


def self_check():
    """Made-up files of every kind, one cut off; the figures below follow from them."""
    bench = {"networks": {"benchmarks": [
        {"name": "a2s_inference_bf16/batch:8/real_time", "real_time": 2e6, "time_unit": "ns", "peak_tensor_MiB": 300.4},
        {"name": "a2s_training/tf32/batch:8/real_time", "real_time": 10, "time_unit": "ms", "error_occurred": True, "error_message": "no plan"}]},
        "train-a2s": {"benchmarks": [{"name": "stage1_step/scale:1/full:0/real_time", "real_time": 12, "time_unit": "ms", "launches": 900}]},
        "kernels": {"benchmarks": [{"name": "softmax/x", "real_time": 5, "time_unit": "us", "roofline_%": 40.0}]}}
    files = {
        "parts.jsonl": '{"part":"facts","rc":0,"seconds":1,"limit":20,"data":{"gpu":"NVIDIA H100 80GB HBM3, 580.1"}}\n'
                       '{"part":"peers","rc":124,"seconds":80,"limit":80,"data":null}\n{"part":"ben',
        "bench.json": json.dumps(bench),
        "peers.jsonl": '{"task":"ceiling","what":"copy","GB_per_s":3000.0,"ms":1.0}\n'
                       '{"network":"a2s","task":"inference","batch":8,"precision":"bf16","mode":"eager","ms":3.0,"peak_MiB":500}\n'
                       '{"network":"a2s","task":"inference","batch":8,"precision":"bf16","mode":"compiled","ms":2.5,"peak_MiB":500}\n'
                       '{"network":"a2s","task":"step","batch":8,"precision":"default","mode":"eager","error":"out of memory"}\n',
        "tests.json": json.dumps({"passed": 1, "failed": 1, "skipped": 0, "died": [{"suite": "kernels-X", "exit": "139", "in": "X.Y/cuda"}],
                                  "tests": [{"test": "A.B/cuda", "result": "FAILED", "why": "1 is not 2"}]}),
        "parity.json": json.dumps({"jobs": [{"name": "twice-a2s-bf16", "rc": 1, "seconds": 0, "log": "differ"}],
                                   "profiles": {"a2s-none-1": {"device_counts": {"launches": 900}, "memory": {"allocator_peak_bytes": 2**30}}}}),
        "conv_plans.jsonl": '{"run":"a","pass":"forward","math":"fma","fallback":"none"}\n{"run":"b","pass":"forward","math":"fma","fallback":"none"}\n',
        "sanitizer.txt": "==== sanitize-memcheck-0, 3 tests passed in it\n========= ERROR SUMMARY: 2 errors\n==== sanitize-racecheck-0\n"
                         "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)\n"}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, text in files.items():
            (folder / file).write_text(text)
        result = report(folder, "2000-01-01", folder / "results")
        assert (folder / "results" / "2000-01-01-nvidia-h100-80gb-hbm3.json").exists()
        report(folder / "results", "2000-01-01", folder / "results")  # nothing there: no tables, no exception
    row = result["networks"][0]
    assert (row["salix_ms"], row["eager_ms"], row["compiled_ms"], row["ratio"]) == (2.0, 3.0, 2.5, 1.25), row
    assert len(result["failures"]) == 7, result["failures"]
    assert result["convolution_plans"]["fallback"] == {"none": 1}, result["convolution_plans"]
    print("self-check passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results")
    parser.add_argument("--self-check", action="store_true")
    args = parser.parse_args()
    if args.self_check:
        self_check()
    elif args.folder is None or not args.folder.is_dir():
        parser.error("FOLDER is needed, with the files of device.sh")
    else:
        report(args.folder, args.date, args.out)


if __name__ == "__main__":
    main()
