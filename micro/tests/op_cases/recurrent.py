"""Ops that keep state: SVDF and LSTM. Run several times without a reset."""

import numpy as np
from op_models import Tensor

EXTRAS = ("coupled", "peepholes", "projection", "normalized")


def add_cases(cases):
    for weight_type in ("float32", "int8"):
        _svdf_float(cases, weight_type)
    for state_type in ("int16", "int8"):
        _svdf_int8(cases, state_type)
    for kind in ("float32", "int8", "int16"):
        for time_major in (False, True):
            _lstm(cases, kind, time_major)
    _basic_lstm(cases)
    for weight_type in ("float32", "int8"):
        for activation in (0, 1, 3, 4):
            _rnn(cases, weight_type, activation)
        for extras in ((), ("coupled",), ("peepholes",), ("projection",), ("normalized",), EXTRAS):
            _lstm_step(cases, weight_type, extras)
        for extra in ("", "merged", "other input", "auxiliary"):
            _two_ways_lstm(cases, weight_type, extra)
        for time_major in (False, True):
            _sequence_rnn(cases, weight_type, time_major)
            if time_major and weight_type == "int8":
                continue  # where the peer reads and writes beyond its memory
            for extra in ("", "merged", "other input", "auxiliary"):
                _two_ways_rnn(cases, weight_type, time_major, extra)
    for weight_type in ("float32", "int8"):
        for extras in (("coupled",), ("peepholes",), ("projection",), ("normalized",), EXTRAS):
            full_sequence_lstm(cases, weight_type, extras, "projection" in extras)
    for extras in (("coupled",), ("peepholes", "projection"), ("normalized",), EXTRAS):
        for op in ("UNIDIRECTIONAL_SEQUENCE_LSTM", "LSTM"):
            full_integer_lstm(cases, op, extras)


def _constant(c, shape, dtype, scale=None):
    if dtype == "float32":
        return Tensor(shape, dtype, c.normal(shape, 0.4).astype("float32"))
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


def _rnn_layer(c, weight_type, batch, features, units):
    """Weights, recurrent weights, bias, state."""
    return [
        _constant(c, (units, features), weight_type, 0.006),
        _constant(c, (units, units), weight_type, 0.004),
        _constant(c, (units,), "float32"),
        Tensor((batch, units), "float32", is_variable=True),
    ]


def _rnn(c, weight_type, activation):
    inputs = [c.tensor((2, 3), "float32"), *_rnn_layer(c, weight_type, 2, 3, 5)]
    options = ("RNNOptions", {"fusedActivationFunction": activation})
    c.add("RNN", inputs, [c.tensor((2, 5), "float32")], options, steps=3)


def _sequence_rnn(c, weight_type, time_major):
    shape = (4, 2) if time_major else (2, 4)
    inputs = [c.tensor((*shape, 3), "float32"), *_rnn_layer(c, weight_type, 2, 3, 5)]
    values = {"timeMajor": time_major, "fusedActivationFunction": 4}
    values["asymmetricQuantizeInputs"] = time_major
    options = ("SequenceRNNOptions", values)
    y = c.tensor((*shape, 5), "float32")
    c.add("UNIDIRECTIONAL_SEQUENCE_RNN", inputs, [y], options, steps=2)


def _two_ways_rnn(c, weight_type, time_major, extra):
    shape = (4, 2) if time_major else (2, 4)
    inputs = [c.tensor((*shape, 3), "float32")]
    for units in (5, 4):
        inputs += _rnn_layer(c, weight_type, 2, 3, units)
    inputs += [c.tensor((*shape, 3), "float32") if extra in ("other input", "auxiliary") else None]
    for units in (5, 4):
        inputs += [_constant(c, (units, 3), weight_type, 0.005) if extra == "auxiliary" else None]
    merged = extra == "merged"
    values = {"timeMajor": time_major, "fusedActivationFunction": 4, "mergeOutputs": merged}
    options = ("BidirectionalSequenceRNNOptions", values)
    outputs = [c.tensor((*shape, units), "float32") for units in ((9,) if merged else (5, 4))]
    c.add("BIDIRECTIONAL_SEQUENCE_RNN", inputs, outputs, options, steps=2)


def _gates(c, extras, weight_type, *shape):
    """Of the input, forget, cell and output gate."""
    first = 1 if "coupled" in extras else 0
    return [None] * first + [_constant(c, shape, weight_type, 0.006) for _ in range(4 - first)]


def _lstm_layer(c, weight_type, extras, features, units, outputs):
    """Weights, recurrent weights, peepholes, biases, projection and its bias."""
    inputs = _gates(c, extras, weight_type, units, features)
    inputs += _gates(c, extras, weight_type, units, outputs)
    peepholes = _gates(c, extras, weight_type, units)
    del peepholes[2]
    inputs += peepholes if "peepholes" in extras else [None] * 3
    inputs += _gates(c, extras, "float32", units)
    if "projection" not in extras:
        return [*inputs, None, None]
    projection = _constant(c, (outputs, units), weight_type, 0.006)
    return [*inputs, projection, _constant(c, (outputs,), "float32")]


def _state(*shape):
    return Tensor(shape, "float32", is_variable=True)


def _lstm_step(c, weight_type, extras):
    batch, features, units = 2, 3, 5
    outputs = 4 if "projection" in extras else units
    inputs = [c.tensor((batch, features), "float32")]
    inputs += _lstm_layer(c, weight_type, extras, features, units, outputs)
    inputs += [_state(batch, outputs), _state(batch, units)]
    inputs += _gates(c, extras, "float32", units) if "normalized" in extras else [None] * 4
    values = {"fusedActivationFunction": 4, "cellClip": 0.9, "projClip": 0.3}
    options = ("LSTMOptions", values)
    y = c.tensor((batch, outputs), "float32")
    c.add("LSTM", inputs, [y], options, steps=3, version=3)


def full_sequence_lstm(c, weight_type, extras, time_major):
    """What tflite-micro refuses."""
    batch, time, features, units = 2, 4, 3, 5
    outputs = 4 if "projection" in extras else units
    shape = (time, batch) if time_major else (batch, time)
    inputs = [c.tensor((*shape, features), "float32")]
    inputs += _lstm_layer(c, weight_type, extras, features, units, outputs)
    inputs += [_state(batch, outputs), _state(batch, units)]
    inputs += _gates(c, extras, "float32", units) if "normalized" in extras else [None] * 4
    values = {"fusedActivationFunction": 4, "cellClip": 0.9, "timeMajor": time_major}
    values["projClip"] = 0.3
    options = ("UnidirectionalSequenceLSTMOptions", values)
    y = c.tensor((*shape, outputs), "float32")
    c.add("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], options, steps=2, version=3)


def _integer_gates(c, extras, dtype, scale, *shape):
    """Of the input, forget, cell and output gate."""
    first = 1 if "coupled" in extras else 0
    high = {"int8": 127, "int16": 30000, "int32": 3000}[dtype]

    def constant():
        return Tensor(shape, dtype, c.rng.integers(-high, high + 1, shape).astype(dtype), scale)

    return [None] * first + [constant() for _ in range(4 - first)]


def full_integer_lstm(c, op, extras):
    """With an int16 cell. tflite-micro refuses it."""
    batch, features, units = 2, 3, 5
    outputs = 4 if "projection" in extras else units
    normalized, sequence = "normalized" in extras, op != "LSTM"
    shape = (2, batch) if sequence else (batch,)
    hidden, made = (0.008, 11), (0.006, -9) if "projection" in extras else (0.008, 11)
    inputs = [Tensor((*shape, features), "int8", scale=0.03, zero_point=-7)]
    inputs += _integer_gates(c, extras, "int8", 0.02, units, features)
    inputs += _integer_gates(c, extras, "int8", 0.02, units, outputs)
    peepholes = _integer_gates(c, extras, "int16", 4e-5, units)
    del peepholes[2]
    inputs += peepholes if "peepholes" in extras else [None] * 3
    inputs += _integer_gates(c, extras, "int32", 6e-4, units)
    if "projection" in extras:
        inputs += [_constant(c, (outputs, units), "int8", 0.01), _constant(c, (outputs,), "int32")]
    else:
        inputs += [None] * 2
    state = {"is_variable": True}
    inputs += [Tensor((batch, outputs), "int8", scale=hidden[0], zero_point=hidden[1], **state)]
    inputs += [Tensor((batch, units), "int16", scale=2.0**-11, zero_point=0, **state)]
    factors = _integer_gates(c, extras, "int16", 3e-5, units)
    inputs += factors if normalized else [None] * 4
    gate_scale = 2e-4 if normalized else 2.0**-12
    intermediates = [Tensor((0,), "int16", scale=gate_scale, zero_point=0) for _ in range(4)]
    intermediates.append(Tensor((0,), "int8", scale=made[0], zero_point=made[1]))
    y = Tensor((*shape, outputs), "int8", scale=hidden[0], zero_point=hidden[1])
    values = {"fusedActivationFunction": 4, "cellClip": 0.8, "projClip": 0.7}
    table = "UnidirectionalSequenceLSTMOptions" if sequence else "LSTMOptions"
    if sequence:
        values["timeMajor"] = True
    c.add(op, inputs, [y], (table, values), steps=2, version=3, intermediates=intermediates)


def _basic_lstm(c):
    batch, features, units = 2, 3, 4
    inputs = [c.tensor((batch, features), "float32"), _state(batch, units)]
    inputs += [_constant(c, (4 * units, features + units), "float32")]
    inputs += [_constant(c, (4 * units,), "float32"), _state(batch, units)]
    sizes = (units, units, features + units, 4 * units)
    outputs = [c.tensor((batch, size), "float32") for size in sizes]
    options = ("LSTMOptions", {"fusedActivationFunction": 4, "kernelType": 1})
    c.add("LSTM", inputs, outputs, options, steps=3, version=2)


def _two_ways_lstm(c, weight_type, extra):
    batch, time, features, units, outputs = 2, 4, 3, 5, 4
    time_major = extra in ("merged", "auxiliary")
    shape = (time, batch) if time_major else (batch, time)
    extras = {"": (), "merged": ("projection",)}.get(extra, ("peepholes",))
    outputs = outputs if "projection" in extras else units
    inputs = [c.tensor((*shape, features), "float32")]
    for _ in range(2):
        inputs += _lstm_layer(c, weight_type, extras, features, units, outputs)
    for _ in range(2):
        inputs += [_state(batch, outputs), _state(batch, units)]
    has_other = extra in ("other input", "auxiliary")
    inputs += [c.tensor((*shape, features), "float32") if has_other else None]
    for _ in range(2):
        has_weights = extra == "auxiliary"
        inputs += _gates(c, (), weight_type, units, features) if has_weights else [None] * 4
    merged = extra == "merged"
    values = {"timeMajor": time_major, "fusedActivationFunction": 4, "mergeOutputs": merged}
    options = ("BidirectionalSequenceLSTMOptions", values)
    sizes = (2 * outputs,) if merged else (outputs, outputs)
    y = [c.tensor((*shape, size), "float32") for size in sizes]
    c.add("BIDIRECTIONAL_SEQUENCE_LSTM", inputs, y, options, steps=2)
