"""What images differ by, and how much they vary."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.image.colours import convert_image_dtype
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_mean, reduce_sum


@public
def psnr(a, b, max_val, name=None):
    """20 log10(max_val) - 10 log10(mean squared difference), of each pair of images."""
    a, b = convert_to_tensor(a), convert_to_tensor(b)
    top = convert_image_dtype(convert_to_tensor(max_val, a.dtype), dtypes.float32)
    a, b = (convert_image_dtype(t, dtypes.float32) for t in (a, b))
    mse = reduce_mean(apply_op("SquaredDifference", (a, b)), [-3, -2, -1])
    ten = float(np.log(10.0))
    value = 20 * apply_op("Log", (top,)) / ten - np.float32(10 / ten) * apply_op("Log", (mse,))
    return apply_op("Identity", (value,), None, name)


@public
def total_variation(images, name=None):
    """The sum of the absolute differences of neighbours, of each image."""
    images = convert_to_tensor(images)
    rank = images.shape.rank
    if rank not in (3, 4):
        raise ValueError("'images' must be either 3 or 4-dimensional.")
    down = images[..., 1:, :, :] - images[..., :-1, :, :]
    across = images[..., :, 1:, :] - images[..., :, :-1, :]
    axes = [0, 1, 2] if rank == 3 else [1, 2, 3]
    parts = [reduce_sum(apply_op("Abs", (d,)), axes) for d in (down, across)]
    return apply_op("AddV2", tuple(parts), None, name)


@public
def image_gradients(image):
    """(differences of rows, differences of columns), zero at the last ones."""
    image = convert_to_tensor(image)
    if image.shape.rank != 4:
        raise ValueError(f"image_gradients takes a batch of images, got {image.shape}")
    down = image[:, 1:] - image[:, :-1]
    across = image[:, :, 1:] - image[:, :, :-1]
    return (
        apply_op("Pad", (down, [[0, 0], [0, 1], [0, 0], [0, 0]])),
        apply_op("Pad", (across, [[0, 0], [0, 0], [0, 1], [0, 0]])),
    )


@public
def sobel_edges(image):
    """[batch, height, width, channels, 2]: the vertical and the horizontal edges."""
    from millrace.ops.convolution import depthwise_conv2d

    image = convert_to_tensor(image)
    vertical = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], np.float32)
    kernels = np.stack([vertical, vertical.T], -1)[:, :, None, :]
    channels = apply_op("Shape", (image,))[-1]
    multiples = apply_op("Pack", ([1, 1, channels, 1],), {"axis": 0})
    kernels = cast(apply_op("Tile", (convert_to_tensor(kernels), multiples)), image.dtype)
    padded = apply_op("MirrorPad", (image, [[0, 0], [1, 1], [1, 1], [0, 0]]), {"mode": "REFLECT"})
    found = depthwise_conv2d(padded, kernels, [1, 1, 1, 1], "VALID")
    shape = apply_op("ConcatV2", ([apply_op("Shape", (image,)), [2]], 0))
    return apply_op("Reshape", (found, shape))
