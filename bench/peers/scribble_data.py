# A sample of DHFR's training as its program reads it: Pillow and NumPy, with the draws of salix's recipe (draws.scribble).
import numpy as np
from PIL import Image, ImageEnhance

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
ENHANCERS = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color, ImageEnhance.Sharpness)


def augmented(arrays, size, draws):
    """Image [S,S,3], depth [S,S,3], semantic, instance and contour [S,S] of the 8-bit arrays of a sample: image, depth,
    scribbles (0, 1, 2), regions, contours."""
    flip, crop_height, crop_width, degrees, *tenths = draws
    image, depth, strokes, levels, contours = arrays
    height, width = depth.shape
    strokes = np.array([0, 255, 128], np.uint8)[strokes]
    count = int(levels.max()) + 1
    shares = (levels.astype(np.float32) + np.float32(1)) / np.float32(count) * np.float32(255)
    box = ((width - crop_width) >> 1, (height - crop_height) >> 1, (width + crop_width) >> 1, (height + crop_height) >> 1)

    def turned(array):
        view = Image.fromarray(array)
        view = view.transpose(Image.FLIP_LEFT_RIGHT) if flip else view
        view = view.crop(box)
        return view.rotate(degrees, Image.BICUBIC) if degrees else view

    def resized(view):
        array = np.asarray(view)
        rows = [min(i * array.shape[0] // size, array.shape[0] - 1) for i in range(size)]
        columns = [min(j * array.shape[1] // size, array.shape[1] - 1) for j in range(size)]
        return array[rows][:, columns]

    picture = turned(image)
    for enhancer, tenth in zip(ENHANCERS, tenths):
        picture = enhancer(picture).enhance(tenth / 10.0)
    x = ((resized(picture).astype(np.float32) / 255.0 - MEAN) / STD).astype(np.float32)
    d, s, r, c = (resized(turned(a)).astype(np.float32) / np.float32(255)
                  for a in (depth, strokes, shares.astype(np.uint8), contours))
    semantic = np.where(s < 1 / 3 - 1e-4, 0, np.where(s < 2 / 3 - 1e-4, 2, 1))
    instance = np.rint(r * np.float32(count)).astype(np.int64) % 256
    return x, np.repeat(d[..., None], 3, axis=2), semantic.astype(np.float32), instance.astype(np.float32), c


def read(root, line):
    """The arrays of a line of a training list: image depth scribbles regions contours."""
    modes = ("RGB", "L", "L", "L", "L")
    return [np.asarray(Image.open(root / name).convert(mode)) for name, mode in zip(line.split(), modes)]
