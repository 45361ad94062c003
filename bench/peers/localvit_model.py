# LocalViT-Swin-T (Swin blocks whose feed-forward is a locality block of convolutions; DHFR-SOD's encoders are its first
# three stages) in PyTorch: the speed peer and the oracle of parity. Parameter and buffer names, order and shapes are
# those of published checkpoints. Initial values are PyTorch's own: every use loads or fills them.
import torch
import torch.nn.functional as F
from torch import nn

WINDOW, SHIFT = 7, 3
TOKENS = WINDOW * WINDOW
BLOCKED = -100.0  # added to the logit of a pair that must not meet


def windows_of(x):
    """[B,H,W,C] -> [B*windows, 49, C], windows row by row."""
    b, h, w, c = x.shape
    x = x.view(b, h // WINDOW, WINDOW, w // WINDOW, WINDOW, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, TOKENS, c)


def merged_windows(x, grid):
    """[B*windows, 49, C] -> [B,H,W,C] with H = W = grid."""
    side = grid // WINDOW
    x = x.view(-1, side, side, WINDOW, WINDOW, x.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, grid, grid, x.shape[-1])


def pair_index():
    """[49,49]: the row of the bias table for query i and key j, by the difference of their places."""
    y, x = torch.meshgrid(torch.arange(WINDOW), torch.arange(WINDOW), indexing="ij")
    y, x = y.flatten(), x.flatten()
    return (y[:, None] - y + WINDOW - 1) * (2 * WINDOW - 1) + (x[:, None] - x + WINDOW - 1)


def shift_mask(grid):
    """[windows,49,49]: 0 where both tokens of the rolled grid come from one region, else -100."""
    place = torch.arange(grid)
    label = (place >= grid - WINDOW).int() + (place >= grid - SHIFT).int()
    region = windows_of((3 * label[:, None] + label)[None, :, :, None].float())[..., 0]
    return torch.where(region[:, :, None] == region[:, None, :], 0.0, BLOCKED)


class DropPath(nn.Module):
    """Drops a sample's branch with probability p in training, else scales it by 1 / (1-p); as timm 0.5.4."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if self.p == 0 or not self.training:
            return x
        keep = x.new_empty((x.shape[0],) + (1,) * (x.dim() - 1)).bernoulli_(1 - self.p)
        return x * (keep / (1 - self.p))


def without_drop_path(model):
    """The model itself; parity and fixed numbers need a forward pass without draws."""
    for module in model.modules():
        if isinstance(module, DropPath):
            module.p = 0.0
    return model


class HardSigmoid(nn.Module):
    """relu6(x + 3) / 6, as published. nn.Hardsigmoid's gradient has 1/6 in float32, also for float64."""

    def forward(self, x):
        return F.relu6(x + 3) / 6


class SqueezeExcite(nn.Module):
    """x * gate(spatial mean of x), [B,C,H,W]."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, squeezed), nn.ReLU(inplace=True), nn.Linear(squeezed, channels),
                                HardSigmoid())

    def forward(self, x):
        return x * self.fc(x.mean(dim=(2, 3)))[:, :, None, None]


class LocalityFeedForward(nn.Module):
    """x plus expand, depthwise 3x3, squeeze-excite, project, each convolution with its batch norm; [B,C,H,W]."""

    def __init__(self, channels):
        super().__init__()
        hidden = 4 * channels
        self.conv = nn.Sequential(
            nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.Hardswish(),
            nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), nn.Hardswish(),
            SqueezeExcite(hidden, 16),
            nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return x + self.conv(x)


class WindowAttention(nn.Module):
    """Attention within windows of 49 tokens, with a learned bias per head and difference of places."""

    def __init__(self, channels, heads):
        super().__init__()
        self.heads, self.scale = heads, (channels // heads) ** -0.5
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * WINDOW - 1) ** 2, heads))
        self.register_buffer("relative_position_index", pair_index())
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x, mask=None, sides=None):
        """x [n,49,C]; mask [windows,49,49] or None. With `sides`, the pair masks [n,1,49,49] of foreground and
        background, attention among the former is added and among the latter subtracted."""
        n, _, channels = x.shape
        q, k, v = self.qkv(x).view(n, TOKENS, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        logits = (q * self.scale) @ k.transpose(-2, -1)
        bias = self.relative_position_bias_table[self.relative_position_index.flatten()]
        logits = logits + bias.view(TOKENS, TOKENS, self.heads).permute(2, 0, 1)
        if mask is not None:
            logits = logits.view(-1, mask.shape[0], self.heads, TOKENS, TOKENS) + mask[:, None]
            logits = logits.view(n, self.heads, TOKENS, TOKENS)
        y = logits.softmax(dim=-1) @ v
        if sides is not None:
            foreground, background = sides
            y = y + (logits + foreground).softmax(dim=-1) @ v - (logits + background).softmax(dim=-1) @ v
        return self.proj(y.transpose(1, 2).reshape(n, TOKENS, channels))


class SwinBlock(nn.Module):
    """Tokens [B,H*W,C] to the same; H = W = grid. A grid of one window is never shifted."""

    def __init__(self, channels, heads, grid, shifted, drop_path):
        super().__init__()
        self.grid, self.shift = grid, SHIFT if shifted and grid > WINDOW else 0
        self.register_buffer("attn_mask", shift_mask(grid) if self.shift else None)
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, heads)
        self.conv = LocalityFeedForward(channels)
        self.drop_path = DropPath(drop_path)

    def forward(self, x, sides=None):
        y = self.norm1(x).unflatten(1, (self.grid, self.grid))
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), dims=(1, 2))
        y = merged_windows(self.attn(windows_of(y), self.attn_mask, sides), self.grid)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), dims=(1, 2))
        x = x + self.drop_path(y.flatten(1, 2))
        return tokens_of(self.conv(map_of(x)))


def map_of(tokens):
    """[B,H*W,C] -> [B,C,H,W] of a square grid, a view that is channels_last."""
    side = int(tokens.shape[1] ** 0.5)  # exact for squares; round() refuses what tracing puts here
    return tokens.transpose(1, 2).unflatten(2, (side, side))


def tokens_of(x):
    """[B,C,H,W] -> [B,H*W,C]."""
    return x.flatten(2).transpose(1, 2)


class PatchEmbedding(nn.Module):
    """Image [B,3,224,224] -> tokens [B,56*56,96]."""

    def __init__(self, channels=96):
        super().__init__()
        self.proj = nn.Conv2d(3, channels, 4, 4)
        self.norm = nn.LayerNorm(channels)

    def forward(self, image):
        return self.norm(tokens_of(self.proj(image)))


class PatchMerging(nn.Module):
    """Tokens [B,H*W,C] -> [B,H*W/4,2C]."""

    def __init__(self, channels):
        super().__init__()
        self.reduction = nn.Linear(4 * channels, 2 * channels, bias=False)
        self.norm = nn.LayerNorm(4 * channels)

    def forward(self, x):
        x = map_of(x).permute(0, 2, 3, 1)
        corners = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduction(self.norm(torch.cat(corners, dim=-1).flatten(1, 2)))


class Stage(nn.Module):
    """Blocks on one grid, every second one shifted, and perhaps a merging, which the caller applies."""

    def __init__(self, channels, heads, grid, drop_paths, merges):
        super().__init__()
        self.blocks = nn.ModuleList(SwinBlock(channels, heads, grid, i % 2 == 1, p) for i, p in enumerate(drop_paths))
        self.downsample = PatchMerging(channels) if merges else None

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def stages(depths, drop_path):
    """Channels double from 96 on, grids halve from 56 on; stochastic depth grows linearly from 0 to `drop_path`."""
    count, made, found = sum(depths), 0, nn.ModuleList()
    for s, depth in enumerate(depths):
        rates = [drop_path * i / (count - 1) for i in range(made, made + depth)]
        found.append(Stage(96 << s, 3 << s, 56 >> s, rates, merges=s + 1 < len(depths)))
        made += depth
    return found


class LocalVit(nn.Module):
    """Logits [B,1000] of normalised images [B,3,224,224]."""

    def __init__(self, drop_path=0.1):
        super().__init__()
        self.patch_embed = PatchEmbedding()
        self.layers = stages((2, 2, 6, 2), drop_path)
        self.norm = nn.LayerNorm(768)
        self.head = nn.Linear(768, 1000)

    def forward(self, image):
        x = self.patch_embed(image)
        for stage in self.layers:
            x = stage(x)
            if stage.downsample is not None:
                x = stage.downsample(x)
        return self.head(self.norm(x).mean(dim=1))
