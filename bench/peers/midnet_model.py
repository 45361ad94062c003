# midnet (two-modality network of A2S-v2's stage 2) in PyTorch: the speed peer and the oracle of parity. Parameter
# names, order and shapes are those of published checkpoints.
import torch
import torch.nn.functional as F
from torch import nn

from a2s_model import Encoder, enlarge


def cb(cin, cout, kernel):
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, padding=kernel // 2), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class ChannelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fus = nn.Sequential(nn.Conv2d(channels, channels // 2, 1), nn.ReLU(inplace=True),
                                 nn.Conv2d(channels // 2, channels, 1))

    def forward(self, x):
        return x * torch.sigmoid(self.fus(F.adaptive_avg_pool2d(x, 1)) + self.fus(F.adaptive_max_pool2d(x, 1)))


class GlobalInfo(nn.Module):
    BINS = (13, 9, 5, 1)

    def __init__(self):
        super().__init__()
        self.ca = ChannelAttention(1024)
        self.de_chan = cb(1024, 256, 3)
        for j, bins in enumerate(self.BINS):
            setattr(self, f"b{j}", nn.Sequential(nn.AdaptiveMaxPool2d(bins), nn.Conv2d(256, 128, 1, bias=False),
                                                 nn.ReLU(inplace=True)))
        self.fus = cb(768, 512, 1)

    def forward(self, rgb, modality):
        x = self.de_chan(self.ca(torch.cat([rgb, modality], dim=1)))
        seen = [enlarge(getattr(self, f"b{j}")(x), x.shape[-2:]) for j in range(len(self.BINS))]
        return self.fus(torch.cat([*seen, x], dim=1))


class FusionBlock(nn.Module):
    def __init__(self, deep, channels):
        super().__init__()
        self.ca1 = ChannelAttention(2 * deep)
        self.conv1 = cb(2 * deep, 128, 3)
        self.conv_globalinfo = cb(512, 128, 3)
        self.ca2 = ChannelAttention(channels)
        self.conv_curfeat = cb(channels, 128, 3)
        self.conv_out = cb(128, channels, 3)

    def forward(self, own, other, current, info):
        size = current.shape[-2:]
        u = self.conv1(enlarge(self.ca1(torch.cat([own, other], dim=1)), size))
        v = self.conv_globalinfo(enlarge(info, size))
        w = self.conv_curfeat(self.ca2(current))
        return self.conv_out(u + w + v)


class Refine(nn.Module):
    def __init__(self):
        super().__init__()
        self.ca = ChannelAttention(128)
        self.score = nn.Conv2d(128, 1, 1)

    def forward(self, rgb, modality):
        return self.score(self.ca(torch.cat([rgb, modality], dim=1)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.global_info = GlobalInfo()
        self.score_global = nn.Conv2d(512, 1, 1)
        for side in (1, 2):
            for level, deep, channels in ((4, 512, 512), (3, 512, 256), (2, 256, 128), (1, 128, 64)):
                setattr(self, f"gfb{level}_{side}", FusionBlock(deep, channels))
        self.score_1, self.score_2 = nn.Conv2d(64, 1, 1), nn.Conv2d(64, 1, 1)
        self.refine = Refine()

    def forward(self, r, t):
        info = self.global_info(r[4], t[4])
        own, other = self.gfb4_1(info, t[4], r[3], info), self.gfb4_2(info, r[4], t[3], info)
        for level in (3, 2, 1):
            own, other = (getattr(self, f"gfb{level}_1")(own, other, r[level - 1], info),
                          getattr(self, f"gfb{level}_2")(other, own, t[level - 1], info))
        return self.refine(own, other), self.score_1(own), self.score_2(other), self.score_global(info)


class Midnet(nn.Module):
    """Logits (score, score1, score2 [N,1,H/2,W/2], score_global) of normalised images and a modality in 0..1."""

    def __init__(self):
        super().__init__()
        self.encoder, self.t_net = Encoder(), Encoder()
        widths = ((256, 128), (512, 256), (1024, 512), (2048, 512))
        self.trans_rgb = nn.ModuleList(cb(cin, cout, 1) for cin, cout in widths)
        self.trans_t = nn.ModuleList(cb(cin, cout, 1) for cin, cout in widths)
        self.decoder = Decoder()

    def forward(self, image, modality):
        pyramids = []
        for net, trans, x in ((self.encoder, self.trans_rgb, image), (self.t_net, self.trans_t, modality)):
            maps = net(x)
            pyramids.append([maps[0], *(block(m) for block, m in zip(trans, maps[1:]))])
        return self.decoder(*pyramids)
