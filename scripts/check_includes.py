#!/usr/bin/env python3
"""Checks that #include lines point down: from folder to folder, and from room to room inside a folder.

The tables below are the plan of the house. Exits 1 and names file and line of every include that
the plan does not allow; docs/pictures/house.svg is drawn from the same includes (draw_map.py).
"""
import graphlib
import pathlib
import re
import sys

# A folder may include itself and the folders behind it.
FOLDERS = {
    "engine": "",
    "kernels": "engine",
    "layers": "kernels engine",
    "models": "layers kernels engine",
    "data": "engine",
    "train": "models data layers kernels engine",
    "tools": "train models data layers kernels engine",
}

# Inside a folder, a room may include itself and the rooms behind it. `.` are the files that lie in the
# folder itself, `*` is each room without a row of its own: they do not include each other. A file may
# have a row, which then holds instead of its room's.
ROOMS = {
    "engine": {
        ".": "",
        "tensor.cpp": ". autograd",  # a tensor asks the tape for its gradient
        "autograd": ".",
        "io": ".",
        "cuda": ".",
        "comm": ". cuda",
    },
    "layers": {
        "functional": "",
        "modules": "functional",
    },
    "models": {
        "resnet": "",  # the encoder that networks share
        ".": "",
        "swin": "",  # likewise
        "*": ". resnet swin weights",  # one network each
        "network.cpp": ". *",  # the one table of networks
        "weights": ". resnet",  # how files of publishers fill a network
        "export": ".",
    },
    "data": {
        "image": "",
        "sets": "",
        "drawing": "image",
        "meaning": "image sets",
        "loading": "image sets meaning",
        "video": "image sets",
        "scribbles": "image",
        "scenes": "image sets drawing video scribbles",
    },
    "train": {
        "console": "",
        "losses": "",
        "metrics": "",
        "crf": "",
        "run_folder": "",
        "optimizers": "run_folder",
        "audit": "run_folder",
        "report": "metrics run_folder",
        "inference": "metrics crf console",
        "loop": "optimizers audit run_folder",
        "recipes": "console loop inference losses metrics crf optimizers audit run_folder",  # what recipes share
        "recipes/*": "recipes console loop inference losses metrics crf optimizers audit run_folder",
        "recipes/catalogue.cpp": "recipes recipes/*",  # the one list of recipes
        "session": "recipes console loop inference run_folder metrics",  # the training application
    },
    "tools": {
        "commands.h": "",
        "cli": "commands.h",
        ".": "commands.h cli test",  # commands of one file
        "test": "commands.h cli",
        "train": "commands.h cli test",
        "features": "commands.h cli",
        "pipeline": "commands.h cli test train features",
        "*": "commands.h cli",  # the other commands, one each
    },
}

# Lines that break the plan and are known to: (file, what it includes). To be emptied, never filled.
KNOWN_EXCEPTIONS: set[tuple[str, str]] = set()

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def sources(folder: str) -> list[str]:
    """Paths of a folder's C++ and CUDA files, from the root of the project."""
    files = (ROOT / folder).rglob("*")
    return sorted(str(path.relative_to(ROOT)) for path in files if path.suffix in {".h", ".cpp", ".cu"})


def includes(path: str) -> list[tuple[int, str]]:
    """Line number and path of each quoted include of a file."""
    lines = (ROOT / path).read_text().splitlines()
    matches = ((number, INCLUDE.match(line)) for number, line in enumerate(lines, start=1))
    return [(number, match.group(1)) for number, match in matches if match]


def row_of(path: str) -> tuple[str, str]:
    """The room of a file, inside its folder, and the row of the table that holds for it.

    ("recipes/a2s", "recipes/*") for train/recipes/a2s/stage1_step.h. The row is "" when there is none.
    """
    folder, *inner, name = path.split("/")
    rows = ROOMS[folder]
    own_row = "/".join(inner + [name])
    if not inner:
        return ".", own_row if own_row in rows else "." if "." in rows else ""
    for depth in range(len(inner), 0, -1):
        room, any_room = "/".join(inner[:depth]), "/".join(inner[: depth - 1] + ["*"])
        if row := next((row for row in (own_row, room, any_room) if row in rows), ""):
            return room, row
    return inner[0], ""


def allows(path: str, target: str) -> bool:
    """Whether the plan lets one file include another; a folder without rooms is one room."""
    folder, target_folder = path.split("/")[0], target.split("/")[0]
    if folder != target_folder:
        return target_folder in FOLDERS[folder].split()
    if folder not in ROOMS:
        return True
    own, other = row_of(path), row_of(target)
    return own == other or other[1] in ROOMS[folder].get(own[1], "").split()


def cycle_in_plan() -> str:
    """The first circle in the tables, "" when there is none: then no order of building would do."""
    for name, rows in [("FOLDERS", FOLDERS), *ROOMS.items()]:
        try:
            graphlib.TopologicalSorter({row: behind.split() for row, behind in rows.items()}).prepare()
        except graphlib.CycleError as error:
            return f"{name}: {' -> '.join(reversed(error.args[1]))}"
    return ""


def main() -> int:
    wrong, checked, met = [], 0, set()
    if cycle := cycle_in_plan():
        wrong.append(f"check_includes.py: the tables go in a circle: {cycle}")
    for path in (path for folder in FOLDERS for path in sources(folder)):
        if path.split("/")[0] in ROOMS and not row_of(path)[1]:
            wrong.append(f"{path}: its folder is no room that check_includes.py knows; give it a row in ROOMS")
            continue
        for number, target in includes(path):
            checked += 1
            if not (ROOT / target).is_file():
                wrong.append(f'{path}:{number}: "{target}" is not a path from the root of the project')
            elif not allows(path, target):
                if (path, target) in KNOWN_EXCEPTIONS:
                    met.add((path, target))
                else:
                    wrong.append(f"{path}:{number}: {pathlib.PurePath(path).parent} must not include {target}")
    for path, target in sorted(KNOWN_EXCEPTIONS - met):
        wrong.append(f"check_includes.py: {path} no longer needs {target}: delete it from KNOWN_EXCEPTIONS")
    if checked == 0:
        wrong.append("check_includes: found no includes at all; is this the right folder?")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if not wrong:
        print(f"includes: {checked} lines point the right way, {len(met)} known exceptions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
