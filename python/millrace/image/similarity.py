"""How alike images look: SSIM (Wang et al., "Image quality assessment: from error visibility to
structural similarity", 2004) and its form over several scales (Wang et al., 2003)."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.image.colours import convert_image_dtype
from millrace.ops.convolution import depthwise_conv2d
from millrace.ops.reduce import reduce_mean, reduce_prod

_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


@public
def ssim(
    img1,
    img2,
    max_val,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    return_index_map=False,
):
    """The structural similarity of images [..., height, width, channels], at most 1: [...].

    Args:
      max_val: the greatest value that they can have.
      filter_size, filter_sigma: of the Gaussian window.
      k1, k2: keep the quotients from growing where images are even.
      return_index_map: that of each window, [..., rows, columns].
    """
    a, b, top = _as_floats(img1, img2, max_val)
    kernel = _gaussian(filter_size, filter_sigma)
    luminance, contrast = _parts(a, b, top, kernel, k1, k2)
    found = luminance * contrast
    return reduce_mean(found, [-1] if return_index_map else [-3, -2, -1])


@public
def ssim_multiscale(
    img1,
    img2,
    max_val,
    power_factors=_SCALES,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
):
    """The product over scales, each half as large as the one before, of how alike contrasts and
    structures are, raised to the scale's power; at the last one luminances count too: [...]."""
    a, b, top = _as_floats(img1, img2, max_val)
    kernel = _gaussian(filter_size, filter_sigma)
    scales, last = [], len(power_factors) - 1
    for i in range(last + 1):
        if i:
            a, b = _halved(a), _halved(b)
        luminance, contrast = _parts(a, b, top, kernel, k1, k2)
        mean = reduce_mean(contrast if i < last else luminance * contrast, [-3, -2])
        scales.append(apply_op("Relu", (mean,)))
    scales = apply_op("Pack", (scales,), {"axis": -1})
    powers = convert_to_tensor(list(power_factors), dtypes.float32)
    return reduce_mean(reduce_prod(apply_op("Pow", (scales, powers)), [-1]), [-1])


def _as_floats(img1, img2, max_val):
    a, b = convert_to_tensor(img1), convert_to_tensor(img2)
    if a.dtype is not b.dtype:
        raise TypeError(f"images of {a.dtype.name} and of {b.dtype.name} cannot be compared")
    if not a.shape.is_compatible_with(b.shape):
        raise ValueError(f"images of the shapes {a.shape} and {b.shape} cannot be compared")
    top = convert_to_tensor(max_val, a.dtype)
    return [convert_image_dtype(t, dtypes.float32) for t in (a, b, top)]


def _gaussian(size, sigma):
    """[size, size], with the sum 1."""
    x = np.arange(size, dtype=np.float32) - np.float32((size - 1) / 2)
    row = np.exp(-(x**2) / np.float32(2 * sigma**2))
    window = np.outer(row, row)
    return (window / window.sum()).astype(np.float32)


def _parts(a, b, top, kernel, k1, k2):
    """How alike the luminances, and the contrasts and structures, of each window are."""
    size = kernel.shape[0]
    shape = a.shape[-3:-1].as_list() if a.shape.rank else [None]
    if any(n is not None and n < size for n in shape):
        raise ValueError(f"images of {shape} are smaller than the window of ssim, {size}")

    def mean(x):
        return _filtered(x, kernel)

    c1, c2 = (k1 * top) * (k1 * top), (k2 * top) * (k2 * top)
    mean_a, mean_b = mean(a), mean(b)
    products = mean_a * mean_b * 2.0
    squares = mean_a * mean_a + mean_b * mean_b
    luminance = (products + c1) / (squares + c1)
    contrast = (mean(a * b) * 2.0 - products + c2) / (mean(a * a + b * b) - squares + c2)
    return luminance, contrast


def _filtered(x, kernel):
    shape = apply_op("Shape", (x,))
    flat = apply_op("Reshape", (x, apply_op("ConcatV2", ([[-1], shape[-3:]], 0))))
    one = convert_to_tensor(kernel[:, :, None, None])
    windows = apply_op("Tile", (one, apply_op("Pack", ([1, 1, shape[-1], 1],), {"axis": 0})))
    made = depthwise_conv2d(flat, windows, [1, 1, 1, 1], "VALID")
    inner = apply_op("Shape", (made,))[1:]
    return apply_op("Reshape", (made, apply_op("ConcatV2", ([shape[:-3], inner], 0))))


def _halved(x):
    """The means of two by two elements; an odd last row or column counts twice."""
    shape = apply_op("Shape", (x,))
    flat = apply_op("Reshape", (x, apply_op("ConcatV2", ([[-1], shape[-3:]], 0))))
    odd = apply_op("FloorMod", (shape[-3:-1], 2))
    before = apply_op("ConcatV2", ([[0], odd, [0]], 0))
    paddings = apply_op("Pack", ([[0, 0, 0, 0], before],), {"axis": 1})
    flat = apply_op("MirrorPad", (flat, paddings), {"mode": "SYMMETRIC"})
    attrs = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"}
    made = apply_op("AvgPool", (flat,), attrs)
    inner = apply_op("Shape", (made,))[1:]
    return apply_op("Reshape", (made, apply_op("ConcatV2", ([shape[:-3], inner], 0))))
