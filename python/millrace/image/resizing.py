"""Images of other sizes."""

import enum

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.image.geometry import crop_to_bounding_box, image_or_batch, pad_to_bounding_box
from millrace.ops.elementwise import cast


class ResizeMethod(str, enum.Enum):
    """How resize() finds the new elements."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


_OPS = {
    "bilinear": "ResizeBilinear",
    "nearest": "ResizeNearestNeighbor",
    "bicubic": "ResizeBicubic",
    "area": "ResizeArea",
}
# Of the other methods, and of those with antialias.
_KERNELS = {
    "bilinear": "triangle",
    "bicubic": "keyscubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
    "gaussian": "gaussian",
    "mitchellcubic": "mitchellcubic",
}


def resize_by(op, images, size, attrs, name=None):
    """A resize op of an image or a batch."""
    size = convert_to_tensor(size, dtypes.int32)
    if size.shape.rank != 1 or size.shape[0] != 2:
        raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    return image_or_batch(images, lambda x: apply_op(op, (x, size), attrs, name))


@public
def resize(
    images,
    size,
    method=ResizeMethod.BILINEAR,
    preserve_aspect_ratio=False,
    antialias=False,
    name=None,
):
    """Images of size [height, width]: float32, but for the nearest elements.

    Args:
      method: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or
        "mitchellcubic".
      preserve_aspect_ratio: as large as fits into the size.
      antialias: of smaller images each element depends on all that it stands for; not of "nearest"
        and "area".
    """
    method = getattr(method, "value", method)
    if method not in _OPS and method not in _KERNELS:
        raise ValueError(f"resize: there is no method {method!r}; there are {[*_OPS, *_KERNELS]}")
    images = convert_to_tensor(images)
    if preserve_aspect_ratio:
        size = fitting(images, size)
    kernel = _KERNELS.get(method)
    if kernel is not None and (antialias or method not in _OPS):
        return _by_kernel(kernel, images, size, bool(antialias), name)
    attrs = {} if method == "area" else {"half_pixel_centers": True}
    return resize_by(_OPS[method], images, size, attrs, name)


def _by_kernel(kernel, images, size, antialias, name):
    """Sums weighted by a kernel, which is as wide as the pixels of the smaller one of the two
    images if antialias holds."""
    size = convert_to_tensor(size, dtypes.int32)

    def of_batch(x):
        have = cast(apply_op("Shape", (x,))[1:3], dtypes.float32)
        scale = cast(size, dtypes.float32) / have
        args = (x, size, scale, convert_to_tensor([0.0, 0.0]))
        attrs = {"kernel_type": kernel, "antialias": antialias}
        return apply_op("ScaleAndTranslate", args, attrs, name)

    return image_or_batch(images, of_batch)


def fitting(images, size):
    """The greatest size of the images' proportions within a size."""
    at = images.shape.rank - 3
    shape = cast(apply_op("Shape", (images,))[at : at + 2], dtypes.float32)
    wanted = cast(convert_to_tensor(size, dtypes.int32), dtypes.float32)
    scale = apply_op("Min", (wanted / shape, [0]))
    return cast(apply_op("Round", (scale * shape,)), dtypes.int32)


@public
def resize_with_crop_or_pad(image, target_height, target_width):
    """The middle of the image, or the image in the middle of zeros."""

    def fit(x):
        height, width = x.shape[1], x.shape[2]
        if height is None or width is None:
            raise ValueError("resize_with_crop_or_pad: the image's height and width must be known")
        top, left = max(0, (height - target_height) // 2), max(0, (width - target_width) // 2)
        size = min(height, target_height), min(width, target_width)
        x = crop_to_bounding_box(x, top, left, *size)
        above, before = (target_height - size[0]) // 2, (target_width - size[1]) // 2
        return pad_to_bounding_box(x, above, before, target_height, target_width)

    return image_or_batch(image, fit)


@public
def resize_with_pad(
    image, target_height, target_width, method=ResizeMethod.BILINEAR, antialias=False
):
    """The image in its own proportions, in the middle of zeros."""

    def resized(images, size):
        return resize(images, size, method, antialias=antialias)

    return padded(image, target_height, target_width, resized)


def padded(image, target_height, target_width, resized):
    """The image in its own proportions, resized(images, size), in the middle of zeros."""

    def fit(x):
        height, width = x.shape[1], x.shape[2]
        if height is None or width is None:
            raise ValueError("resize_with_pad: the image's height and width must be known")
        ratio = max(width / target_width, height / target_height)
        x = resized(x, [int(height / ratio), int(width / ratio)])
        above = max(0, int((target_height - height / ratio) / 2))
        before = max(0, int((target_width - width / ratio) / 2))
        return pad_to_bounding_box(x, above, before, target_height, target_width)

    return image_or_batch(image, fit)
