"""The dense CRF in float64 NumPy: the judge between two float32 implementations."""
import numpy as np


def scale_and_elevate(feature):
    """float32, as everyone does it: which simplex a point lies in must not be in dispute."""
    points, dims = feature.shape
    elevated, total = np.zeros((points, dims + 1), np.float32), np.zeros(points, np.float32)
    for j in range(dims, 0, -1):
        scaled = feature[:, j - 1] * np.float32(np.sqrt(2 / 3) * (dims + 1) / np.sqrt(j * (j + 1)))
        elevated[:, j] = total - np.float32(j) * scaled
        total = total + scaled
    elevated[:, 0] = total
    return elevated


def simplices(feature):
    """Barycentric weights [P,D+1] and corner keys [P,D+1,D]."""
    points, dims = feature.shape
    elevated = scale_and_elevate(feature)
    rounded = np.rint(elevated * np.float32(1 / (dims + 1))).astype(np.int64)
    above = elevated - (dims + 1) * rounded
    rank = np.repeat(rounded.sum(1)[:, None], dims + 1, 1)
    for i in range(dims):
        for j in range(i + 1, dims + 1):
            lower = above[:, i] < above[:, j]
            rank[:, i] += lower
            rank[:, j] += ~lower
    move = (rank < 0).astype(int) - (rank > dims).astype(int)
    rank, base = rank + move * (dims + 1), (rounded + move) * (dims + 1)
    fraction = (elevated.astype(np.float64) - base) / (dims + 1)
    weight, row = np.zeros((points, dims + 2)), np.arange(points)
    for j in range(dims + 1):
        weight[row, dims - rank[:, j]] += fraction[:, j]
        weight[row, dims - rank[:, j] + 1] -= fraction[:, j]
    weight[:, 0] += 1 + weight[:, dims + 1]
    keys = [base[:, :dims] + np.where(rank[:, :dims] <= dims - r, r, r - dims - 1) for r in range(dims + 1)]
    return weight[:, :dims + 1], np.stack(keys, 1)


class Lattice:
    RANGE = 4096  # of a coordinate

    def __init__(self, feature):
        self.dims = feature.shape[1]
        self.weight, keys = simplices(feature)
        self.packed, first, vertex = np.unique(self.pack(keys.reshape(-1, self.dims)), return_index=True,
                                               return_inverse=True)
        self.vertex = vertex.reshape(self.weight.shape)
        keys = keys.reshape(-1, self.dims)[first]
        steps = [np.where(np.arange(self.dims) == axis, self.dims, -1) for axis in range(self.dims + 1)]
        self.neighbours = [(self.find(keys + step), self.find(keys - step)) for step in steps]

    def pack(self, keys):
        return ((keys + self.RANGE // 2) * self.RANGE ** np.arange(self.dims)).sum(1)

    def find(self, keys):
        """Numbers of vertices; the number of vertices where there is none."""
        packed, count = self.pack(keys), len(self.packed)
        at = np.searchsorted(self.packed, packed).clip(0, count - 1)
        return np.where(self.packed[at] == packed, at, count)

    def filter(self, x):
        count = len(self.packed)
        value = np.bincount(self.vertex.ravel(), (self.weight * x[:, None]).ravel(), count)
        for before, after in self.neighbours:
            old = np.append(value, 0.0)
            value = value + 0.5 * (old[before] + old[after])
        return (self.weight * value[self.vertex]).sum(1) / (1 + 2.0 ** -self.dims)


def dense_crf(guide, labels, iterations=10):
    """Marginals of label 1 with A2S-v2's parameters; 4 must divide the number of pixels."""
    height, width = labels.shape
    assert labels.size % 4 == 0, "the padding points of pydensecrf are not modelled here"
    y, x = np.mgrid[:height, :width]
    xy, rgb = np.stack([x.ravel(), y.ravel()], 1).astype(np.float32), guide.reshape(-1, 3).astype(np.float32)
    lattices = [Lattice(xy / np.float32(3)), Lattice(np.concatenate([xy / np.float32(50), rgb / np.float32(5)], 1))]
    norms = [1 / np.sqrt(lattice.filter(np.ones(labels.size)) + 1e-20) for lattice in lattices]
    unary = np.where(labels.ravel() == 1, 1, -1) * (np.log(0.7) - np.log(1 - 0.7))
    score = unary
    for _ in range(iterations):
        difference = np.tanh(score / 2)
        score = unary + sum(w * n * lattice.filter(n * difference) for w, n, lattice in zip((3, 10), norms, lattices))
    return (1 / (1 + np.exp(-score))).reshape(height, width)
