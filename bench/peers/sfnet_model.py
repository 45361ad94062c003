# SFNet (saliency network of DHFR-SOD: two locality Swin encoders, cross-padding attention blocks, a contour branch) in
# PyTorch: the speed peer and the oracle of parity. Masked attention is in its published form, three softmaxes.
# Parameter and buffer names, order and shapes are those of published checkpoints; their prefix is Sfnet's `sfnet.`.
import torch
import torch.nn.functional as F
from torch import nn

from localvit_model import BLOCKED, PatchEmbedding, PatchMerging, SwinBlock, map_of, stages, tokens_of, windows_of

FOREGROUND, BACKGROUND = 0.8, 0.2  # of a saliency map: at least this, less than that
SIZE = 224
# A classifier's sigmoided map of 224x224 by its name in the recipe.
MAP_NAMES = {"classifier_before_fuse_div16": "bef_div16", "classifier_div16": "div16", "classifier_div8": "div8",
             "classifier_div4": "div4", "classifier_div2": "div2", "classifier_div1": "div1",
             "classifier_contour_div1": "contour_div1"}


def up(x, side):
    """Bilinear, half-pixel centres, no antialiasing; also where it shrinks."""
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def aligned(x, side):
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=True)


def degraded(x):
    """The copy of an input that the second pass of training sees."""
    return aligned(aligned(x, SIZE // 2), SIZE)


def pair_masks(saliency):
    """[B,1,H,W] -> for foreground and background [n,1,49,49]: 0 where both tokens are of it, else -100.

    The windows are those of the grid as it is, also in shifted blocks, as published."""
    s = windows_of(saliency.permute(0, 2, 3, 1))[..., 0]
    blocked = torch.full((), BLOCKED, dtype=s.dtype, device=s.device)
    return [torch.where(side[:, None, :, None] & side[:, None, None, :], torch.zeros_like(blocked), blocked)
            for side in (s >= FOREGROUND, s < BACKGROUND)]


class CrossPadding(nn.Module):
    """Two maps [B,2d,h,h] woven into one grid, as tokens [B,4*h*h,d]."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, a, b):
        even_rows = torch.stack([a[:, 0::2], b[:, 0::2]], dim=-1)
        odd_rows = torch.stack([b[:, 1::2], a[:, 1::2]], dim=-1)
        woven = torch.stack([even_rows, odd_rows], dim=3)  # [B,d,h,2,h,2]
        return self.norm(tokens_of(woven.flatten(4, 5).flatten(2, 3)))


def masked_blocks(channels, heads, grid, count, first_rate):
    """Stochastic depth of block i is 0.1 (first_rate + i) / 11."""
    return nn.ModuleList(
        nn.ModuleDict({"w_attn": SwinBlock(channels, heads, grid, i % 2 == 1, 0.1 * (first_rate + i) / 11)})
        for i in range(count))


class Cpab(nn.Module):
    """Cross-padding attention block: maps [B,2d,H/2,H/2] twice and a saliency map [B,1,H,H] to [B,d,H,H]."""

    def __init__(self, channels, grid, count, heads):
        super().__init__()
        self.cross_padding = CrossPadding(channels)
        self.layers = masked_blocks(channels, heads, grid, count, first_rate=2)

    def forward(self, a, b, saliency=None):
        x = self.cross_padding(a, b)
        sides = pair_masks(saliency) if len(self.layers) else None
        for layer in self.layers:
            x = layer["w_attn"](x, sides)
        return map_of(x)


class Pmab(nn.Module):
    """Patch-merging attention block: [B,d,2H,2H] and a saliency map of that size to [B,2d,H,H], H = grid."""

    def __init__(self, channels, grid, count, heads):
        super().__init__()
        self.grid = grid
        self.patch_merging = PatchMerging(channels)
        self.layers = masked_blocks(2 * channels, heads, grid, count, first_rate=4)

    def forward(self, x, saliency):
        x = self.patch_merging(tokens_of(x))
        sides = pair_masks(up(saliency, self.grid))
        for layer in self.layers:
            x = layer["w_attn"](x, sides)
        return map_of(x)


class FuseBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.cpab = Cpab(192, grid=28, count=2, heads=6)
        self.pmab = Pmab(192, grid=14, count=2, heads=12)

    def forward(self, a, b, saliency):
        return self.pmab(self.cpab(a, b, saliency), saliency)


class SwinEncoder(nn.Module):
    """The maps before each merging: [B,96,56,56], [B,192,28,28], [B,384,14,14]."""

    def __init__(self, drop_path=0.1):
        super().__init__()
        self.patch_embed = PatchEmbedding()
        self.layers = stages((2, 2, 6), drop_path)

    def forward(self, image):
        x, maps = self.patch_embed(image), []
        for stage in self.layers:
            x = stage(x)
            maps.append(map_of(x))
            if stage.downsample is not None:
                x = stage.downsample(x)
        return maps


class UpsampleHead(nn.Module):
    """[B,cin,H,W] -> [B,cout,2H,2W]."""

    def __init__(self, cin, cout):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(cin, cin, 3, padding=1, bias=False), nn.BatchNorm2d(cin)
        self.conv2, self.bn2 = nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x))) + x
        return F.relu(self.bn2(self.conv2(aligned(x, 2 * x.shape[-1]))))


class SfnetBody(nn.Module):
    def __init__(self):
        super().__init__()
        self.rgb_swin, self.depth_swin = SwinEncoder(), SwinEncoder()
        self.fuse_swin = FuseBlock()
        self.enc_div16_trans = nn.Conv2d(768, 256, 1)
        self.enc_div8_trans = nn.Conv2d(384, 128, 1)
        self.enc_div4_trans = nn.Conv2d(192, 64, 1)
        self.div16_trans = nn.Conv2d(384, 256, 1)
        self.dec_div8_merging = Cpab(128, grid=28, count=4, heads=8)
        self.dec_div4_merging = Cpab(64, grid=56, count=4, heads=8)
        self.dec_div2_merging = Cpab(32, grid=112, count=0, heads=0)
        self.upsample_head = UpsampleHead(32, 32)
        self.contour_upsample_head1, self.contour_upsample_head2 = UpsampleHead(64, 32), UpsampleHead(32, 32)
        for name, channels in (("before_fuse_div16", 256), ("contour_div1", 32), ("div16", 256), ("div8", 128),
                               ("div4", 64), ("div2", 32), ("div1", 32)):
            setattr(self, f"classifier_{name}", nn.Conv2d(channels, 1, 1))

    def forward(self, image, depth):
        r4, r8, r16 = self.rgb_swin(image)
        d4, d8, d16 = self.depth_swin(depth)
        e16 = self.enc_div16_trans(torch.cat([r16, d16], dim=1))
        e8 = self.enc_div8_trans(torch.cat([r8, d8], dim=1))
        e4 = self.enc_div4_trans(torch.cat([r4, d4], dim=1))
        found = {}

        def classify(name, x):
            """The sigmoided map of a classifier; both are among the results."""
            found[name] = getattr(self, name)(x)
            found[MAP_NAMES[name]] = torch.sigmoid(up(found[name], SIZE))
            return found[MAP_NAMES[name]]

        saliency = classify("classifier_before_fuse_div16", e16)
        x16 = self.div16_trans(self.fuse_swin(r16, d16, up(saliency, 28)))
        saliency = classify("classifier_div16", x16)
        x8 = self.dec_div8_merging(e16, x16, up(saliency, 28))
        saliency = classify("classifier_div8", x8)
        x4 = self.dec_div4_merging(e8, x8, up(saliency, 56))
        classify("classifier_div4", x4)
        x2 = self.dec_div2_merging(e4, x4)
        classify("classifier_div2", x2)
        classify("classifier_div1", self.upsample_head(x2))
        classify("classifier_contour_div1", self.contour_upsample_head2(self.contour_upsample_head1(x4)))
        return found | {"embedding": x4}


class Sfnet(nn.Module):
    """By name, of a normalised image and a depth map, both [B,3,224,224]: the logits of every classifier at its own
    resolution, their sigmoided maps [B,1,224,224] as MAP_NAMES calls them, and `embedding` [B,64,56,56]."""

    def __init__(self):
        super().__init__()
        self.sfnet = SfnetBody()

    def forward(self, image, depth):
        return self.sfnet(image, depth)


def token_sides(logits):
    """Which tokens are foreground (1) and background (-1) in each masked part, from the logits of a pass, and how near
    the nearest value lies to a threshold: decisions that rounding may turn over, and much with them."""
    maps = {name: torch.sigmoid(up(logits[name], SIZE))
            for name in ("classifier_before_fuse_div16", "classifier_div16", "classifier_div8")}
    fuse = up(maps["classifier_before_fuse_div16"], 28)
    grids = {"fuse_swin.cpab": fuse, "fuse_swin.pmab": up(fuse, 14),
             "dec_div8_merging": up(maps["classifier_div16"], 28), "dec_div4_merging": up(maps["classifier_div8"], 56)}
    sides = {part: (s >= FOREGROUND).int() - (s < BACKGROUND).int() for part, s in grids.items()}
    margin = min(min((s - FOREGROUND).abs().min().item(), (s - BACKGROUND).abs().min().item()) for s in grids.values())
    return sides, margin
