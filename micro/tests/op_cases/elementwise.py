"""Ops on elements, alone or in pairs, and the activations."""

import itertools

import numpy as np
from op_models import Tensor

from op_cases.cases import QUANTISED

NONE, RELU, RELU_N1_TO_1, RELU6 = range(4)


def add_cases(cases):
    _unary(cases)
    _binary(cases)
    _truth(cases)
    _activations(cases)
    _conversions(cases)


def _unary(c):
    shape = (2, 3, 5)
    for op in ("NEG", "SIGN", "CEIL", "FLOOR", "ROUND", "SQUARE", "EXP", "SIN", "COS", "ABS"):
        c.add(op, [c.tensor(shape, "float32")], [c.tensor(shape, "float32")])
    for op in ("SQRT", "LOG", "RSQRT"):
        feeds = [np.abs(c.values(shape, "float32")) + np.float32(0.01)]
        c.add(op, [c.tensor(shape, "float32")], [c.tensor(shape, "float32")], feeds=feeds)
    for dtype in ("float32", "int32", "int64", "int8"):
        x = c.tensor(shape, dtype)
        c.add("ZEROS_LIKE", [x], [c.like(x, shape)], ("ZerosLikeOptions", {}))
    for dtype in ("int8", "int16"):
        c.add("NEG", [c.tensor(shape, dtype)], [c.tensor(shape, dtype)])
        for scale, out in ((0.05, 0.4), (0.001, 0.01)):
            small = 1 if dtype == "int8" else 256
            for op in ("EXP", "LOG"):
                x, y = c.tensor((300,), dtype, scale / small), c.tensor((300,), dtype, out / small)
                c.add(op, [x], [y])
        for scale in (0.5, 0.3):
            c.add("ABS", [c.tensor(shape, dtype)], [c.tensor(shape, dtype, scale)])
            x = Tensor(shape, dtype, scale=0.02, zero_point=-128 if dtype == "int8" else 0)
            y = c.tensor(shape, dtype, 0.05)
            feeds = [np.abs(c.values(shape, "int16") % 120).astype(dtype) + np.array(5, dtype)]
            c.add("RSQRT", [x], [y], feeds=feeds)
            c.add("SQRT", [x], [y], feeds=feeds)


def _pairs(c, op, dtype, table=None, activations=(NONE,), positive=False, out=None):
    for activation, (a, b) in itertools.product(
        activations,
        (((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((3, 1), (2, 1, 5)), ((2, 2), ())),
    ):
        shape = np.broadcast_shapes(a, b)
        inputs = [c.tensor(a, dtype, 0.5), c.tensor(b, dtype, 0.3)]
        scale = 40.0 if op == "MUL" and dtype == "int8" else 0.7
        output = c.tensor(shape, out or dtype, scale)
        options = None if table is None else (table, {"fusedActivationFunction": activation})
        feeds = [c.values(a, dtype), c.values(b, dtype)]
        if positive:
            feeds[1] = np.abs(feeds[1] % 50).astype(dtype) + np.array(11, dtype)
        if op == "DIV" and dtype == "int8":
            # The peers divide numbers near 0 by shifting beyond the word.
            feeds[0] = np.where(feeds[0] < 0, feeds[0] // 2 - 60, feeds[0] // 2 + 60).astype(dtype)
        c.add(op, inputs, [output], options, feeds)


def _binary(c):
    for op, table in (("ADD", "AddOptions"), ("SUB", "SubOptions"), ("MUL", "MulOptions")):
        for dtype in ("float32", "int8", "int16", "uint8"):
            _pairs(c, op, dtype, table, (NONE, RELU, RELU6) if dtype[-1] != "6" else (NONE,))
        _pairs(c, op, "int32", table)
    _pairs(c, "DIV", "float32", "DivOptions", (NONE, RELU6), positive=True)
    _pairs(c, "DIV", "int8", "DivOptions", positive=True)
    for dtype in ("float32", "int8"):
        _pairs(c, "SQUARED_DIFFERENCE", dtype)
    for op in ("FLOOR_DIV", "FLOOR_MOD"):
        _pairs(c, op, "float32", positive=True)
    _pairs(c, "FLOOR_MOD", "int32", positive=True)
    for op in ("MAXIMUM", "MINIMUM"):
        for dtype in ("float32", "int32", "int64", "int8"):
            _same_scale(c, op, dtype)
    for inputs in (2, 4):
        for dtype in ("float32", "int8"):
            x = [c.tensor((3, 4), dtype) for _ in range(inputs)]
            for t in x:
                t.zero_point = 0
            c.add("ADD_N", x, [c.tensor((3, 4), dtype, 1.9)], ("AddNOptions", {}))
    base = np.abs(c.values((2, 3), "float32")) + np.float32(0.1)
    feeds = [base, c.values((2, 3), "float32") / 3]
    two = [c.tensor((2, 3), "float32") for _ in range(2)]
    c.add("POW", two, [c.tensor((2, 3), "float32")], ("PowOptions", {}), feeds)


def _same_scale(c, op, dtype):
    for a, b in (((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (1, 4)), ((), (3, 2))):
        x = c.tensor(a, dtype)
        y = c.like(x, np.broadcast_shapes(a, b))
        c.add(op, [x, c.like(x, b)], [y], ("MaximumMinimumOptions", {}))


def _truth(c):
    for op in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"):
        for dtype in ("float32", "int32", "int64", "int8"):
            feeds = [c.values((2, 9), dtype) % 4, c.values((2, 9), dtype) % 4]
            two = [c.tensor((2, 9), dtype), c.tensor((2, 9), dtype)]
            c.add(op, two, [c.tensor((2, 9), "bool")], feeds=[f.astype(dtype) for f in feeds])
            two = [c.tensor((2, 9), dtype), c.tensor((9,), dtype, 0.4)]
            c.add(op, two, [c.tensor((2, 9), "bool")])
    for op in ("LOGICAL_AND", "LOGICAL_OR"):
        two = [c.tensor((2, 4), "bool"), c.tensor((4,), "bool")]
        c.add(op, two, [c.tensor((2, 4), "bool")])
    c.add("LOGICAL_NOT", [c.tensor((7,), "bool")], [c.tensor((7,), "bool")])
    for dtype in ("float32", "int8", "int16", "int32", "int64"):
        x = c.tensor((3, 4), dtype)
        inputs = [c.tensor((3, 4), "bool"), x, c.like(x, (3, 4))]
        c.add("SELECT", inputs, [c.like(x, (3, 4))], ("SelectOptions", {}))
        inputs = [c.tensor((3, 1), "bool"), c.like(x, (4,)), c.like(x, (2, 1, 1))]
        c.add("SELECT_V2", inputs, [c.like(x, (2, 3, 4))], ("SelectV2Options", {}))


def _activations(c):
    shape = (3, 11)
    for op in ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1"):
        for dtype in ("float32", "int8", "int16") if op in ("RELU", "RELU6") else ("float32",):
            x = c.tensor(shape, dtype, 0.1)
            c.add(op, [x], [c.like(x, shape)])
            # tflite-micro's RELU6 does not rescale.
            peers = ("reference",) if op == "RELU6" else ("micro", "reference")
            c.add(op, [c.like(x, shape)], [c.tensor(shape, dtype, 0.07)], peers=peers)
    for dtype in ("float32", "int8", "int16"):
        options = ("LeakyReluOptions", {"alpha": 0.3})
        x, y = c.tensor(shape, dtype, 0.1), c.tensor(shape, dtype, 0.08)
        c.add("LEAKY_RELU", [x], [y], options)
        for op, scale in (("LOGISTIC", 1 / 256), ("TANH", 1 / 128)):
            x = c.tensor(shape, dtype, 0.05 if dtype == "int8" else 1 / 4096)
            y = c.tensor(shape, dtype, scale if dtype == "int8" else 1 / 32768)
            y.zero_point = -128 if dtype == "int8" and op == "LOGISTIC" else 0
            c.add(op, [x], [y])
        x, y = c.tensor(shape, dtype, 0.1), c.tensor(shape, dtype, 1 / 256)
        if dtype == "int16":
            y.scale = 1 / 32768
        elif dtype == "int8":
            y.zero_point = -128
        c.add("SOFTMAX", [x], [y], ("SoftmaxOptions", {"beta": 1.0}))
    for beta in (1.0, 0.5):
        x = Tensor((700, 2), "int16", scale=1e-4 / beta, zero_point=0)
        y = Tensor((700, 2), "int16", scale=1 / 32768, zero_point=0)
        c.add("SOFTMAX", [x], [y], ("SoftmaxOptions", {"beta": beta}))
    for approximate in (False, True):
        x = Tensor((300,), "int16", scale=1e-4, zero_point=0)
        y = Tensor((300,), "int16", scale=1e-4, zero_point=0)
        c.add("GELU", [x], [y], ("GeluOptions", {"approximate": approximate}), version=2)
    x = c.tensor(shape, "int8", 0.1)
    y = Tensor(shape, "int16", scale=1 / 65536, zero_point=-32768)
    c.add("SOFTMAX", [x], [y], ("SoftmaxOptions", {"beta": 0.7}))
    for dtype in ("float32", "int8"):
        alpha = c.tensor((11,), dtype, 0.01)
        alpha.data = c.values((11,), dtype)
        c.add("PRELU", [c.tensor(shape, dtype, 0.1), alpha], [c.tensor(shape, dtype, 0.2)])
        c.add("HARD_SWISH", [c.tensor(shape, dtype, 0.07)], [c.tensor(shape, dtype, 0.05)])
        c.add("ELU", [c.tensor(shape, dtype, 0.07)], [c.tensor(shape, dtype, 0.05)])
        y = Tensor(shape, dtype, scale=1 / 16, zero_point=127) if dtype == "int8" else None
        y = y or c.tensor(shape, dtype)
        c.add("LOG_SOFTMAX", [c.tensor(shape, dtype, 0.1)], [y], ("LogSoftmaxOptions", {}))
        if dtype == "int8":
            y = Tensor(shape, "uint8", scale=1 / 16, zero_point=255)
            c.add("LOG_SOFTMAX", [c.tensor(shape, "uint8", 0.1)], [y], ("LogSoftmaxOptions", {}))
        for approximate in (False, True):
            options = ("GeluOptions", {"approximate": approximate})
            c.add("GELU", [c.tensor(shape, dtype, 0.05)], [c.tensor(shape, dtype, 0.05)], options)


def _conversions(c):
    shape = (4, 5)
    for source, target in itertools.product(
        ("float32", "int8", "int16", "int32"), ("int8", "int16", "int32")
    ):
        if source == "int32" and target == "int32":
            continue
        x, y = c.tensor(shape, source, 0.21), c.tensor(shape, target, 0.13)
        for t in (x, y):
            if t.dtype == "int32":
                t.scale, t.zero_point = 0.002, 0
        c.add("QUANTIZE", [x], [y], ("QuantizeOptions", {}))
    for dtype in (*QUANTISED, "int32"):
        x = c.tensor(shape, dtype, 0.21)
        if dtype == "int32":
            x.scale = 0.01
        c.add("DEQUANTIZE", [x], [c.tensor(shape, "float32")], ("DequantizeOptions", {}))
    types = ("float32", "int8", "int16", "int32", "int64", "uint8", "bool")
    for source, target in itertools.product(types, types):
        if source != target:
            feeds = [(c.values(shape, source) % 100).astype(source) if source != "bool" else None]
            feeds = feeds if source != "bool" else None
            if source == "float32":
                feeds = [np.abs(feeds[0])]
            x, y = Tensor(shape, source), Tensor(shape, target)
            c.add("CAST", [x], [y], ("CastOptions", {}), feeds)
