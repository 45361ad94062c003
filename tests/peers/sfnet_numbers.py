#!/usr/bin/env python3
"""The PyTorch peers of SFNet and LocalViT-Swin-T against the reference's printed numbers, in float64.

  sfnet_numbers.py [--only sfnet|localvit]

Names, order and shapes of all state entries, parameter counts, and with weights and inputs by the hash: every printed
value of the eval-mode forward passes, and SFNet's two maps of a training iteration without drop path. Every value must
agree to its last printed digit. Exits 1 otherwise.
"""
import argparse
import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
import sfnet_hash  # noqa: E402
from a2s_model import hash_fill, hash_image  # noqa: E402
from localvit_model import LocalVit, map_of, without_drop_path  # noqa: E402
from sfnet_keys import localvit_keys, sfnet_keys  # noqa: E402
from sfnet_model import MAP_NAMES, Sfnet, degraded, token_sides  # noqa: E402

# Mean, population deviation, x[0], x[n/3], x[n-1]; printed with six digits after the point, the elements with five.
SFNET = {
    "input image": (0.003436, 1.156972, 1.83410, -1.17752, 1.22208),
    "input depth": (0.485610, 0.278876, 0.40846, 0.40846, 0.75156),
    "rgb_swin.patch_embed": (-0.007399, 0.991400, 1.88051, -0.11468, 0.59568),
    "rgb_swin.layers.0.blocks.0": (-0.005487, 1.152283, 2.12262, 0.40723, 0.68662),
    "rgb_swin.layers.0.blocks.1": (-0.034341, 1.324211, 1.93189, -0.79683, 2.81272),
    "rgb_swin.layers.0.downsample": (0.024044, 0.991841, -0.64041, -0.43911, -1.33054),
    "rgb_swin.layers.1": (0.032485, 1.289030, -0.58758, -0.86542, -2.72336),
    "rgb_swin.layers.2": (-0.037462, 2.173248, -1.23929, 1.65461, -2.41153),
    "depth_swin.layers.2": (-0.031412, 2.980527, -1.78327, -2.38436, -3.73643),
    "bef_div16": (0.499602, 0.327208, 0.85779, 0.51811, 0.08947),
    "fuse_swin.cpab": (-0.027921, 1.428114, -0.56150, 1.98542, -1.38544),
    "fuse_swin.pmab": (-0.108800, 1.741540, 2.06809, 0.52265, -0.29877),
    "div16": (0.523416, 0.260265, 0.82211, 0.06172, 0.29535),
    "dec_div8_merging": (-0.073346, 1.894103, -0.67694, -0.08491, -0.96582),
    "div8": (0.441810, 0.311199, 0.88528, 0.25475, 0.02899),
    "embedding": (-0.015925, 1.788131, 0.10328, 2.89674, 2.06352),
    "div4": (0.148959, 0.202427, 0.00255, 0.04266, 0.92745),
    "div2": (0.167284, 0.139158, 0.02284, 0.04206, 0.06288),
    "div1": (0.395223, 0.223538, 0.07089, 0.07881, 0.37186),
    "contour_div1": (0.932071, 0.098338, 0.87403, 0.96821, 0.87799),
}
SFNET_AS_MAPS = ("rgb_swin.layers.1", "rgb_swin.layers.2", "depth_swin.layers.2")  # tokens here, maps in print
TRAINING = {"div1": (0.428882, 0.287715), "div1_aug": (0.429783, 0.289092)}
# The embedding of sample 0: singular values of the centred matrix of unit vectors, and sizes of the first entries of
# its first three directions.
SINGULAR = (15.63697, 14.41880, 13.17204, 7.18815, 6.81300)
DIRECTIONS = ((0.0354637, 0.2776759, 0.1162102, 0.3028885), (0.0578979, 0.0346010, 0.1422255, 0.1316466),
              (0.0366344, 0.0169112, 0.0241243, 0.1025464))
# Mean, mean magnitude, x[0], x[n/2], x[n-1]; eight digits.
LOCALVIT = {
    "patch_embed": (-0.0077060421, 0.7972554, 0.76162879, -1.2975113, 1.6316368),
    "layers.0.downsample": (0.13303356, 1.130852, 0.13783948, 1.3287376, -0.15057496),
    "layers.1.downsample": (-0.0064147981, 1.1637106, 1.6404902, 0.21967236, -0.37826701),
    "layers.2.downsample": (-0.055507179, 1.106022, 0.73088804, 0.70696359, 0.12088842),
    "layers.3.blocks.0": (-0.10689487, 2.2953412, 2.0604131, 3.5457863, 2.1573151),
    "layers.3": (-0.099912725, 3.5497774, 2.396826, 3.4558536, 0.20998816),
    "norm": (-0.0017859443, 0.79493171, 0.57283822, 0.80367821, 0.12809931),
    "token mean": (-0.0017859443, 0.73219641, -0.27846556, 0.053318898, 0.076316905),
    "logits": (-0.027039133, 1.0759966, -1.7755221, -1.5337644, -2.5289424),
}
IMAGE = (-0.048308008, 0.69258703, -0.67277482)  # mean, first, last
TOP_FIVE = {(299, 137, 11, 865, 551): (4.04521, 3.9499, 3.93388, 3.7798, 3.62483),
            (299, 865, 137, 551, 565): (4.10107, 4.05491, 3.66903, 3.3985, 3.3501)}
CROSS_ENTROPY = 4.04250452  # labels 299 and 551
FIVE, SIX, SEVEN = 0.6e-5, 0.6e-6, 0.6e-7  # half a unit of the last of so many digits after the point, and rounding

failures = []


def compare(what, found, wanted, allowed):
    """`allowed`: distance per number, or one for all."""
    found = [float(f) for f in found]
    allowed = allowed if isinstance(allowed, (list, tuple)) else [allowed] * len(wanted)
    agrees = len(found) == len(wanted) and all(abs(f - w) <= a for f, w, a in zip(found, wanted, allowed))
    print(f"  {what:30} {'agrees' if agrees else 'DIFFERS: ' + str(found) + ', printed ' + str(wanted)}")
    if not agrees:
        failures.append(what)


def check_keys(what, model, keys, parameters):
    found = [(name, tuple(entry.shape)) for name, entry in model.state_dict().items()]
    count = sum(p.numel() for p in model.parameters())
    agrees = found == keys and count == parameters
    print(f"{what}: {len(found)} state entries, {len(list(model.parameters()))} parameters with {count:,} values: "
          f"{'as published' if agrees else 'DIFFERS'}")
    if not agrees:
        failures.append(f"{what}'s keys")


def record_outputs(model, names):
    """A dict that every forward pass fills with the outputs of the modules of these names."""
    found = {}
    for name in names:
        model.get_submodule(name).register_forward_hook(lambda _, __, y, name=name: found.__setitem__(name, y))
    return found


def check_directions(embedding):
    pixels = F.normalize(embedding[0].flatten(1).T, dim=1)  # [3136,64]
    _, singular, directions = torch.linalg.svd(pixels - pixels.mean(dim=0), full_matrices=False)
    compare("PCA: singular values", singular[:5], SINGULAR, FIVE)
    for i, wanted in enumerate(DIRECTIONS):
        compare(f"PCA: direction {i}", directions[i, :4].abs(), wanted, SEVEN)


def check_sfnet():
    model = sfnet_hash.fill(Sfnet()).double().eval()
    check_keys("sfnet", model, sfnet_keys(), 31_874_047)
    compare("hash", [*sfnet_hash.uniform("image_block", 101)[[0, 1, 100]], *sfnet_hash.uniform("emb_block", 1)],
            (0.9468312722, 0.5210760115, 0.6970841859, 0.6021743149), 0.6e-10)
    modules = [name for name in SFNET if name in dict(model.sfnet.named_modules())]
    tensors = record_outputs(model.sfnet, modules)
    image, depth = sfnet_hash.inputs()
    outputs = model(image, depth)
    tensors |= outputs | {"input image": image, "input depth": depth}
    for name, wanted in SFNET.items():
        x = map_of(tensors[name]) if name in SFNET_AS_MAPS else tensors[name]
        flat = x.flatten()
        found = (flat.mean(), flat.std(correction=0), flat[0], flat[len(flat) // 3], flat[-1])
        compare(name, found, wanted, (SIX, SIX, FIVE, FIVE, FIVE))
    print(f"  nearest mask value to a threshold: {token_sides(outputs)[1]:.1e}")
    check_directions(outputs["embedding"])

    without_drop_path(model).train()
    first, second = model(image, depth), model(degraded(image), degraded(depth))
    for name, outputs in (("div1", first), ("div1_aug", second)):
        x = outputs[MAP_NAMES["classifier_div1"]]
        compare(f"{name}, train mode", (x.mean(), x.std(correction=0)), TRAINING[name], SIX)
        print(f"  nearest mask value to a threshold: {token_sides(outputs)[1]:.1e}")


def digits(values):
    """Half a unit of the last of eight significant digits, never finer than that of 0.01, and rounding."""
    return [max(abs(v), 0.01) * SEVEN for v in values]


def check_localvit():
    model = hash_fill(LocalVit().double()).eval()
    check_keys("localvit", model, localvit_keys(), 29_079_010)
    image = hash_image(224)
    compare("input image", (image.mean(), image[0, 0, 0, 0], image[-1, -1, -1, -1]), IMAGE, digits(IMAGE))
    tensors = record_outputs(model, [name for name in LOCALVIT if name in dict(model.named_modules())])
    logits = model(image)
    tensors |= {"logits": logits, "token mean": tensors["norm"].mean(dim=1)}
    for name, wanted in LOCALVIT.items():
        flat = tensors[name].flatten()
        found = (flat.mean(), flat.abs().mean(), flat[0], flat[len(flat) // 2], flat[-1])
        compare(name, found, wanted, digits(wanted))
    for sample, (classes, wanted) in enumerate(TOP_FIVE.items()):
        best = logits[sample].topk(5)
        compare(f"classes of sample {sample}", best.indices, classes, 0.5)
        compare(f"logits of sample {sample}", best.values, wanted, FIVE)
    compare("cross entropy", [F.cross_entropy(logits, torch.tensor([299, 551]))], [CROSS_ENTROPY], 0.6e-8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("sfnet", "localvit"))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with torch.no_grad():
        if args.only != "localvit":
            check_sfnet()
        if args.only != "sfnet":
            check_localvit()
    print(f"{len(failures)} differ" if failures else "all agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
