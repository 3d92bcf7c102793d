"""Pools: windows that become their greatest element or their mean."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.ops.convolution import window

__all__ = [
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "local_response_normalization",
    "lrn",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_with_argmax",
    "pool",
]

_FORMATS = {1: "NWC", 2: "NHWC", 3: "NDHWC"}


def _pool(op, input, ksize, strides, padding, data_format, name, n=2):
    attrs = {
        "ksize": window(ksize, data_format, "ksize", n),
        "strides": window(strides, data_format, "strides", n),
        "padding": padding,
        "data_format": data_format,
    }
    if not isinstance(padding, str):
        attrs["padding"] = "EXPLICIT"
        attrs["explicit_paddings"] = [p for pair in padding for p in pair]
    return apply_op(op, (input,), attrs, name)


def _pool1d(op, input, ksize, strides, padding, data_format, name):
    data_format = data_format or "NWC"
    at = 2 if data_format == "NCW" else 1
    sizes = (window(s, data_format, w, 1) for s, w in ((ksize, "ksize"), (strides, "strides")))
    ksize, strides = ([*s[:at], 1, *s[at:]] for s in sizes)
    wide = "NCHW" if at == 2 else "NHWC"
    made = _pool(op, apply_op("ExpandDims", (input, at)), ksize, strides, padding, wide, None)
    return apply_op("Squeeze", (made,), {"squeeze_dims": [at]}, name)


@public
def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The greatest element of each window of [batch, width, channels]."""
    return _pool1d("MaxPool", input, ksize, strides, padding, data_format, name)


@public
def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The mean of each window of [batch, width, channels]."""
    return _pool1d("AvgPool", input, ksize, strides, padding, data_format, name)


@public
def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The greatest element of each window."""
    return _pool("MaxPool", input, ksize, strides, padding, data_format, name)


@public
def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The mean of each window (of what lies inside the input)."""
    return _pool("AvgPool", input, ksize, strides, padding, data_format, name)


@public
def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The greatest element of each window of [batch, depth, height, width, channels]."""
    return _pool("MaxPool3D", input, ksize, strides, padding, data_format or "NDHWC", name, 3)


@public
def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of each window of [batch, depth, height, width, channels]."""
    return _pool("AvgPool3D", input, ksize, strides, padding, data_format or "NDHWC", name, 3)


def _by_rank(input, functions, what):
    n = (convert_to_tensor(input).shape.rank or 0) - 2
    if n not in (1, 2, 3):
        raise ValueError(f"{what}: the input must have rank 3, 4 or 5, not {n + 2}")
    return functions[n - 1], _FORMATS[n]


@public
def max_pool(input, ksize, strides, padding, data_format=None, name=None):
    """The greatest element of each window, in one, two or three dimensions by the rank of the
    input."""
    function, default = _by_rank(input, (max_pool1d, max_pool2d, max_pool3d), "max_pool")
    return function(input, ksize, strides, padding, data_format or default, name)


@public
def avg_pool(input, ksize, strides, padding, data_format=None, name=None):
    """The mean of each window, in one, two or three dimensions by the rank of the input."""
    function, default = _by_rank(input, (avg_pool1d, avg_pool2d, avg_pool3d), "avg_pool")
    return function(input, ksize, strides, padding, data_format or default, name)


@public
def pool(
    input,
    window_shape,
    pooling_type,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
):
    """max_pool or avg_pool, as pooling_type, "MAX" or "AVG", says. dilations must be 1."""
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"pool: pooling_type must be MAX or AVG, got {pooling_type!r}")
    if dilations is not None and any(d != 1 for d in dilations):
        raise NotImplementedError("pool: dilations are not supported")
    function = max_pool if pooling_type == "MAX" else avg_pool
    return function(
        input, window_shape, 1 if strides is None else strides, padding, data_format, name
    )


@public
def max_pool_with_argmax(
    input,
    ksize,
    strides,
    padding,
    data_format="NHWC",
    output_dtype=dtypes.int64,
    include_batch_in_index=False,
    name=None,
):
    """(the greatest element of each window, its position in the flat image; in the flat batch with
    include_batch_in_index)."""
    if data_format != "NHWC":
        raise ValueError(f"max_pool_with_argmax: data_format must be NHWC, got {data_format!r}")
    attrs = {
        "ksize": window(ksize, data_format, "ksize"),
        "strides": window(strides, data_format, "strides"),
        "padding": padding,
        "Targmax": dtypes.as_dtype(output_dtype),
        "include_batch_in_index": include_batch_in_index,
    }
    return apply_op("MaxPoolWithArgmax", (input,), attrs, name)


@public
def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """Each element divided by (bias + alpha * sum of squares of its neighbours among the
    channels)^beta (Krizhevsky et al. 2012)."""
    attrs = {"depth_radius": depth_radius, "bias": bias, "alpha": alpha, "beta": beta}
    return apply_op("LRN", (input,), attrs, name)


lrn = local_response_normalization
