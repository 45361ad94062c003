# What a training iteration of DHFR-SOD asks of the network: a pass on the inputs, one on degraded copies with the same
# weights, and gradients that enter at every output that the recipe's losses look at. The losses themselves are stand-ins
# of almost no cost (the recipe's cluster embeddings and look at neighbourhoods): mean binary cross entropy of all maps
# plus mean square of both embeddings. So times are those of the network.
import torch.nn.functional as F

from sfnet_model import MAP_NAMES, degraded


def two_passes(network, image, depth):
    """The outputs on the inputs and on their degraded copies; batch norms see the inputs first."""
    return network(image, depth), network(degraded(image), degraded(depth))


def stand_in_loss(passes, target):
    """target [B,1,224,224] in 0..1. Of the second pass only div1 and the embedding count, as in the recipe."""
    first, second = passes
    maps = [first[name] for name in MAP_NAMES.values()] + [second["div1"]]
    embeddings = [found["embedding"].float() for found in passes]
    return (sum(F.binary_cross_entropy(x.float(), target) for x in maps) / len(maps)
            + sum(x.square().mean() for x in embeddings) / len(embeddings))
