# Names and shapes of the entries of SFNet's and LocalViT-Swin-T's checkpoints in their order, from the published key
# scheme and not from the models.
WINDOW_BIAS = "attn.relative_position_bias_table"


def norm(prefix, channels):
    return [(f"{prefix}.weight", (channels,)), (f"{prefix}.bias", (channels,))]


def batch_norm(prefix, channels):
    return norm(prefix, channels) + [(f"{prefix}.running_mean", (channels,)), (f"{prefix}.running_var", (channels,)),
                                     (f"{prefix}.num_batches_tracked", ())]


def dense(prefix, *shape):
    return [(f"{prefix}.weight", shape), (f"{prefix}.bias", shape[:1])]


def block(prefix, d, heads, windows=None):
    """`windows`: of the mask of a shifted block."""
    hidden, conv = 4 * d, f"{prefix}.conv.conv"
    return ([(f"{prefix}.attn_mask", (windows, 49, 49))] if windows else []) + norm(f"{prefix}.norm1", d) + [
        (f"{prefix}.{WINDOW_BIAS}", (169, heads)), (f"{prefix}.attn.relative_position_index", (49, 49)),
        *dense(f"{prefix}.attn.qkv", 3 * d, d), *dense(f"{prefix}.attn.proj", d, d),
        (f"{conv}.0.weight", (hidden, d, 1, 1)), *batch_norm(f"{conv}.1", hidden),
        (f"{conv}.3.weight", (hidden, 1, 3, 3)), *batch_norm(f"{conv}.4", hidden),
        *dense(f"{conv}.6.fc.0", 16, hidden), *dense(f"{conv}.6.fc.2", hidden, 16),
        (f"{conv}.7.weight", (d, hidden, 1, 1)), *batch_norm(f"{conv}.8", d)]


def merging(prefix, d):
    return [(f"{prefix}.reduction.weight", (2 * d, 4 * d)), *norm(f"{prefix}.norm", 4 * d)]


def swin(prefix, depths):
    keys = dense(f"{prefix}patch_embed.proj", 96, 3, 4, 4) + norm(f"{prefix}patch_embed.norm", 96)
    for s, depth in enumerate(depths):
        windows = (8 >> s) ** 2
        for b in range(depth):
            keys += block(f"{prefix}layers.{s}.blocks.{b}", 96 << s, 3 << s, windows if b % 2 and windows > 1 else None)
        if s + 1 < len(depths):
            keys += merging(f"{prefix}layers.{s}.downsample", 96 << s)
    return keys


def localvit_keys():
    return swin("", (2, 2, 6, 2)) + norm("norm", 768) + dense("head", 1000, 768)


def masked(prefix, d, heads, count, windows):
    return [key for i in range(count)
            for key in block(f"{prefix}.layers.{i}.w_attn", d, heads, windows if i % 2 else None)]


def upsample_head(prefix, cin, cout):
    return [(f"{prefix}.conv1.weight", (cin, cin, 3, 3)), *batch_norm(f"{prefix}.bn1", cin),
            (f"{prefix}.conv2.weight", (cout, cin, 3, 3)), *batch_norm(f"{prefix}.bn2", cout)]


def sfnet_keys():
    keys = swin("rgb_swin.", (2, 2, 6)) + swin("depth_swin.", (2, 2, 6))
    keys += norm("fuse_swin.cpab.cross_padding.norm", 192) + masked("fuse_swin.cpab", 192, 6, 2, 16)
    keys += merging("fuse_swin.pmab.patch_merging", 192) + masked("fuse_swin.pmab", 384, 12, 2, 4)
    for name, cout, cin in (("enc_div16", 256, 768), ("enc_div8", 128, 384), ("enc_div4", 64, 192), ("div16", 256, 384)):
        keys += dense(f"{name}_trans", cout, cin, 1, 1)
    keys += norm("dec_div8_merging.cross_padding.norm", 128) + masked("dec_div8_merging", 128, 8, 4, 16)
    keys += norm("dec_div4_merging.cross_padding.norm", 64) + masked("dec_div4_merging", 64, 8, 4, 64)
    keys += norm("dec_div2_merging.cross_padding.norm", 32)
    keys += upsample_head("upsample_head", 32, 32)
    keys += upsample_head("contour_upsample_head1", 64, 32) + upsample_head("contour_upsample_head2", 32, 32)
    for name, channels in (("before_fuse_div16", 256), ("contour_div1", 32), ("div16", 256), ("div8", 128), ("div4", 64),
                           ("div2", 32), ("div1", 32)):
        keys += dense(f"classifier_{name}", 1, channels, 1, 1)
    return [(f"sfnet.{name}", shape) for name, shape in keys]
