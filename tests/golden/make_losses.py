"""Writes tests/golden/losses and tests/golden/btm: the catalogue of losses and boundary-aware
texture matching, values and gradients by PyTorch's autograd.

Run: python tests/golden/make_losses.py   (needs torch, numpy). Results are computed in float64
and stored as float32.
"""

import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parents[1] / "bench" / "peers"))
from btm_torch import btm, contour  # noqa: E402

torch.set_num_threads(1)
generator = torch.Generator().manual_seed(9)


def save(folder, name, tensor):
    (here / folder).mkdir(exist_ok=True)
    np.save(here / folder / f"{name}.npy", tensor.detach().float().numpy())


# --- The catalogue, on soft targets: two samples of 17x13. ---
logits = (2 * torch.randn(2, 1, 17, 13, generator=generator)).float()
target = F.interpolate(torch.rand(2, 1, 5, 4, generator=generator), (17, 13), mode="bilinear").float()
save("losses", "logits", logits)
save("losses", "target", target)
t = target.double()


def edge(t):
    return F.max_pool2d(t, 5, 1, 2) - (1 - F.max_pool2d(1 - t, 5, 1, 2))


def ssim(q, t):
    line = torch.exp(-(torch.arange(11).double() - 5) ** 2 / (2 * 1.5 ** 2))
    window = torch.outer(line, line) / line.sum() ** 2
    blur = lambda x: F.conv2d(x, window[None, None], padding=5)  # noqa: E731
    mq, mt = blur(q), blur(t)
    vq, vt, vqt = blur(q * q) - mq ** 2, blur(t * t) - mt ** 2, blur(q * t) - mq * mt
    return ((2 * mq * mt + 1e-4) * (2 * vqt + 9e-4) / ((mq ** 2 + mt ** 2 + 1e-4) * (vq + vt + 9e-4))).mean()


def losses(x):
    q = torch.sigmoid(x)
    total = lambda y: y.sum((1, 2, 3))  # noqa: E731
    bce = lambda t: F.binary_cross_entropy_with_logits(x, t, reduction="none")  # noqa: E731
    near = F.avg_pool2d(edge(t), 3, 1, 1)
    w = 0.8 * near + 0.2
    return {
        "b": bce(t).mean(),
        "s": 1 - ssim(q, t),
        "i": 1 - (total(t * q) / (total(t) + total(q) - total(t * q))).mean(),
        "d": 1 - (2 * (total(q * t) + 1) / (total(q) + total(t) + 1)).mean(),
        "e": bce(edge(t)).mean(),
        "c": (bce(t) * (4 * near + 1)).mean(),
        "f": 1 - (1.3 * total(q * t) / (total(q) + 0.3 * total(t))).mean(),
        "w": 1 - (1.3 * total(w * q * t) / (total(w * q) + 0.3 * total(w * t))).mean(),
        "o": (bce(t) * 100 * (t - q) ** 2).mean(),
        "m": ((q - t) ** 2).mean(),
    }


leaf = logits.double().requires_grad_()
values = losses(leaf)
save("losses", "values", torch.stack(list(values.values())))
for letter, value in values.items():
    save("losses", f"gradient_{letter}", torch.autograd.grad(value, leaf, retain_graph=True)[0])

# --- BTM: two maps of 23x37 without equal saliencies, so that no sign hangs on rounding. ---
n, y, x = torch.meshgrid(torch.arange(2), torch.arange(23), torch.arange(37), indexing="ij")
distance = torch.sqrt((x - 14.0 - 3 * n) ** 2 + (y - 9.0) ** 2)
s = torch.sigmoid((7 - distance) / 3 + 0.1 * torch.rand(2, 23, 37, generator=generator))[:, None].float()
texture = 0.1 * torch.rand(2, 6, 23, 37, generator=generator)
features = (texture + 0.1 * (distance < 8)[:, None]).float()
save("btm", "saliency", s)
save("btm", "features", features)
results = []
for only_rgb in (False, True):
    leaf = s.double().requires_grad_()
    loss = btm(leaf, features.double(), only_rgb=only_rgb)
    loss.backward()
    results.append(loss)
    save("btm", "ds_rgb" if only_rgb else "ds", leaf.grad)
results.append(contour(s.double()).sum())
save("btm", "values", torch.stack(results))
