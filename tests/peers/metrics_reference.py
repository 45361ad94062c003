"""The metrics of A2S-v2's evaluation in NumPy and SciPy, written from their definitions, the way
programs of this field compute them: whole arrays, float64. Oracle of tests/golden/make_metrics.py,
metrics_parity.py and bench/compare_metrics.py.

Undefined cases give NaN (the original's behaviour) unless `repaired`. A block of equal values has
no variance here; in the original that depends on how NumPy rounds its mean.
"""
import numpy as np
from scipy.ndimage import convolve, distance_transform_edt

SCORES = ("mae", "adaptive_f", "s_measure", "e_measure", "weighted_f", "iou", "centre_distance")


def stretched(m):
    """A saved 8-bit map as float64 in 0..1."""
    m = np.asarray(m)
    return m / 255 if m.max() == m.min() else (m - m.min()) / (m.max() - m.min())


def truth_of_saved(g):
    g = np.asarray(g)
    return g / (g.max() + 1e-8) > 0.5


def truth_of_test(g):
    g = np.asarray(g).astype(np.float64)
    return (g - g.min()) / (g.max() - g.min() + 1e-5) > 0.5


def precision_recall(pred, gt):
    """Point t: positive is trunc(255 p) >= 254 - t. `pred` in its own precision."""
    if not gt.any():
        return np.zeros(255), np.zeros(255)
    level = (pred * 255).astype(np.uint8)
    edges = np.arange(256)  # the last bin takes 254 and 255
    tp = np.cumsum(np.histogram(level[gt], edges)[0][::-1])
    fp = np.cumsum(np.histogram(level[~gt], edges)[0][::-1])
    return tp / (tp + fp + 1e-8), tp / gt.sum()


def f_curve(precision, recall):
    return 1.3 * precision * recall / (0.3 * precision + recall + 1e-8)


def adaptive_f(pred, gt):
    positive = pred >= min(2 * pred.mean(), 1)
    tp = (positive & gt).sum()
    if tp == 0:
        return 0.0
    p, r = tp / positive.sum(), tp / gt.sum()
    return 1.3 * p * r / (0.3 * p + r)


def e_measure(pred, gt):
    positive = (pred >= min(2 * pred.mean(), 1)).astype(np.float64)
    if not gt.any():
        matrix = 1 - positive
    elif gt.all():
        matrix = positive
    else:
        a, b = gt - gt.mean(), positive - positive.mean()
        matrix = (2 * a * b / (a * a + b * b + 1e-8) + 1) ** 2 / 4
    if gt.size == 1:  # the original divides by 1e-8
        return matrix.sum()
    return matrix.sum() / (gt.size - 1 + 1e-8)


def _object(values):
    x, s = values.mean(), values.std()
    return 2 * x / (x * x + 1 + s + 1e-8)


def _block(pred, gt, repaired):
    n = pred.size
    if n == 0:
        return 0.0 if repaired else np.nan
    if n == 1 and not repaired:
        return np.nan
    x, y = (pred.flat[0] if np.ptp(pred) == 0 else pred.mean()), gt.mean()
    covariance = 0.0 if n == 1 else ((pred - x) * (gt - y)).sum() / (n - 1)
    a = 4 * x * y * covariance
    b = (x * x + y * y) * (((pred - x) ** 2).sum() / n + gt.var())
    return a / (b + 1e-8) if a != 0 else float(b == 0)


def s_measure(pred, gt, repaired=False):
    mu = gt.mean()
    if mu == 0:
        return 1 - pred.mean()
    if mu == 1:
        return pred.mean()
    s_object = mu * _object(pred[gt]) + (1 - mu) * _object(1 - pred[~gt])
    cy, cx = np.argwhere(gt).mean(axis=0).round()
    y, x = int(cy) + 1, int(cx) + 1
    h, w = gt.shape
    g = gt.astype(np.float64)
    region = 0.0
    for rows in (slice(0, y), slice(y, h)):
        for columns in (slice(0, x), slice(x, w)):
            block = pred[rows, columns]
            region += block.size / gt.size * _block(block, g[rows, columns], repaired)
    return 0.5 * s_object + 0.5 * region


_AXIS = np.arange(-3, 4)
_GAUSSIAN = np.exp(-(_AXIS[:, None] ** 2 + _AXIS[None, :] ** 2) / 50)
_GAUSSIAN /= _GAUSSIAN.sum()


def weighted_f(pred, gt):
    if not gt.any():
        return 0.0
    distance, index = distance_transform_edt(~gt, return_indices=True)
    error = np.abs(pred - gt)
    transferred = error.copy()
    transferred[~gt] = transferred[index[0][~gt], index[1][~gt]]
    smoothed = convolve(transferred, _GAUSSIAN, mode="constant", cval=0.0)
    least = np.where(gt & (smoothed < error), smoothed, error)
    weighted = least * np.where(gt, 1.0, 2 - np.exp(np.log(0.5) / 5 * distance))
    hits = gt.sum() - weighted[gt].sum()
    recall = 1 - weighted[gt].mean()
    precision = hits / (1e-6 + hits + weighted[~gt].sum())
    return 2 * recall * precision / (1e-6 + recall + precision)


def iou(pred, gt, repaired=False):
    p = pred > 0.5
    union = (p | gt).sum()
    return (p & gt).sum() / union if union else (1.0 if repaired else np.nan)


def centre_distance(pred, gt):
    p = pred > 0.5
    scale = gt.shape[1] + 1e-5
    if not p.any() or not gt.any():
        return 320 / scale
    return np.linalg.norm(np.argwhere(p).mean(axis=0) - np.argwhere(gt).mean(axis=0)) / scale


def score(pred, gt, repaired=False):
    """All scores of one pair: (values in the order of SCORES, precision, recall).
    pred [H,W] float in 0..1, gt [H,W] bool."""
    precision, recall = precision_recall(pred, gt)
    p = pred.astype(np.float64)
    values = (np.abs(p - gt).mean(), adaptive_f(p, gt), s_measure(p, gt, repaired), e_measure(p, gt), weighted_f(p, gt),
              iou(p, gt, repaired), centre_distance(p, gt))
    return np.array(values), precision, recall
