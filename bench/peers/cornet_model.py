# cornet (one-image network of A2S-v2's stage 2) in PyTorch: the speed peer and the oracle of parity. Parameter
# names, order and shapes are those of published checkpoints.
import torch
import torch.nn.functional as F
from torch import nn

from a2s_model import Encoder


def resize(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def normed(cin, cout, groups=32):
    return [nn.Conv2d(cin, cout, 3, padding=1), nn.GroupNorm(groups, cout), nn.ReLU(inplace=True)]


class Info(nn.Module):
    """Gates two maps by how they differ from a guide, and fuses the three."""

    def __init__(self, channels=64):
        super().__init__()
        self.gconv = nn.Sequential(*normed(channels, channels))
        self.res_conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.res_conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.fuse = nn.Conv2d(3 * channels, channels, 3, padding=1)

    def forward(self, fine, coarse, guide):
        size = fine.shape[-2:]
        guide = resize(self.gconv(guide), size)
        coarse = resize(coarse, size)
        fine_gate = torch.sigmoid(self.res_conv1(fine - guide))
        coarse_gate = torch.sigmoid(self.res_conv2(coarse - guide))
        return self.fuse(torch.cat([fine * fine_gate, coarse * coarse_gate, guide], dim=1))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        for i, cin in enumerate((64, 256, 512, 1024, 2048)):
            setattr(self, f"adapter{i}", nn.Sequential(*normed(cin, 64)))
        self.region, self.local = Info(), Info()
        double = lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)  # noqa: E731
        self.gb_conv = nn.Sequential(*normed(64, 128, 64), double(), *normed(128, 64), double())

    def forward(self, maps, size):
        y = [getattr(self, f"adapter{i}")(x) for i, x in enumerate(maps)]
        region = self.region(y[2], y[3], y[4])
        local = self.local(y[0], y[1], self.gb_conv(y[4]))
        score = (local * resize(region, y[0].shape[-2:])).sum(dim=1, keepdim=True)
        return resize(score, size)


class Cornet(nn.Module):
    """Saliency logits [N,1,H,W] of normalised images [N,3,H,W]."""

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x):
        return self.decoder(self.encoder(x), x.shape[-2:])
