"""Colours and brightness. Integer images are computed as floats of 0 to 1 and converted back."""

import numpy as np

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.image.files import decode_jpeg
from millrace.ops.blocks import saturate_cast
from millrace.ops.elementwise import cast
from millrace.ops.reduce import reduce_mean, reduce_std


@public
def convert_image_dtype(image, dtype, saturate=False, name=None):
    """The image as another dtype: floats are of 0 to 1, integers of 0 to their maximum.

    Args:
      saturate: cut off what is beyond the range before it is converted.
    """
    image, dtype = convert_to_tensor(image), dtypes.as_dtype(dtype)
    source = image.dtype
    if not (dtype.is_floating or dtype.is_integer):
        raise AttributeError("dtype must be a float or an integer")
    if source is dtype:
        return apply_op("Identity", (image,), None, name)
    to = saturate_cast if saturate else cast
    if source.is_integer and dtype.is_integer:
        if source.max > dtype.max:
            factor = (source.max + 1) // (dtype.max + 1)
            return to(apply_op("FloorDiv", (image, convert_to_tensor(factor, source))), dtype)
        made = cast(image, dtype)
        return made * convert_to_tensor((dtype.max + 1) // (source.max + 1), dtype)
    if source.is_floating and dtype.is_floating:
        return cast(image, dtype, name)
    if source.is_integer:
        return apply_op(
            "Mul", (cast(image, dtype), convert_to_tensor(1.0 / source.max, dtype)), None, name
        )
    scale = dtype.max + 0.5  # so that 1 gives the maximum
    return to(image * convert_to_tensor(scale, source), dtype)


def _as_float(image, function):
    """function(image as float32 of 0 to 1), in the image's own dtype again."""
    image = convert_to_tensor(image)
    if image.dtype in (dtypes.float16, dtypes.float32):
        return function(image)
    original = image.dtype
    return convert_image_dtype(
        function(convert_image_dtype(image, dtypes.float32)), original, saturate=True
    )


@public
def adjust_brightness(image, delta):
    """delta added to all elements."""
    return _as_float(image, lambda x: x + convert_to_tensor(delta, x.dtype))


@public
def adjust_contrast(images, contrast_factor):
    """(x - mean) * contrast_factor + mean, of each channel of each image."""
    return _as_float(images, lambda x: apply_op("AdjustContrastv2", (x, contrast_factor)))


@public
def adjust_gamma(image, gamma=1, gain=1):
    """gain * image ** gamma. ValueError for a negative gamma."""
    if isinstance(gamma, (int, float)) and gamma < 0:
        raise ValueError("Gamma should be a non-negative real number.")
    return _as_float(
        image, lambda x: gain * apply_op("Pow", (x, convert_to_tensor(gamma, x.dtype)))
    )


@public
def adjust_hue(image, delta, name=None):
    """The hue turned by delta of -1 to 1."""
    return _as_float(image, lambda x: apply_op("AdjustHue", (x, delta), None, name))


@public
def adjust_saturation(image, saturation_factor, name=None):
    """The saturation multiplied."""
    return _as_float(
        image, lambda x: apply_op("AdjustSaturation", (x, saturation_factor), None, name)
    )


@public
def adjust_jpeg_quality(image, jpeg_quality, name=None):
    """The image as it comes back from a JPEG file of that quality, 0 to 100."""
    image = convert_to_tensor(image)
    as_bytes = convert_image_dtype(image, dtypes.uint8, saturate=True)
    quality = convert_to_tensor(jpeg_quality, dtypes.int32)
    contents = apply_op("EncodeJpegVariableQuality", (as_bytes, quality))
    made = decode_jpeg(contents, channels=image.shape[-1] or 0)
    return convert_image_dtype(made, image.dtype, saturate=True, name=name)


@public
def per_image_standardization(image):
    """(x - mean) / max(stddev, 1 / sqrt(number of elements)), of each image."""
    image = convert_to_tensor(image)
    kept = image.dtype if image.dtype.is_floating else dtypes.float32
    image = cast(image, kept if kept is not dtypes.float16 else dtypes.float32)
    shape = image.shape
    count = None if None in shape[-3:].as_list() else int(np.prod(shape[-3:].as_list()))
    if count is None:
        count = apply_op("Prod", (apply_op("Shape", (image,))[-3:], [0]))
    mean = reduce_mean(image, [-1, -2, -3], True)
    least = apply_op("Rsqrt", (cast(count, image.dtype),))
    deviation = apply_op("Maximum", (reduce_std(image, [-1, -2, -3], True), least))
    return cast((image - mean) / deviation, kept)


def _by_matrix(kernel, images):
    from millrace.ops.linalg import tensordot

    images = convert_to_tensor(images)
    return tensordot(
        images, convert_to_tensor(kernel, images.dtype), [[images.shape.rank - 1], [0]]
    )


@public
def rgb_to_grayscale(images, name=None):
    """0.2989 R + 0.587 G + 0.114 B, as one channel."""
    return _as_float(images, lambda x: _by_matrix([[0.2989], [0.5870], [0.1140]], x))


@public
def grayscale_to_rgb(images, name=None):
    """The one channel three times."""
    images = convert_to_tensor(images)
    multiples = [1] * (images.shape.rank - 1) + [3]
    return apply_op("Tile", (images, multiples), None, name)


@public
def rgb_to_hsv(images, name=None):
    """Hue, saturation and value, of 0 to 1."""
    return apply_op("RGBToHSV", (images,), None, name)


@public
def hsv_to_rgb(images, name=None):
    """The inverse of rgb_to_hsv."""
    return apply_op("HSVToRGB", (images,), None, name)


_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_FROM_YIQ = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_FROM_YUV = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]


@public
def rgb_to_yiq(images):
    """The colours of NTSC television."""
    return _by_matrix(_YIQ, images)


@public
def yiq_to_rgb(images):
    """The inverse of rgb_to_yiq."""
    return _by_matrix(_FROM_YIQ, images)


@public
def rgb_to_yuv(images):
    """The colours of PAL television."""
    return _by_matrix(_YUV, images)


@public
def yuv_to_rgb(images):
    """The inverse of rgb_to_yuv."""
    return _by_matrix(_FROM_YUV, images)
