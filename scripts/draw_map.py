#!/usr/bin/env python3
"""Draws docs/pictures/house.svg from the #include lines: folders as floors, their rooms as boxes.

An arrow means "includes". Arrows that a longer way says already are left out, and so are files with a row
of their own in check_includes.py. With --check, exits 1 when the committed picture is not the one that
would be drawn now, or when docs/map.md does not name a room.
"""
import collections
import sys
import textwrap

import check_includes
import layered_layout

PICTURE = check_includes.ROOT / "docs/pictures/house.svg"
PAGE = check_includes.ROOT / "docs/map.md"

# Floors from the top. A floor stands on all that it may include.
WIDTH, MARGIN, GUTTER = 960, 20, 22
LEFT, RIGHT = 520, WIDTH - 2 * MARGIN - 520 - GUTTER
COLUMNS = [("tools",), ("train",), (("models", "layers", "kernels"), ("data",)), ("engine",)]
WHAT = {
    "tools": "the command line",
    "train": "training, judging, reporting",
    "models": "the networks",
    "layers": "ops with their gradients",
    "kernels": "one folder per op: CPU, vendor libraries, CUDA",
    "data": "pictures and data sets",
    "engine": "tensors, devices, file formats",
}
FILES_IN_THE_FOLDER = {"engine": "tensor, exec", "models": "network.h", "tools": "one-file commands"}
# Rooms of this row are too many for a box each.
IN_ONE_BOX = {"models": ("*", "networks, one each"), "train": ("recipes/*", "recipes, one each")}
COLOUR = {  # of a floor, of its boxes' borders
    "tools": ("#fdf3e7", "#c77d2e"), "train": ("#eef4fb", "#3f74b5"), "models": ("#f1f7ee", "#5a9442"),
    "layers": ("#f1f7ee", "#5a9442"), "kernels": ("#f1f7ee", "#5a9442"), "data": ("#fbf0f4", "#b34a74"),
    "engine": ("#f3f3f1", "#77756e"),
}
BOX_HEIGHT, LEVEL_STEP, HEAD, FOOT = 36, 60, 32, 14


def is_file(row: str) -> bool:
    return "." in row[1:]


def boxes_of(folder: str) -> tuple[dict[str, list[str]], layered_layout.Graph]:
    """The files in each box of a folder's floor, and which boxes each includes."""
    files, graph = collections.defaultdict(list), collections.defaultdict(set)
    shared_row, shared_box = IN_ONE_BOX.get(folder, ("", ""))

    def box_and_row(path: str) -> tuple[str, str]:
        room, row = check_includes.row_of(path)
        return (shared_box if row == shared_row else room), row

    for path in check_includes.sources(folder):
        room, row = box_and_row(path)
        files[room].append(path)
        graph[room] |= set()
        for _, target in check_includes.includes(path):
            if not target.startswith(folder + "/") or (path, target) in check_includes.KNOWN_EXCEPTIONS:
                continue
            target_room, target_row = box_and_row(target)
            if target_room != room and not is_file(row) and not is_file(target_row):
                graph[room].add(target_room)
    return dict(files), dict(graph)


def text(x: float, y: float, words: str, size: int, colour: str, rest: str = "") -> str:
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}"{rest}>{words}</text>'


def label(folder: str, room: str) -> str:
    return FILES_IN_THE_FOLDER[folder] if room == "." else room


def second_line(folder: str, room: str, files: list[str]) -> str:
    shared = room == IN_ONE_BOX.get(folder, ("", ""))[1]
    names = sorted({check_includes.row_of(path)[0].split("/")[-1] for path in files}) if shared else []
    return ", ".join(names) + (": " if names else "") + f"{len(files)} file{'s' if len(files) > 1 else ''}"


def box_width(folder: str, room: str, files: list[str]) -> float:
    return max(84, 7.6 * len(label(folder, room)) + 22, 5.8 * len(second_line(folder, room, files)) + 22)


def box(folder: str, room: str, files: list[str], x: float, y: float) -> list[str]:
    centred, width = ' text-anchor="middle"', box_width(folder, room, files)
    return [f'<rect x="{x - width / 2:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX_HEIGHT}" rx="4" '
            f'fill="#ffffff" stroke="{COLOUR[folder][1]}" stroke-width="1.2"/>',
            text(x, y + 15, label(folder, room), 13, "#1f1f1f", centred + ' font-weight="600"'),
            text(x, y + 30, second_line(folder, room, files), 11, "#666666", centred)]


def arrow(points: list[tuple[float, float]], colour: str) -> str:
    way = f"M{points[0][0]:.0f},{points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        middle = (y0 + y1) / 2
        way += f" C{x0:.0f},{middle:.0f} {x1:.0f},{middle:.0f} {x1:.0f},{y1:.0f}"
    return f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.3" marker-end="url(#head)"/>'


def frame(folder: str, files: int, x: float, y: float, width: float, height: float) -> list[str]:
    fill, line = COLOUR[folder]
    title = f'<tspan font-weight="700" fill="#1f1f1f">{folder}</tspan>  {WHAT[folder]}, {files} files'
    return [f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" fill="{fill}" '
            f'stroke="{line}" stroke-width="1"/>',
            f'<text x="{x + 12:.0f}" y="{y + 20:.0f}" font-size="13" fill="#555555" '
            f'xml:space="preserve">{title}</text>']


def floor_of_names(folder: str, x: float, y: float, width: float) -> tuple[list[str], float]:
    """A floor whose rooms are too many for boxes: their names."""
    paths = check_includes.sources(folder)
    names = ", ".join(sorted({path.split("/")[1] for path in paths if path.count("/") > 1}))
    lines = textwrap.wrap(names, int((width - 24) / 6.7), break_long_words=False)
    height = HEAD + 16 * len(lines) + FOOT - 8
    words = [text(x + 12, y + HEAD + 8 + 16 * k, line, 12, "#333333") for k, line in enumerate(lines)]
    return frame(folder, len(paths), x, y, width, height) + words, height


def floor(folder: str, x: float, y: float, width: float, at_least: float = 0) -> tuple[list[str], float]:
    """A folder's drawing and its height."""
    if folder not in check_includes.ROOMS:
        return floor_of_names(folder, x, y, width)
    files, graph = boxes_of(folder)
    graph = layered_layout.reduced(graph)
    level = layered_layout.levels_of(graph)
    chains = layered_layout.chains_of(graph, level)
    steps = [pair for chain in chains for pair in zip(chain, chain[1:])]
    points = sorted({point for chain in chains for point in chain} | set(graph))
    at = {point: level[point] if point in level else int(point.rsplit("@", 1)[1]) for point in points}
    rows = layered_layout.ordered([[p for p in points if at[p] == k] for k in range(max(at.values()) + 1)], steps)
    wide = {p: 8 if ">" in p else box_width(folder, p, files[p]) for p in points}
    middle = layered_layout.spread(rows, steps, wide, width - 24)
    height = max(HEAD + LEVEL_STEP * len(rows) - (LEVEL_STEP - BOX_HEIGHT) + FOOT, at_least)
    step = (height - HEAD - FOOT - BOX_HEIGHT) / max(1, len(rows) - 1)
    top = {p: y + HEAD + step * (len(rows) - 1 - at[p]) for p in points}
    place = {p: x + 12 + middle[p] for p in points}

    def port(point: str, others: list[str], other: str) -> float:
        """Arrows at one edge of a box stand side by side, in the order of where they go."""
        others = sorted(others, key=lambda p: place[p])
        apart = min(18.0, (wide[point] - 20) / len(others))
        return place[point] + apart * (others.index(other) - (len(others) - 1) / 2)

    drawn = frame(folder, sum(map(len, files.values())), x, y, width, height)
    for chain in chains:
        ways = []
        for upper, lower in zip(chain, chain[1:]):
            down = [b for a, b in steps if a == upper]
            up = [a for a, b in steps if b == lower]
            start = place[upper] if ">" in upper else port(upper, down, lower)
            end = place[lower] if ">" in lower else port(lower, up, upper)
            ways += [(start, top[upper] + BOX_HEIGHT), (end, top[lower] - 3)]
        drawn.append(arrow(ways, COLOUR[folder][1]))
    for room in sorted(files):
        drawn += box(folder, room, files[room], place[room], top[room])
    return drawn, height


def stairs(x: float, y: float) -> str:
    """From a floor to the one it stands on."""
    return f'<path d="M{x - 9:.0f},{y + 4:.0f} h18 v6 h8 l-17,9 l-17,-9 h8 z" fill="#8a8a86"/>'


def house() -> str:
    x, y, full = MARGIN, 78, WIDTH - 2 * MARGIN
    roof = f'<path d="M{x},{y} L{WIDTH / 2:.0f},{MARGIN} L{x + full},{y} z" fill="#fdf3e7" stroke="#c77d2e"/>'
    drawn = [roof, text(WIDTH / 2, y - 14, "salix", 20, "#1f1f1f", ' text-anchor="middle" font-weight="700"')]
    for columns in COLUMNS:
        if len(columns) == 1:
            shapes, height = floor(columns[0], x, y, full)
            drawn += shapes
            y += height + GUTTER
            if columns[0] == "tools":
                drawn.append(stairs(x + full / 2, y - GUTTER))
            elif columns[0] == "train":
                drawn += [stairs(x + LEFT / 2, y - GUTTER), stairs(x + full - RIGHT / 2, y - GUTTER)]
            continue
        left, right = columns
        top = y
        for folder in left:
            shapes, height = floor(folder, x, y, LEFT)
            drawn += shapes
            y += height + GUTTER
            drawn.append(stairs(x + LEFT / 2, y - GUTTER))
        shapes, _ = floor(right[0], x + LEFT + GUTTER, top, RIGHT, at_least=y - GUTTER - top)
        drawn += [*shapes, stairs(x + full - RIGHT / 2, y - GUTTER)]
    height = y - GUTTER + MARGIN
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
            f'height="{height:.0f}" font-family="Helvetica, Arial, sans-serif">')
    marker = ('<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
              'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#555555"/></marker>')
    made = "<!-- made by scripts/draw_map.py from the #include lines -->"
    paper = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>'
    return "\n".join([head, made, f"<defs>{marker}</defs>", paper, *drawn, "</svg>"]) + "\n"


def missing_in_page() -> list[str]:
    page = PAGE.read_text() if PAGE.is_file() else ""
    rooms = {f"{folder}/{check_includes.row_of(path)[0]}"
             for folder in check_includes.ROOMS for path in check_includes.sources(folder)}
    return [room for room in sorted(rooms) if not room.endswith("/.") and f"`{room}`" not in page]


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PICTURE.write_text(house())
        print(f"draw_map: wrote {PICTURE.relative_to(check_includes.ROOT)}")
        return 0
    errors = [f"docs/map.md: `{room}` is a room, and has no line here" for room in missing_in_page()]
    if not PICTURE.is_file() or PICTURE.read_text() != house():
        errors.append("docs/pictures/house.svg is not what the includes say now: run scripts/draw_map.py")
    print(*(errors or ["map: picture and page know every room"]), sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
