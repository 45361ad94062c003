#!/usr/bin/env python3
"""What the parts of device.sh leave, gathered into one JSON each; a conclusion is printed last.

  collect.py facts WORK                   the machine, on standard output
  collect.py tests FOLDER OUT             FOLDER/PROGRAM-SUITE.{json,log,rc} of Google Test
  collect.py parity WORK OUT              WORK/jobs/parity-*.{log,rc}, WORK/runs/*/{profile.json,timing.jsonl}
  collect.py bench FOLDER OUT             FOLDER/PROGRAM.json of Google Benchmark

Files that are missing or cut off mid-way (a program that ran out of time) are read as far as they go.
Exits 1 when something failed.
"""
import collections
import json
import pathlib
import re
import statistics
import sys


def facts(work):
    work = pathlib.Path(work)

    def lines(name):
        return (work / name).read_text().splitlines() if (work / name).exists() else []

    found = {"gpu": next(iter(lines("gpu")), None), "libraries": [" ".join(x.split()) for x in lines("libraries")]}
    try:
        found["salix"] = json.loads("\n".join(lines("info.json")))
    except ValueError:
        found["salix"] = None
    try:
        import torch
        found["torch"] = {"version": torch.__version__, "cuda": torch.version.cuda,
                          "cudnn": torch.backends.cudnn.version(), "available": torch.cuda.is_available()}
        if torch.cuda.is_available():
            found["gpu"] = found["gpu"] or torch.cuda.get_device_name()
    except Exception as error:  # no PyTorch, or one that does not load
        found["torch"] = f"{type(error).__name__}: {error}"[:300]
    print(json.dumps(found))
    return 0


def tests(folder, out):
    rows, died = [], []
    for rc in sorted(pathlib.Path(folder).glob("*.rc")) + sorted(
            log for log in pathlib.Path(folder).glob("*.log") if not log.with_suffix(".rc").exists()):
        report, log = rc.with_suffix(".json"), rc.with_suffix(".log").read_text(errors="replace")
        try:
            suites = json.loads(report.read_text())["testsuites"]
        except (OSError, ValueError):
            suites = []
            begun = re.findall(r"^\[ RUN      \] (\S+)", log, re.M)
            code = rc.read_text().strip() if rc.suffix == ".rc" else "none: its time was over"
            died.append({"suite": rc.stem, "exit": code, "in": begun[-1] if begun else None, "log": log[-1500:]})
            for name, ok in re.findall(r"^\[ +(?:OK|FAILED) +\] (\S+) \((\d+) ms\)", log, re.M):
                failed = re.search(rf"^\[  FAILED  \] {re.escape(name)}", log, re.M)
                rows.append({"test": name, "s": int(ok) / 1000, "result": "FAILED" if failed else "PASSED"})
        for suite in suites:
            for test in suite["testsuite"]:
                row = {"test": f"{suite['name']}.{test['name']}", "s": float(test["time"].rstrip("s")), "result": "PASSED"}
                if test.get("failures"):
                    row |= {"result": "FAILED", "why": "\n".join(f["failure"] for f in test["failures"])[:1500]}
                elif test["result"] == "SKIPPED":
                    reason = re.search(rf"{re.escape(row['test'])}\n.*?: Skipped\n(.*)", log)
                    row |= {"result": "SKIPPED", "why": reason.group(1) if reason else ""}
                rows.append(row)
    count = collections.Counter(row["result"] for row in rows)
    total = {name.lower(): count[name] for name in ("PASSED", "FAILED", "SKIPPED")}
    pathlib.Path(out).write_text(json.dumps({**total, "died": died, "tests": rows}, indent=0))
    for row in [r for r in rows if r["result"] == "FAILED"][:60]:
        print(f"-- FAILED {row['test']}\n{row.get('why', '')[:400]}")
    for suite in died:
        print(f"-- DIED {suite['suite']} in {suite['in']}, exit {suite['exit']}\n{suite['log'][-400:]}")
    names = [row["test"] for row in rows if row["result"] == "FAILED"]
    print("failed:", " ".join(names) or "none")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped, "
          f"{len(died)} died{': ' if died else ''}{' '.join(d['suite'] for d in died)}")
    return 1 if died or total["failed"] or not total["passed"] else 0


def parity(work, out):
    work = pathlib.Path(work)
    jobs = []
    for log in sorted((work / "jobs").glob("parity-*.log")):
        rc = log.with_suffix(".rc")
        code, seconds = map(int, rc.read_text().split()) if rc.exists() else (None, None)
        jobs.append({"name": log.stem.removeprefix("parity-"), "rc": code, "seconds": seconds,
                     "log": log.read_text(errors="replace")[-2500:]})
    profiles, metrics = {}, {}
    for run in sorted((work / "runs").glob("*")):
        for table, name in ((profiles, "profile.json"), (metrics, "metrics.jsonl")):
            if not (run / name).exists():
                continue
            text = (run / name).read_text()
            try:
                table[run.name] = json.loads(text) if table is profiles else [json.loads(x) for x in text.splitlines()]
            except ValueError:
                pass  # killed while writing
        if run.name in profiles and (run / "timing.jsonl").exists():
            profiles[run.name]["device_counts"] = steady_counts((run / "timing.jsonl").read_text())
    pathlib.Path(out).write_text(json.dumps({"jobs": jobs, "profiles": profiles, "metrics": metrics}))
    for job in jobs:
        if not job["name"].startswith("train") or job["rc"] != 0:
            print(f"-- {job['name']}: exit {job['rc']}\n" + "\n".join(job["log"].splitlines()[-12 if job["rc"] else -7:]))
    for run, profile in profiles.items():
        print(f"-- {run}: per step {json.dumps(profile.get('device_counts'))}, memory {json.dumps(profile.get('memory'))}")
    bad = [job["name"] for job in jobs if job["rc"] != 0]
    print(f"{len(jobs)} comparisons, {len(bad)} failed{': ' if bad else ''}{' '.join(bad)}")
    return 1 if bad else 0


def steady_counts(timing):
    """The medians over a run's second half, when its caches are full, of what a step asked of the device."""
    rows = []
    for line in timing.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            pass  # killed while writing
    rows = rows[len(rows) // 2:]
    names = ("launches", "waits", "copies", "allocations", "seconds")
    return {name: statistics.median(row[name] for row in rows) for name in names if rows and name in rows[0]}


def benchmark_report(path):
    """Google Benchmark's JSON, also without its end."""
    text = path.read_text(errors="replace")
    for end in ("", "\n  ]}", "]}", None):
        if end is None:  # the last row is cut off
            text, end = text[:text.rfind("\n    },") + 6], "\n  ]}"
        try:
            return json.loads(text.rstrip().rstrip(",") + end)
        except ValueError:
            continue
    return {"context": {}, "benchmarks": []}


def bench(folder, out):
    found = {path.stem: benchmark_report(path) for path in sorted(pathlib.Path(folder).glob("*.json"))}
    pathlib.Path(out).write_text(json.dumps(found, indent=0))
    bad = [f"{name}:{row['name']}" for name, report in found.items() for row in report["benchmarks"] if row.get("error_occurred")]
    rows = {name: len(report["benchmarks"]) for name, report in found.items()}
    print(", ".join(f"{name} {count} rows" for name, count in rows.items()), f"{len(bad)} with an error", *bad[:6])
    return 1 if bad or not sum(rows.values()) else 0


if __name__ == "__main__":
    sys.exit({"facts": facts, "tests": tests, "parity": parity, "bench": bench}[sys.argv[1]](*sys.argv[2:]))
