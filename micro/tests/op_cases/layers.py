"""Layers with weights: convolutions, fully connected, pooling, matrix products."""

import itertools

import numpy as np
from op_models import Tensor

SAME, VALID = 0, 1
NONE, RELU, RELU_N1_TO_1, RELU6 = range(4)
# Types of input, weights, bias.
KINDS = (
    ("float32", "float32", "float32"),
    ("int8", "int8", "int32"),
    ("int8", "int4", "int32"),
    ("int16", "int8", "int64"),
    ("int16", "int8", "int32"),
    ("float32", "int8", "float32"),
    ("uint8", "uint8", "int32"),
)


def add_cases(cases):
    for kind in KINDS:
        _fully_connected(cases, *kind)
        _convolutions(cases, *kind)
        if kind[2] == "int32" and kind[0] == "int16":
            continue  # peers take the bias for int64 there
        _depthwise(cases, *kind)
        if kind[1] != "int4":
            _transposed(cases, *kind)
    for dtype in ("float32", "int8", "int16"):
        _products(cases, dtype)
    for dtype in ("float32", "int8", "int16", "uint8"):
        _pools(cases, dtype)


def _input(c, shape, dtype):
    return c.tensor(shape, dtype, 0.04)


def _output(c, shape, dtype):
    return c.tensor(shape, dtype, 0.002 if dtype == "int16" else 0.3)


def _weights(c, shape, dtype, axis=None):
    """Constant; with one scale, or one for each index along the axis."""
    if dtype == "float32":
        return Tensor(shape, dtype, c.normal(shape).astype("float32"))
    if dtype == "uint8":
        zero_point = int(c.rng.integers(90, 160))
        return Tensor(shape, dtype, c.rng.integers(0, 256, shape), 0.01, zero_point)
    low, high = (-7, 8) if dtype == "int4" else (-127, 128)
    scale = 0.1 if dtype == "int4" else 0.01
    data = c.rng.integers(low, high, shape).astype("int8")
    if axis is not None:
        scale = [float(s) for s in scale * (0.5 + c.rng.random(shape[axis]))]
    return Tensor(shape, dtype, data, scale, 0, axis or 0)


def _bias(c, weights, x, count, dtype):
    if dtype == "float32":
        return Tensor((count,), dtype, c.normal(count).astype("float32"))
    scale = (np.float32(x.scale) * np.asarray(weights.scale, "float32")).tolist()
    return Tensor((count,), dtype, c.rng.integers(-3000, 3000, count).astype(dtype), scale)


def _fully_connected(c, dtype, weight_type, bias_type):
    for (shape, depth, units), by_unit, activation, has_bias in (
        (((2, 7), 7, 3), False, NONE, True),
        (((1, 16), 16, 4), True, RELU, True),
        (((2, 3, 8), 8, 5), False, RELU6, False),
    ):
        x = _input(c, shape, dtype)
        weights = _weights(c, (units, depth), weight_type, 0 if by_unit else None)
        bias = _bias(c, weights, x, units, bias_type) if has_bias else None
        y = _output(c, (int(np.prod(shape)) // depth, units), dtype)
        options = ("FullyConnectedOptions", {"fusedActivationFunction": activation})
        c.add("FULLY_CONNECTED", [x, weights, bias], [y], options, version=4)


def _size(padding, size, filter_size, stride, dilation):
    span = (filter_size - 1) * dilation + 1
    return -(-size // stride) if padding == SAME else (size - span) // stride + 1


def _spatial(padding, stride, dilation, activation):
    return {
        "padding": padding,
        "strideW": stride,
        "strideH": stride,
        "dilationWFactor": dilation,
        "dilationHFactor": dilation,
        "fusedActivationFunction": activation,
    }


def _convolutions(c, dtype, weight_type, bias_type):
    for padding, stride, dilation, size, activation in (
        (SAME, 1, 1, 3, NONE),
        (VALID, 2, 1, 3, RELU),
        (SAME, 1, 2, 3, RELU6),
        (VALID, 1, 1, 1, NONE),
    ):
        if dilation > 1 and (dtype, weight_type) == ("float32", "int8"):
            continue
        x = _input(c, (1, 7, 6, 3), dtype)
        weights = _weights(c, (4, size, size, 3), weight_type, 0)
        bias = _bias(c, weights, x, 4, bias_type)
        height, width = (_size(padding, n, size, stride, dilation) for n in (7, 6))
        y = _output(c, (1, height, width, 4), dtype)
        options = ("Conv2DOptions", _spatial(padding, stride, dilation, activation))
        c.add("CONV_2D", [x, weights, bias], [y], options, version=3)


def _depthwise(c, dtype, weight_type, bias_type):
    for padding, stride, dilation, multiplier in (
        (SAME, 1, 1, 1),
        (VALID, 2, 1, 2),
        (SAME, 1, 2, 1),
    ):
        if dilation > 1 and (dtype, weight_type) == ("float32", "int8"):
            continue
        channels = 4 * multiplier
        x = _input(c, (1, 6, 7, 4), dtype)
        weights = _weights(c, (1, 3, 3, channels), weight_type, 3)
        bias = _bias(c, weights, x, channels, bias_type)
        height, width = (_size(padding, n, 3, stride, dilation) for n in (6, 7))
        y = _output(c, (1, height, width, channels), dtype)
        values = _spatial(padding, stride, dilation, RELU if stride == 2 else NONE)
        values["depthMultiplier"] = multiplier
        options = ("DepthwiseConv2DOptions", values)
        c.add("DEPTHWISE_CONV_2D", [x, weights, bias], [y], options, version=3)


def _transposed(c, dtype, weight_type, bias_type):
    for padding, stride in ((SAME, 2), (VALID, 1), (VALID, 2)):
        x = _input(c, (1, 3, 4, 2), dtype)
        weights = _weights(c, (3, 3, 3, 2), weight_type, 0)
        bias = _bias(c, weights, x, 3, bias_type)
        edge = 0 if padding == SAME else 3 - stride
        shape = (1, 3 * stride + edge, 4 * stride + edge, 3)
        y = _output(c, shape, dtype)
        size = Tensor((4,), "int32", np.array(shape, "int32"))
        values = {"padding": padding, "strideW": stride, "strideH": stride}
        c.add("TRANSPOSE_CONV", [size, weights, x, bias], [y], ("TransposeConvOptions", values))


def _pools(c, dtype):
    ops = ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D")
    for op in ops if dtype == "float32" else ops[:2]:
        for padding, stride, activation in ((SAME, 1, NONE), (VALID, 2, RELU), (SAME, 2, RELU6)):
            x = c.tensor((2, 6, 5, 3), dtype, 0.1)
            height, width = _size(padding, 6, 3, stride, 1), _size(padding, 5, 2, stride, 1)
            values = {
                "padding": padding,
                "strideW": stride,
                "strideH": stride,
                "filterWidth": 2,
                "filterHeight": 3,
                "fusedActivationFunction": activation,
            }
            y = c.like(x, (2, height, width, 3))
            c.add(op, [x], [y], ("Pool2DOptions", values))


def _products(c, dtype):
    for adjoint_x, adjoint_y in itertools.product((False, True), repeat=2):
        x = c.tensor((2, 5, 3) if adjoint_x else (2, 3, 5), dtype, 0.05)
        y = c.tensor((2, 4, 5) if adjoint_y else (2, 5, 4), dtype, 0.07)
        values = {"adjX": adjoint_x, "adjY": adjoint_y}
        out = c.tensor((2, 3, 4), dtype, 0.9 if dtype == "int8" else 0.02)
        c.add("BATCH_MATMUL", [x, y], [out], ("BatchMatMulOptions", values))
