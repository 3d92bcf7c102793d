"""Images turned, cut and filled up."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.control_flow import case
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


def image_or_batch(image, function):
    """function of a batch; an image is made one and taken out again."""
    image = convert_to_tensor(image)
    if image.shape.rank not in (3, 4):
        raise ValueError(f"an image has 3 dimensions, a batch of them 4, got {image.shape}")
    if image.shape.rank == 4:
        return function(image)
    made = function(apply_op("ExpandDims", (image, 0)))
    return apply_op("Squeeze", (made,), {"squeeze_dims": [0]})


def _axes(image):
    """(axis of the height, axis of the width)."""
    return image.shape.rank - 3, image.shape.rank - 2


@public
def flip_left_right(image):
    """The columns in reverse order."""
    image = convert_to_tensor(image)
    return apply_op("ReverseV2", (image, [_axes(image)[1]]))


@public
def flip_up_down(image):
    """The rows in reverse order."""
    image = convert_to_tensor(image)
    return apply_op("ReverseV2", (image, [_axes(image)[0]]))


@public
def transpose(image, name=None):
    """Rows and columns change places."""
    return image_or_batch(image, lambda x: apply_op("Transpose", (x, [0, 2, 1, 3]), None, name))


@public
def rot90(image, k=1, name=None):
    """Turned k times by 90 degrees, against the clock."""

    def turned(times):
        def of(x):
            if times == 1:
                return apply_op("Transpose", (apply_op("ReverseV2", (x, [2])), [0, 2, 1, 3]))
            if times == 2:
                return apply_op("ReverseV2", (x, [1, 2]))
            if times == 3:
                return apply_op("ReverseV2", (apply_op("Transpose", (x, [0, 2, 1, 3])), [2]))
            return apply_op("Identity", (x,))

        return of

    if isinstance(k, int):
        return image_or_batch(image, turned(k % 4))
    k = apply_op("FloorMod", (convert_to_tensor(k), 4))
    return image_or_batch(
        image,
        lambda x: case(
            [(apply_op("Equal", (k, i)), lambda i=i: turned(i)(x)) for i in (1, 2, 3)],
            default=lambda: turned(0)(x),
        ),
    )


def _check(condition, text):
    if not condition:
        raise ValueError(text)


@public
def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The part of that size whose upper left corner is at the offset. ValueError if it is not
    inside."""
    numbers = (offset_height, offset_width, target_height, target_width)
    if all(isinstance(n, int) for n in numbers):
        _check(offset_width >= 0, "offset_width must be >= 0.")
        _check(offset_height >= 0, "offset_height must be >= 0.")
        _check(target_width > 0, "target_width must be > 0.")
        _check(target_height > 0, "target_height must be > 0.")

    def crop(x):
        height, width = x.shape[1], x.shape[2]
        if all(isinstance(n, int) for n in numbers) and None not in (height, width):
            _check(offset_width + target_width <= width, "width must be >= target + offset.")
            _check(offset_height + target_height <= height, "height must be >= target + offset.")
        begin = apply_op("Pack", ([0, offset_height, offset_width, 0],), {"axis": 0})
        size = apply_op("Pack", ([-1, target_height, target_width, -1],), {"axis": 0})
        return apply_op("Slice", (x, begin, size))

    return image_or_batch(image, crop)


@public
def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """An image of that size, zero but for the given one at the offset."""
    numbers = (offset_height, offset_width, target_height, target_width)

    def pad(x):
        shape = apply_op("Shape", (x,))
        height = shape[1] if x.shape[1] is None else x.shape[1]
        width = shape[2] if x.shape[2] is None else x.shape[2]
        below, right = target_height - offset_height - height, target_width - offset_width - width
        if all(isinstance(n, int) for n in (*numbers, height, width)):
            _check(offset_height >= 0, "offset_height must be >= 0")
            _check(offset_width >= 0, "offset_width must be >= 0")
            _check(right >= 0, "width must be <= target - offset")
            _check(below >= 0, "height must be <= target - offset")
            return apply_op(
                "Pad", (x, [[0, 0], [offset_height, below], [offset_width, right], [0, 0]])
            )
        rows = [[0, 0], [offset_height, below], [offset_width, right], [0, 0]]
        rows = [apply_op("Pack", (r,), {"axis": 0}) for r in rows]
        return apply_op("Pad", (x, apply_op("Pack", (rows,), {"axis": 0})))

    return image_or_batch(image, pad)


@public
def central_crop(image, central_fraction):
    """The middle of the image, of that fraction of its height and width."""
    image = convert_to_tensor(image)
    if isinstance(central_fraction, (int, float)):
        if not 0 < central_fraction <= 1:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1:
            return image
    rank = image.shape.rank
    if rank not in (3, 4):
        raise ValueError(f"an image has 3 dimensions, a batch of them 4, got {image.shape}")
    shape = apply_op("Shape", (image,))
    begin, size = [0] * rank, [-1] * rank
    for axis in _axes(image):
        known = image.shape[axis]
        if known is not None:
            start = int((known - known * central_fraction) / 2)
            begin[axis], size[axis] = start, known - 2 * start
        else:
            n = apply_op("Cast", (shape[axis],), {"DstT": dtypes.float64})
            start = apply_op("Cast", ((n - n * central_fraction) / 2.0,), {"DstT": dtypes.int32})
            begin[axis], size[axis] = start, shape[axis] - 2 * start
    begin, size = (apply_op("Pack", (v,), {"axis": 0}) for v in (begin, size))
    return apply_op("Slice", (image, begin, size))


@public
def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Patches of the images, laid out along the last axis. sizes, strides, rates: [1, rows,
    columns, 1]."""
    attrs = {"ksizes": sizes, "strides": strides, "rates": rates, "padding": padding}
    return apply_op("ExtractImagePatches", (images,), attrs, name)
