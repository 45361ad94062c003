# The random draws of a training run (data/loading/draws.h; crop.h and multi_scale.h of the supervised recipe,
# scribble_draws.h of the scribble recipe):
# Philox4x32-10 keyed by seed, stream and step, so that a peer trains on the same batches, flips, scales and crops.
MASK = 0xFFFFFFFF
ORDER, FLIP, SCALE = 0xDA7A01, 0xDA7A02, 0xDA7A03
BATCH_SIZE, CROP = 0x5A10D1, 0x5A10D2
SCRIBBLE = 0x5C21B1


def philox4x32(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        left, right = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (right >> 32) ^ c1 ^ k0, right & MASK, (left >> 32) ^ c3 ^ k1, left & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def bits(seed, stream, step, index):
    """The 32 random bits of element `index`; four neighbours share a block."""
    block = index // 4
    words = philox4x32((block & MASK, block >> 32, step, stream), (seed & MASK, seed >> 32))
    return words[index % 4]


def epoch_order(seed, epoch, count):
    return [i for _, i in sorted((bits(seed, ORDER, epoch, i), i) for i in range(count))]


def flip(seed, epoch, index):
    return bits(seed, FLIP, epoch, index) & 1 == 1


def scale(seed, iteration):
    """iteration = 0, 1, ... over all epochs"""
    return (-2, -1, 1, 2)[bits(seed, SCALE, iteration, 0) & 3]


def crop(seed, epoch, index, height, width):
    """The part of an image that supervised training looks at: top, left, height, width."""

    def below(number, count):
        return count * bits(seed, CROP, epoch, 4 * index + number) >> 32

    rows, columns = below(0, height // 8), below(1, width // 8)
    return below(2, rows), below(3, columns), height - rows, width - columns


def batch_size(size, seed, iteration):
    """The side of a batch in multi-scale training; iteration = 0, 1, ... over all epochs"""
    return size + 64 * ((5 * bits(seed, BATCH_SIZE, iteration, 0) >> 32) - 2)


def scribble(seed, epoch, index, height, width):
    """DHFR's augmentation: flip, height and width of the crop, degrees, tenths of brightness, contrast, colour and
    sharpness."""

    def uniform(number, lowest, highest):
        return lowest + ((highest - lowest + 1) * bits(seed, SCRIBBLE, epoch, 12 * index + number) >> 32)

    def inner(number, size):
        return 1 if size == 1 else uniform(number, max(1, size - 30), size - 1)

    degrees = uniform(4, -15, 14) if uniform(3, 0, 4) == 0 else 0
    colours = uniform(5, 5, 15), uniform(6, 5, 15), uniform(7, 0, 20), uniform(8, 0, 30)
    return uniform(0, 0, 1) == 1, inner(2, height), inner(1, width), degrees, *colours
