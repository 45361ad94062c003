# The stage-1 losses of A2S-v2 in PyTorch, in the form frameworks need: the texture loss unfolds all 121 neighbours
# of every pixel. Peer for values and for speed.
import torch

from btm_torch import btm, enlarge, quarter


def csd(p, epoch, epochs):
    """Confidence-aware saliency distilling: 0.5^m - mean |p - 0.5|^m, m from 2 towards 1 over the epochs."""
    m = 2 ** (1 - (epoch - 1) / epochs)
    return 0.5**m - (p - 0.5).abs().pow(m).mean()


def stage1(logits1, priors1, logits2, priors2, epoch, epochs, weights=(1, 0.05, 1), alpha=200.0):
    """The weighted terms CSD, BTM and consistency of both scales; their sum is the loss."""
    p1, p2 = torch.sigmoid(logits1), torch.sigmoid(logits2)
    texture = [btm(quarter(p), quarter(priors), alpha) for p, priors in ((p1, priors1), (p2, priors2))]
    return (weights[0] * (csd(p1, epoch, epochs) + csd(p2, epoch, epochs)),
            weights[1] * (texture[0] + texture[1]),
            weights[2] * (p1 - enlarge(p2, p1.shape[2:])).pow(2).mean())
