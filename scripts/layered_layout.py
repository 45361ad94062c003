"""Places the boxes of a graph without circles on levels, with few crossing lines (Sugiyama's method).

A graph is {box: set of boxes it points to}; arrows go down. Pure arithmetic: same graph, same places.
"""
import graphlib
import itertools

Graph = dict[str, set[str]]


def reduced(graph: Graph) -> Graph:
    """Without the arrows that a longer way says already."""
    below: Graph = {}
    for box in graphlib.TopologicalSorter(graph).static_order():
        below[box] = set(graph.get(box, ())).union(*(below[other] for other in graph.get(box, ())))
    return {box: {other for other in targets if not any(other in below[between] for between in targets)}
            for box, targets in graph.items()}


def levels_of(graph: Graph) -> dict[str, int]:
    """0 at the bottom. Who points to nothing rises to right below the lowest that points to it."""
    level: dict[str, int] = {}
    for box in graphlib.TopologicalSorter(graph).static_order():
        level[box] = max((level[other] + 1 for other in graph[box]), default=0)
    for box in sorted(graph):
        users = [level[user] for user in graph if box in graph[user]]
        if users and not graph[box]:
            level[box] = min(users) - 1
    return level


def chains_of(graph: Graph, level: dict[str, int]) -> list[list[str]]:
    """Each arrow as the points it passes, one on each level: `user>used@2` where no box stands."""
    chains = []
    for box, other in sorted((box, other) for box in graph for other in graph[box]):
        passed = [f"{box}>{other}@{at}" for at in range(level[box] - 1, level[other], -1)]
        chains.append([box, *passed, other])
    return chains


def crossings(rows: list[list[str]], steps: list[tuple[str, str]]) -> int:
    place = {point: (at, k) for at, row in enumerate(rows) for k, point in enumerate(row)}
    ends = [(place[upper][0], place[upper][1], place[lower][1]) for upper, lower in steps]
    return sum(a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0 for a, b in itertools.combinations(ends, 2))


def ordered(rows: list[list[str]], steps: list[tuple[str, str]], rounds: int = 24) -> list[list[str]]:
    """The order within each row that sweeps of `where my neighbours are on average` find best."""
    near: dict[str, list[str]] = {point: [] for row in rows for point in row}
    for upper, lower in steps:
        near[upper].append(lower)
        near[lower].append(upper)
    best, fewest = rows, crossings(rows, steps)
    for turn in range(rounds):
        order = range(len(rows)) if turn % 2 == 0 else range(len(rows) - 1, -1, -1)
        rows = [list(row) for row in rows]
        for at in order:
            neighbour_row = at - 1 if turn % 2 == 0 else at + 1
            if not 0 <= neighbour_row < len(rows):
                continue
            span = len(rows[neighbour_row])
            place = {point: (k + 0.5) / span for k, point in enumerate(rows[neighbour_row])}
            own = {point: (k + 0.5) / len(rows[at]) for k, point in enumerate(rows[at])}
            seen = {point: [place[other] for other in near[point] if other in place] for point in rows[at]}
            rows[at].sort(key=lambda point: sum(seen[point]) / len(seen[point]) if seen[point] else own[point])
        if (count := crossings(rows, steps)) < fewest:
            best, fewest = rows, count
    return best


def spread(rows: list[list[str]], steps: list[tuple[str, str]], width: dict[str, float],
           total: float) -> dict[str, float]:
    """The middle of each point: close to its neighbours', in order, well apart, within 0..total."""
    near: dict[str, list[str]] = {point: [] for row in rows for point in row}
    for upper, lower in steps:
        near[upper].append(lower)
        near[lower].append(upper)
    home, gap = {}, 60.0
    for row in rows:
        free = (total - sum(width[point] for point in row)) / (len(row) + 1)
        left, gap = free, min(gap, free)
        for point in row:
            home[point] = left + width[point] / 2
            left += width[point] + free
    x = dict(home)
    for turn in range(60):
        for row in rows if turn % 2 else reversed(rows):
            for point in row:
                mean = sum(x[other] for other in near[point]) / len(near[point]) if near[point] else home[point]
                x[point] = 0.5 * x[point] + 0.35 * mean + 0.15 * home[point]  # home: else all end in one heap
            keep_apart(row, x, width, total, gap)
    return x


def keep_apart(row: list[str], x: dict[str, float], width: dict[str, float], total: float, gap: float) -> None:
    """Moves the points of a row apart, to both sides alike, as little as their distance asks for."""
    rightwards, leftwards = {}, {}
    least, most = 0.0, total
    for point in row:
        rightwards[point] = max(x[point], least + width[point] / 2)
        least = rightwards[point] + width[point] / 2 + gap
    for point in reversed(row):
        leftwards[point] = min(x[point], most - width[point] / 2)
        most = leftwards[point] - width[point] / 2 - gap
    for point in row:
        x[point] = (rightwards[point] + leftwards[point]) / 2
