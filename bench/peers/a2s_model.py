# a2s (saliency network of A2S-v2: ResNet-50 encoder, four-block decoder) in PyTorch: the speed peer and the
# float64 oracle for golden values. Parameter names, order and shapes are those of published checkpoints.
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, cin, width, stride):
        super().__init__()
        cout = 4 * width
        self.conv1 = nn.Conv2d(cin, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)  # "v1.5": the 3x3 carries the stride
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, cout, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(cout)
        self.downsample = None
        if stride != 1 or cin != cout:
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        return F.relu(self.bn3(self.conv3(y)) + identity, inplace=True)


class Encoder(nn.Module):
    """ResNet-50. Returns five maps at strides 2, 4, 8, 16, 32."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        cin = 64
        for level, (width, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)], start=1):
            stack = [Bottleneck(cin, width, 1 if level == 1 else 2)]
            stack += [Bottleneck(4 * width, width, 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{level}", nn.Sequential(*stack))
            cin = 4 * width
        self.fc = nn.Linear(2048, 1000)  # in every checkpoint, never executed

    def forward(self, x):
        maps = [F.relu(self.bn1(self.conv1(x)), inplace=True)]
        x = F.max_pool2d(maps[0], 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            maps.append(x)
        return maps


class Gate(nn.Module):
    """x * sigmoid(1x1 convolution of the spatial mean of x)."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)
        self.gn = nn.GroupNorm(32, channels)  # in every checkpoint, never executed

    def forward(self, x):
        return x * torch.sigmoid(self.conv(F.adaptive_avg_pool2d(x, 1)))


class Ada(nn.Module):
    def __init__(self, cin, cout=64):
        super().__init__()
        self.ad0 = nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.GroupNorm(1, cout), nn.ReLU(inplace=True))
        self.se = Gate(cout)

    def forward(self, x):
        return self.se(self.ad0(x))


def enlarge(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=True)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.ad2, self.ad3, self.ad4 = Ada(512), Ada(1024), Ada(2048)
        self.fusion = Ada(192)

    def forward(self, maps, size):
        fine = maps[0].shape[-2:]
        adapted = [ada(x) for ada, x in zip((self.ad2, self.ad3, self.ad4), maps[2:])]
        x = self.fusion(torch.cat([enlarge(a, fine) for a in adapted], dim=1))
        x = x - x.mean(dim=(2, 3), keepdim=True)
        score = x.sum(dim=1, keepdim=True)
        # The object is the sign that touches fewer than two corners; a comparison has no gradient.
        at = [score[..., i, j] for i in (0, -1) for j in (0, -1)]  # no list of indices: it lies on the host
        corners = (torch.stack(at, dim=-1) > 0).sum(dim=-1)
        sign = (1.0 - 2.0 * (corners >= 2).to(score.dtype))[..., None, None]
        return enlarge(score * sign, size)


class A2s(nn.Module):
    """Saliency logits [N,1,H,W] of normalised images [N,3,H,W]."""

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x):
        return self.decoder(self.encoder(x), x.shape[-2:])


# --- Deterministic weights and inputs: a hash of the name and the flat index. ---


def uniform(name, count, step=2654435761):
    """`count` float64 values in [0,1): murmur3's finaliser over FNV-1a of the name plus a Weyl step per index."""
    seed = 2166136261
    for byte in name.encode("ascii"):
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    z = np.uint32(seed) + np.arange(count, dtype=np.uint32) * np.uint32(step)
    z = (z ^ (z >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    z = (z ^ (z >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (z ^ (z >> np.uint32(16))) / 2.0**32


COMPUTED = ("relative_position_index", "attn_mask")  # buffers of window attention, whose values are facts


def hash_fill(model):
    """Overwrites every entry of the state dict in place, but COMPUTED; the values depend on the names only."""
    for name, entry in model.state_dict().items():
        if name.endswith(COMPUTED):
            continue
        if name.endswith("num_batches_tracked"):
            entry.zero_()
            continue
        u = uniform(name, entry.numel())
        if entry.dim() >= 2:
            value = (2 * u - 1) * np.sqrt(6 / (entry.numel() // entry.shape[0]))
        elif name.endswith(("weight", "running_var")):
            value = 0.8 + 0.4 * u
        else:
            value = 0.2 * u - 0.1
        if name.endswith("bn3.weight"):
            value = 0.25 * value  # keeps the sum over sixteen residual branches from growing
        entry.copy_(torch.from_numpy(value).reshape(entry.shape))
    return model


def hash_image(size, batch=2, name="image"):
    """A smooth float64 field with a little noise, [batch,3,size,size]."""
    coarse = torch.from_numpy(2 * uniform(name, batch * 3 * 25) - 1).reshape(batch, 3, 5, 5)
    noise = torch.from_numpy(2 * uniform(name + ".n", batch * 3 * size * size) - 1).reshape(batch, 3, size, size)
    return 1.5 * enlarge(coarse, (size, size)) + 0.1 * noise
