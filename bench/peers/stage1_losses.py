# The stage-1 losses of A2S-v2 in PyTorch, in the form frameworks need: the texture loss unfolds all 121 neighbours
# of every pixel. Peer for values and for speed.
import torch
import torch.nn.functional as F

RADIUS = 5


def enlarge(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=True)


def csd(p, epoch, epochs):
    """Confidence-aware saliency distilling: 0.5^m - mean |p - 0.5|^m, m from 2 towards 1 over the epochs."""
    m = 2 ** (1 - (epoch - 1) / epochs)
    return 0.5**m - (p - 0.5).abs().pow(m).mean()


def contour(s):
    """1 where a 5x5 dilation and erosion of [s > 0.5] differ."""
    inside = (s > 0.5).to(s.dtype)
    dilated = F.max_pool2d(inside, 5, 1, 2)
    eroded = 1 - F.max_pool2d(1 - inside, 5, 1, 2)
    return dilated - eroded


def unfold(x):
    """[N,C,H,W] -> [N,C,121,H*W]: the neighbours of every pixel, zero outside of the image."""
    n, c = x.shape[:2]
    return F.unfold(x, 2 * RADIUS + 1, padding=RADIUS).view(n, c, (2 * RADIUS + 1) ** 2, -1)


def btm(p, priors, alpha=200.0):
    """Boundary-aware texture matching of saliency p [N,1,H,W] with priors [N,3K,H,W], at a quarter of the size."""
    size = (p.shape[2] // 4, p.shape[3] // 4)
    s, f = enlarge(p, size), enlarge(priors, size)
    mask = contour(s.detach()).flatten(2)[:, :, None]
    with torch.no_grad():
        n, c = f.shape[:2]
        difference = (unfold(f) - f.view(n, c, 1, -1)).pow(2)
        weight = torch.exp(-alpha * difference.sum(dim=1, keepdim=True))  # the product over modalities
    change = (unfold(s) - s.flatten(2)[:, :, None]).abs()
    count = mask.sum()
    return (weight * change * mask).sum() / count if count > 0 else (s * 0).sum()


def stage1(logits1, priors1, logits2, priors2, epoch, epochs, weights=(1, 0.05, 1), alpha=200.0):
    """The weighted terms CSD, BTM and consistency of both scales; their sum is the loss."""
    p1, p2 = torch.sigmoid(logits1), torch.sigmoid(logits2)
    return (weights[0] * (csd(p1, epoch, epochs) + csd(p2, epoch, epochs)),
            weights[1] * (btm(p1, priors1, alpha) + btm(p2, priors2, alpha)),
            weights[2] * (p1 - enlarge(p2, p1.shape[2:])).pow(2).mean())
