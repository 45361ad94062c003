# Weights and inputs of DHFR's reference numbers: A2S's hash with another step, other ranges, and blocks of 8x8 pixels
# under a little noise. The biases of three classifiers are chosen so that their maps cross the thresholds of attention.
import numpy as np
import torch

import a2s_model

COUNTERS = "num_batches_tracked"
CHOSEN_BIASES = {"sfnet.classifier_before_fuse_div16.bias": 6.0, "sfnet.classifier_div16.bias": 1.8,
                 "sfnet.classifier_div8.bias": -7.8}


def uniform(name, count):
    return a2s_model.uniform(name, count, step=0x9E3779B9)


def values_of(name, shape):
    """The float64 values of one entry of the state dict."""
    u = uniform(name, int(np.prod(shape)))
    if name.endswith("relative_position_bias_table"):
        return (2 * u - 1) * 0.5
    if name.endswith(("running_mean", "bias")):
        return (2 * u - 1) * 0.1
    if name.endswith("running_var"):
        return 0.75 + 0.5 * u
    if len(shape) >= 2:
        bound = np.sqrt(3 / np.prod(shape[1:]))
        return (2 * u - 1) * bound * (3 if ".classifier_" in name else 1)
    return 0.9 + 0.2 * u


def fill(model):
    """Overwrites every entry of the state dict in place, but counters and what is computed; rounded to float32."""
    for name, entry in model.state_dict().items():
        if name.endswith((*a2s_model.COMPUTED, COUNTERS)):
            continue
        value = np.full(tuple(entry.shape), CHOSEN_BIASES[name]) if name in CHOSEN_BIASES else values_of(name, entry.shape)
        entry.copy_(torch.from_numpy(value.astype(np.float32)).reshape(entry.shape))
    return model


def in_blocks(u, batch, channels):
    """[batch,channels,224,224] of one value per 8x8 pixels."""
    return u.reshape(batch, channels, 28, 28).repeat(8, axis=2).repeat(8, axis=3)


def inputs(batch=2):
    """Image and depth [batch,3,224,224], rounded to float32, in float64."""
    image = 4 * in_blocks(uniform("image_block", batch * 3 * 28**2), batch, 3) - 2
    image += 0.2 * (uniform("image_pixel", batch * 3 * 224**2).reshape(image.shape) - 0.5)
    depth = in_blocks(uniform("depth_block", batch * 28**2), batch, 1).repeat(3, axis=1)
    return [torch.from_numpy(x.astype(np.float32)).double() for x in (image, depth)]
