"""Convolutions (cross-correlations) in one, two and three dimensions, and their gradients."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op

__all__ = [
    "atrous_conv2d",
    "atrous_conv2d_transpose",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "conv_transpose",
    "convolution",
    "depthwise_conv2d",
    "depthwise_conv2d_backprop_filter",
    "depthwise_conv2d_backprop_input",
    "dilation2d",
    "erosion2d",
    "separable_conv2d",
]


def window(sizes, data_format, what, n=2):
    """The sizes along all n + 2 axes of n numbers, of one for all, or of all of them."""
    if sizes is None:
        sizes = 1
    sizes = [sizes] if isinstance(sizes, int) else list(sizes)
    if len(sizes) == n + 2:
        return sizes
    if len(sizes) not in (1, n):
        raise ValueError(f"{what} must have 1, {n} or {n + 2} elements, got {sizes}")
    sizes = sizes * n if len(sizes) == 1 else sizes
    return [1, 1, *sizes] if (data_format or "").startswith("NC") else [1, *sizes, 1]


def _attrs(strides, dilations, data_format, padding, n=2):
    attrs = {
        "strides": window(strides, data_format, "strides", n),
        "dilations": window(dilations, data_format, "dilations", n),
        "data_format": data_format,
        "padding": padding,
    }
    if not isinstance(padding, str):
        attrs["padding"] = "EXPLICIT"
        attrs["explicit_paddings"] = [p for pair in padding for p in pair]
    return attrs


def _shape(sizes):
    return convert_to_tensor(sizes, dtypes.int32) if isinstance(sizes, (list, tuple)) else sizes


@public
def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """2-D convolution (cross-correlation).

    Args:
      input: [batch, height, width, channels], or as data_format says.
      filters: [height, width, channels in, channels out].
      strides, dilations: one number, two, or four.
      padding: "SAME", "VALID", or [[before, after], ...] for each axis of the input.
    """
    attrs = _attrs(strides, dilations, data_format, padding)
    return apply_op("Conv2D", (input, filters), attrs, name)


@public
def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):
    """1-D convolution: input is [batch, width, channels] (or NCW), filters [width, in, out]."""
    data_format = data_format or "NWC"
    if data_format not in ("NWC", "NCW"):
        raise ValueError(f"conv1d: data_format must be NWC or NCW, got {data_format!r}")
    at = 2 if data_format == "NCW" else 1
    wide = "NCHW" if data_format == "NCW" else "NHWC"
    strides, dilations = (
        [*x[:at], 1, *x[at:]]
        for x in (
            window(stride, data_format, "stride", 1),
            window(dilations, data_format, "dilations", 1),
        )
    )
    input = apply_op("ExpandDims", (input, at))
    attrs = _attrs(strides, dilations, wide, padding)
    made = apply_op("Conv2D", (input, apply_op("ExpandDims", (filters, 0))), attrs)
    return apply_op("Squeeze", (made,), {"squeeze_dims": [at]}, name)


@public
def conv3d(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):
    """3-D convolution: input is [batch, depth, height, width, channels], filters [depth, height,
    width, in, out]."""
    attrs = _attrs(strides, dilations, data_format, padding, 3)
    return apply_op("Conv3D", (input, filters), attrs, name)


@public
def conv2d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NHWC",
    dilations=None,
    name=None,
):
    """The gradient of conv2d by its input: filters are [height, width, out, in]."""
    attrs = _attrs(strides, dilations, data_format or "NHWC", padding)
    return apply_op("Conv2DBackpropInput", (_shape(output_shape), filters, input), attrs, name)


@public
def conv3d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NDHWC",
    dilations=None,
    name=None,
):
    """The gradient of conv3d by its input: filters are [depth, height, width, out, in]."""
    attrs = _attrs(strides, dilations, data_format or "NDHWC", padding, 3)
    return apply_op("Conv3DBackpropInputV2", (_shape(output_shape), filters, input), attrs, name)


@public
def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NWC",
    dilations=None,
    name=None,
):
    """The gradient of conv1d by its input: filters are [width, out, in]."""
    data_format = data_format or "NWC"
    at = 2 if data_format.startswith("NC") else 1
    wide = "NCHW" if at == 2 else "NHWC"
    strides, dilations = (
        [*x[:at], 1, *x[at:]]
        for x in (
            window(strides, data_format, "strides", 1),
            window(dilations, data_format, "dilations", 1),
        )
    )
    size = _shape(output_shape)
    size = apply_op("ConcatV2", ([size[:at], [1], size[at:]], 0))
    args = (size, apply_op("ExpandDims", (filters, 0)), apply_op("ExpandDims", (input, at)))
    made = apply_op("Conv2DBackpropInput", args, _attrs(strides, dilations, wide, padding))
    return apply_op("Squeeze", (made,), {"squeeze_dims": [at]}, name)


@public
def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format=None,
    dilations=None,
    name=None,
):
    """conv1d_transpose, conv2d_transpose or conv3d_transpose, as output_shape has it."""
    shape = _shape(output_shape)
    n = shape.shape[0] - 2
    if n not in (1, 2, 3):
        raise ValueError(f"conv_transpose: output_shape must have 3, 4 or 5 elements, got {n + 2}")
    function = (conv1d_transpose, conv2d_transpose, conv3d_transpose)[n - 1]
    default = ("NWC", "NHWC", "NDHWC")[n - 1]
    options = (strides, padding, data_format or default, dilations, name)
    return function(input, filters, shape, *options)


@public
def convolution(
    input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None
):
    """conv1d, conv2d or conv3d, as the rank of the input has it."""
    input = convert_to_tensor(input)
    n = (input.shape.rank or 0) - 2
    if n not in (1, 2, 3):
        raise ValueError(f"convolution: the input must have rank 3, 4 or 5, not {input.shape.rank}")
    function = (conv1d, conv2d, conv3d)[n - 1]
    default = ("NWC", "NHWC", "NDHWC")[n - 1]
    return function(input, filters, strides, padding, data_format or default, dilations, name)


@public
def atrous_conv2d(value, filters, rate, padding, name=None):
    """conv2d whose filters have rate - 1 holes between their elements."""
    return conv2d(value, filters, 1, padding, dilations=rate, name=name)


@public
def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """The gradient of atrous_conv2d by its input."""
    return conv2d_transpose(value, filters, output_shape, 1, padding, dilations=rate, name=name)


@public
def depthwise_conv2d(
    input, filter, strides, padding, data_format="NHWC", dilations=None, name=None
):
    """2-D convolution of each channel by filters of its own: filter is [height, width, channels,
    multiplier]."""
    attrs = _attrs(strides, dilations, data_format or "NHWC", padding)
    return apply_op("DepthwiseConv2dNative", (input, filter), attrs, name)


@public
def depthwise_conv2d_backprop_input(
    input_sizes,
    filter,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=(1, 1, 1, 1),
    name=None,
):
    """The gradient of depthwise_conv2d by its input."""
    args = (_shape(input_sizes), filter, out_backprop)
    attrs = _attrs(strides, dilations, data_format, padding)
    return apply_op("DepthwiseConv2dNativeBackpropInput", args, attrs, name)


@public
def depthwise_conv2d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=(1, 1, 1, 1),
    name=None,
):
    """The gradient of depthwise_conv2d by its filter."""
    args = (input, _shape(filter_sizes), out_backprop)
    attrs = _attrs(strides, dilations, data_format, padding)
    return apply_op("DepthwiseConv2dNativeBackpropFilter", args, attrs, name)


@public
def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,
):
    """depthwise_conv2d, then a 1x1 convolution: pointwise_filter is [1, 1, channels * multiplier,
    out]."""
    data_format = data_format or "NHWC"
    each = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return conv2d(each, pointwise_filter, 1, "VALID", data_format, name=name)


@public
def dilation2d(input, filters, strides, padding, data_format, dilations, name=None):
    """Grey-scale dilation: the maximum of input + filters in each window, channel by channel."""
    _only_nhwc("dilation2d", data_format)
    attrs = {"strides": strides, "rates": dilations, "padding": padding}
    return apply_op("Dilation2D", (input, filters), attrs, name)


@public
def erosion2d(value, filters, strides, padding, data_format, dilations, name=None):
    """Grey-scale erosion: the minimum of value - filters in each window, channel by channel."""
    _only_nhwc("erosion2d", data_format)
    turned = apply_op("ReverseV2", (filters, [0, 1]))
    attrs = {"strides": strides, "rates": dilations, "padding": padding}
    made = apply_op("Dilation2D", (apply_op("Neg", (value,)), turned), attrs)
    return apply_op("Neg", (made,), None, name)


def _only_nhwc(function, data_format):
    if data_format != "NHWC":
        raise ValueError(f"{function}: data_format must be NHWC, got {data_format!r}")
