"""Ops that keep state: SVDF and LSTM. Run several times without a reset."""

import numpy as np
from op_models import Tensor


def add_cases(cases):
    for weight_type in ("float32", "int8"):
        _svdf_float(cases, weight_type)
    for state_type in ("int16", "int8"):
        _svdf_int8(cases, state_type)
    for kind in ("float32", "int8", "int16"):
        for time_major in (False, True):
            _lstm(cases, kind, time_major)


def _constant(c, shape, dtype, scale=None):
    if dtype == "float32":
        return Tensor(shape, dtype, (c.rng.standard_normal(shape) * 0.4).astype("float32"))
    high = 127 if dtype == "int8" else 500
    return Tensor(shape, dtype, c.rng.integers(-high, high + 1, shape).astype(dtype), scale)


def _svdf_float(c, weight_type):
    batch, features, units, rank, memory = 2, 5, 3, 2, 4
    filters = units * rank
    inputs = [
        c.tensor((batch, features), "float32"),
        _constant(c, (filters, features), weight_type, 0.01),
        _constant(c, (filters, memory), weight_type, 0.01),
        _constant(c, (units,), "float32"),
        Tensor((batch, filters * memory), "float32", is_variable=True),
    ]
    options = ("SVDFOptions", {"rank": rank, "fusedActivationFunction": 1})
    c.add("SVDF", inputs, [c.tensor((batch, units), "float32")], options, steps=6)


def _svdf_int8(c, state_type):
    batch, features, units, rank, memory = 2, 5, 3, 2, 4
    filters = units * rank
    time_scale, state_scale = 0.01, 0.05
    inputs = [
        Tensor((batch, features), "int8", scale=0.1, zero_point=-4),
        _constant(c, (filters, features), "int8", 0.02),
        _constant(c, (filters, memory), state_type, time_scale),
        _constant(c, (units,), "int32", time_scale * state_scale),
        Tensor(
            (batch, filters * memory), state_type, scale=state_scale, zero_point=0, is_variable=True
        ),
    ]
    y = Tensor((batch, units), "int8", scale=0.2, zero_point=-128)
    options = ("SVDFOptions", {"rank": rank, "fusedActivationFunction": 1})
    c.add("SVDF", inputs, [y], options, steps=6, version=3)


def _lstm(c, dtype, time_major):
    batch, time, features, units = 2, 4, 3, 5
    is_float = dtype == "float32"
    weight_type = "float32" if is_float else "int8"
    bias_type = {"float32": "float32", "int8": "int32", "int16": "int64"}[dtype]
    shape = (time, batch, features) if time_major else (batch, time, features)
    x_scale, h_scale, w_scale = (0.02, 0.008, 0.01) if dtype == "int8" else (2e-4, 3e-5, 0.01)
    zero_point = 5 if dtype == "int8" else 0
    x = Tensor(shape, dtype, scale=None if is_float else x_scale, zero_point=zero_point)

    def state(state_type, scale, zero=0):
        return Tensor(
            (batch, units), state_type, scale=None if is_float else scale, zero_point=zero,
            is_variable=True,
        )  # fmt: skip

    inputs = [x]
    inputs += [_constant(c, (units, features), weight_type, w_scale) for _ in range(4)]
    inputs += [_constant(c, (units, units), weight_type, w_scale) for _ in range(4)]
    inputs += [None] * 3  # peepholes
    inputs += [_constant(c, (units,), bias_type, x_scale * w_scale) for _ in range(4)]
    inputs += [None] * 2  # projection
    hidden = -3 if dtype == "int8" else 0
    inputs += [state(dtype, h_scale, hidden)]
    inputs += [state("float32" if is_float else "int16", 2.0**-11)]
    inputs += [None] * 4  # layer normalisation
    out = (*shape[:2], units)
    y = Tensor(out, dtype, scale=None if is_float else h_scale, zero_point=hidden)
    intermediates = []
    if not is_float:
        intermediates = [Tensor((0,), "int16", scale=2.0**-12, zero_point=0) for _ in range(4)]
        intermediates.append(Tensor((0,), dtype, scale=h_scale, zero_point=hidden))
    values = {"fusedActivationFunction": 4, "cellClip": 6.0, "timeMajor": time_major}
    options = ("UnidirectionalSequenceLSTMOptions", values)
    feeds = [[(c.values(shape, dtype) // (1 if is_float else 2)).astype(dtype)] for _ in range(2)]
    if is_float:
        feeds = [[np.clip(step[0], -2, 2)] for step in feeds]
    c.add(
        "UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], options, feeds, steps=2, version=3,
        intermediates=intermediates,
    )  # fmt: skip
