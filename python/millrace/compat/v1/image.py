"""tf.image: millrace.image, and the functions of TensorFlow 1 that resize."""

import enum

from millrace import image as _image
from millrace._load import public
from millrace.compat.v1.nn import _one_of
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.image import *  # noqa: F403
from millrace.image.resizing import fitting, padded, resize_by

transpose_image = _image.transpose
resize_image_with_crop_or_pad = _image.resize_with_crop_or_pad


class ResizeMethod(enum.IntEnum):
    """How resize_images() finds the new elements."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


def _resizing(op, default_name, doc, has_centers=True):
    def resize(images, size, align_corners=False, name=None, half_pixel_centers=False):
        attrs = {"align_corners": align_corners}
        if has_centers:
            attrs["half_pixel_centers"] = half_pixel_centers
        elif half_pixel_centers:
            raise ValueError(f"{default_name}: there are no half_pixel_centers")
        return resize_by(op, images, size, attrs, name)

    resize.__name__ = resize.__qualname__ = default_name
    resize.__doc__ = f"{doc} align_corners: the corners' centers keep their places."
    return public(resize)


resize_bilinear = _resizing(
    "ResizeBilinear", "resize_bilinear", "Between four elements, as float32."
)
resize_nearest_neighbor = _resizing(
    "ResizeNearestNeighbor", "resize_nearest_neighbor", "The nearest elements."
)
resize_bicubic = _resizing(
    "ResizeBicubic", "resize_bicubic", "Between sixteen elements, as float32."
)
resize_area = _resizing("ResizeArea", "resize_area", "Means of areas, as float32.", False)
_METHODS = {
    ResizeMethod.BILINEAR: resize_bilinear,
    ResizeMethod.NEAREST_NEIGHBOR: resize_nearest_neighbor,
    ResizeMethod.BICUBIC: resize_bicubic,
    ResizeMethod.AREA: resize_area,
}
_NAMES = {
    "bilinear": ResizeMethod.BILINEAR,
    "nearest": ResizeMethod.NEAREST_NEIGHBOR,
    "bicubic": ResizeMethod.BICUBIC,
    "area": ResizeMethod.AREA,
}


@public
def resize_images(
    images,
    size,
    method=ResizeMethod.BILINEAR,
    align_corners=False,
    preserve_aspect_ratio=False,
    name=None,
):
    """Images of size [height, width]; float32, but for the nearest elements, and as they are where
    they have that size.

    Args:
      method: a ResizeMethod, or "bilinear", "nearest", "bicubic" or "area".
      preserve_aspect_ratio: as large as fits into the size.
    """
    method = getattr(method, "value", method)
    resize = _METHODS.get(_NAMES.get(method, method))
    if resize is None:
        raise ValueError(f"resize_images: there is no method {method!r}")
    images = convert_to_tensor(images)
    if preserve_aspect_ratio:
        size = fitting(images, size)
    wanted = constant_value(convert_to_tensor(size))
    if wanted is not None and images.shape[-3:-1].as_list() == wanted.tolist():
        return images
    return resize(images, size, align_corners, name)


resize = resize_images


@public
def resize_image_with_pad(
    image, target_height, target_width, method=ResizeMethod.BILINEAR, align_corners=False
):
    """The image in its own proportions, in the middle of zeros."""

    def resized(images, size):
        return resize_images(images, size, method, align_corners)

    return padded(image, target_height, target_width, resized)


@public
def extract_image_patches(
    images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None
):
    """Patches of the images: image.extract_patches."""
    sizes = _one_of("extract_image_patches", ("sizes", sizes), ("ksizes", ksizes))
    return _image.extract_patches(images, sizes, strides, rates, padding, name)


def __getattr__(name):
    return getattr(_image, name)
