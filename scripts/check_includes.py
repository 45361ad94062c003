#!/usr/bin/env python3
"""Checks that #include lines follow the dependency arrows of the folders.

tools -> train -> {models, data} -> layers -> kernels -> engine; data may use engine only.
Exits 1 and names file and line of every include that points the wrong way.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAY_INCLUDE = {
    "engine": {"engine"},
    "kernels": {"kernels", "engine"},
    "layers": {"layers", "kernels", "engine"},
    "models": {"models", "layers", "kernels", "engine"},
    "data": {"data", "engine"},
    "train": {"train", "models", "data", "layers", "kernels", "engine"},
    "tools": {"tools", "train", "models", "data", "layers", "kernels", "engine"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def main() -> int:
    wrong = checked = 0
    for folder, allowed in MAY_INCLUDE.items():
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".h", ".cpp", ".cu"}:
                continue
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                checked += 1
                target = match.group(1)
                where = f"{path.relative_to(ROOT)}:{number}"
                if not (ROOT / target).is_file():
                    print(f'{where}: "{target}" is not a path from the root of the project')
                    wrong += 1
                elif target.split("/")[0] not in allowed:
                    print(f"{where}: {folder} must not include {target}")
                    wrong += 1
    if checked == 0:
        print("check_includes: found no includes at all; is this the right folder?")
        return 1
    if wrong:
        return 1
    print(f"includes: {checked} lines point the right way")
    return 0


if __name__ == "__main__":
    sys.exit(main())
