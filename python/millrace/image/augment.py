"""Images changed by chance. Each function has a stateless form, in which the seed, two integers,
alone decides."""

import functools

from millrace import dtypes, random
from millrace._load import public
from millrace.framework.control_flow import cond
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import identity_after
from millrace.image.colours import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_jpeg_quality,
    adjust_saturation,
)
from millrace.ops.debugging import Assert
from millrace.ops.stateless import stateless_uniform


def _by_state(seed):
    """uniform(shape, minval, maxval, dtype), whose numbers are others in each call."""
    return functools.partial(random.uniform, seed=seed)


def _by_seed(seed):
    def uniform(shape, minval=0, maxval=None, dtype=dtypes.float32):
        return stateless_uniform(shape, seed, minval, maxval, dtype)

    return uniform


def _around_zero(max_delta, uniform):
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return uniform([], -max_delta, max_delta)


def _hue_delta(max_delta, uniform):
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    return _around_zero(max_delta, uniform)


def _factor(lower, upper, uniform):
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return uniform([], lower, upper)


@public
def random_brightness(image, max_delta, seed=None):
    """adjust_brightness by a random number of -max_delta to max_delta."""
    return adjust_brightness(image, _around_zero(max_delta, _by_state(seed)))


@public
def stateless_random_brightness(image, max_delta, seed):
    """As random_brightness."""
    return adjust_brightness(image, _around_zero(max_delta, _by_seed(seed)))


@public
def random_contrast(image, lower, upper, seed=None):
    """adjust_contrast by a random factor of lower to upper."""
    return adjust_contrast(image, _factor(lower, upper, _by_state(seed)))


@public
def stateless_random_contrast(image, lower, upper, seed):
    """As random_contrast."""
    return adjust_contrast(image, _factor(lower, upper, _by_seed(seed)))


@public
def random_saturation(image, lower, upper, seed=None):
    """adjust_saturation by a random factor of lower to upper."""
    return adjust_saturation(image, _factor(lower, upper, _by_state(seed)))


@public
def stateless_random_saturation(image, lower, upper, seed=None):
    """As random_saturation."""
    return adjust_saturation(image, _factor(lower, upper, _by_seed(seed)))


@public
def random_hue(image, max_delta, seed=None):
    """adjust_hue by a random number of -max_delta to max_delta, which is at most 0.5."""
    return adjust_hue(image, _hue_delta(max_delta, _by_state(seed)))


@public
def stateless_random_hue(image, max_delta, seed):
    """As random_hue."""
    return adjust_hue(image, _hue_delta(max_delta, _by_seed(seed)))


def _flipped(image, axis, uniform):
    image = convert_to_tensor(image)
    if image.shape.rank == 3:
        flips = apply_op("Less", (uniform([], 0, 1.0), 0.5))
        return cond(
            flips,
            lambda: apply_op("ReverseV2", (image, [axis])),
            lambda: apply_op("Identity", (image,)),
        )
    batch = apply_op("Shape", (image,))[:1]
    flips = apply_op("Round", (uniform(batch),))
    flips = apply_op("Reshape", (flips, apply_op("ConcatV2", ([batch, [1, 1, 1]], 0))))
    flips = apply_op("Cast", (flips,), {"DstT": image.dtype})
    turned = apply_op("ReverseV2", (image, [axis + 1]))
    one = convert_to_tensor(1, image.dtype)
    return flips * turned + (one - flips) * image


@public
def random_flip_left_right(image, seed=None):
    """flip_left_right, or not, by chance; each image of a batch by itself."""
    return _flipped(image, 1, _by_state(seed))


@public
def stateless_random_flip_left_right(image, seed):
    """As random_flip_left_right."""
    return _flipped(image, 1, _by_seed(seed))


@public
def random_flip_up_down(image, seed=None):
    """flip_up_down, or not, by chance; each image of a batch by itself."""
    return _flipped(image, 0, _by_state(seed))


@public
def stateless_random_flip_up_down(image, seed):
    """As random_flip_up_down."""
    return _flipped(image, 0, _by_seed(seed))


def _cropped(value, size, uniform, name):
    value = convert_to_tensor(value)
    size = convert_to_tensor(size, dtypes.int32)
    shape = apply_op("Shape", (value,))
    fits = apply_op("All", (apply_op("GreaterEqual", (shape, size)), [0]))
    check = Assert(fits, ["random_crop: the size exceeds the shape", shape, size])
    shape = identity_after([] if check is None else [check], shape)
    drawn = uniform(apply_op("Shape", (shape,)), 0, 2**31 - 1, dtypes.int32)
    begin = apply_op("FloorMod", (drawn, shape - size + 1))
    return apply_op("Slice", (value, begin, size), None, name)


@public
def random_crop(value, size, seed=None, name=None):
    """A part of that size of a tensor, at a random place. When it runs: InvalidArgumentError if the
    tensor is smaller."""
    return _cropped(value, size, _by_state(seed), name)


@public
def stateless_random_crop(value, size, seed, name=None):
    """As random_crop."""
    return _cropped(value, size, _by_seed(seed), name)


def _quality(lowest, highest, uniform):
    if not 0 <= lowest < highest <= 100:
        raise ValueError(
            "min_jpeg_quality must be less than max_jpeg_quality, both in [0, 100], got "
            f"{lowest} and {highest}"
        )
    return uniform([], lowest, highest, dtypes.int32)


@public
def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    """adjust_jpeg_quality by a random quality, less than the greatest."""
    quality = _quality(min_jpeg_quality, max_jpeg_quality, _by_state(seed))
    return adjust_jpeg_quality(image, quality)


@public
def stateless_random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed):
    """As random_jpeg_quality."""
    quality = _quality(min_jpeg_quality, max_jpeg_quality, _by_seed(seed))
    return adjust_jpeg_quality(image, quality)
