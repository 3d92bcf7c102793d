"""Models of several ops or subgraphs: branches, loops, variables, small nets."""

import numpy as np
from op_models import Model, Tensor, constant


def add_cases(cases):
    _branches(cases)
    _loop(cases)
    _gru(cases)
    _variable(cases)
    _net(cases)


def _f32(shape=(2, 3)):
    return Tensor(shape, "float32")


def _branches(c):
    for truth in (True, False):
        model = Model()
        condition, x, y = Tensor((1,), "bool"), _f32(), _f32()
        values = {"thenSubgraphIndex": 1, "elseSubgraphIndex": 2}
        model.add("IF", [condition, x], [y], ("IfOptions", values))
        model.end_subgraph([condition, x], [y])
        for op in ("RELU", "ABS"):
            model.begin_subgraph()
            a, b = _f32(), _f32()
            model.add(op, [a], [b])
            model.end_subgraph([a], [b])
        feeds = [np.array([truth]), c.values((2, 3), "float32")]
        c.add_model("IF/float32", model.build([a], [b]), [condition, x], feeds)


def _loop(c):
    """Doubles until the first number is 100."""
    model = Model()
    n, x = Tensor((1,), "int32"), _f32()
    n_out, x_out = Tensor((1,), "int32"), _f32()
    values = {"condSubgraphIndex": 1, "bodySubgraphIndex": 2}
    model.add("WHILE", [n, x], [n_out, x_out], ("WhileOptions", values))
    model.end_subgraph([n, x], [n_out, x_out])
    model.begin_subgraph()
    a, b, less = Tensor((1,), "int32"), _f32(), Tensor((1,), "bool")
    model.add("LESS", [a, constant([100])], [less])
    model.end_subgraph([a, b], [less])
    model.begin_subgraph()
    a, b, a2, b2 = Tensor((1,), "int32"), _f32(), Tensor((1,), "int32"), _f32()
    model.add("ADD", [a, a], [a2], ("AddOptions", {}))
    model.add("MUL", [b, constant(np.float32(1.5), "float32")], [b2], ("MulOptions", {}))
    feeds = [np.array([3], "int32"), c.values((2, 3), "float32")]
    c.add_model("WHILE/float32", model.build([a, b], [a2, b2]), [n, x], feeds)


def _gru(c):
    """A gated recurrent unit over a sequence: a loop, as converters write Keras's."""
    steps, features, units = 5, 3, 4
    model = Model()

    def state():
        return [Tensor((), "int32"), _f32((1, units)), _f32((steps, 1, features))]

    def call(op, inputs, shape, options=None):
        y = _f32(shape)
        model.add(op, inputs, [y], options)
        return y

    def dense(x, width):
        weights = constant(c.values((3 * units, width), "float32") / 5, "float32")
        bias = constant(c.values((3 * units,), "float32") / 5, "float32")
        options = ("FullyConnectedOptions", {})
        y = call("FULLY_CONNECTED", [x, weights, bias], (1, 3 * units), options)
        parts = [_f32((1, units)) for _ in range(3)]
        model.add("SPLIT", [constant(1), y], parts, ("SplitOptions", {"numSplits": 3}))
        return parts

    def pair(op, a, b):
        return call(op, [a, b], (1, units), (op.title() + "Options", {}))

    x, out = _f32((steps, 1, features)), state()
    first = [constant(0), constant(np.zeros((1, units)), "float32"), x]
    values = {"condSubgraphIndex": 1, "bodySubgraphIndex": 2}
    model.add("WHILE", first, out, ("WhileOptions", values))
    model.end_subgraph([x], [out[1]])
    model.begin_subgraph()
    n, less = state(), Tensor((), "bool")
    model.add("LESS", [n[0], constant(steps)], [less])
    model.end_subgraph(n, [less])
    model.begin_subgraph()
    i, h, sequence = state()
    now = call("GATHER", [sequence, i], (1, features), ("GatherOptions", {"axis": 0}))
    of_x, of_h = dense(now, features), dense(h, units)
    update = call("LOGISTIC", [pair("ADD", of_x[0], of_h[0])], (1, units))
    reset = call("LOGISTIC", [pair("ADD", of_x[1], of_h[1])], (1, units))
    made = call("TANH", [pair("ADD", of_x[2], pair("MUL", reset, of_h[2]))], (1, units))
    rest = pair("SUB", constant(np.ones((1, units)), "float32"), update)
    new = pair("ADD", pair("MUL", update, h), pair("MUL", rest, made))
    j = Tensor((), "int32")
    model.add("ADD", [i, constant(1)], [j], ("AddOptions", {}))
    c.add_model("GRU/float32", model.build([i, h, sequence], [j, new, sequence]), [x], steps=2)


def _variable(c):
    """A running sum, set to a constant by the first invocation."""
    model = Model()

    def handle():
        tensor = Tensor((1,), "resource")
        options = ("VarHandleOptions", {"container": "", "sharedName": "sum"})
        model.add("VAR_HANDLE", [], [tensor], options)
        return tensor

    x, old, new = _f32(), _f32(), _f32()
    model.add("CALL_ONCE", [], [], ("CallOnceOptions", {"initSubgraphIndex": 1}))
    variable = handle()
    model.add("READ_VARIABLE", [variable], [old], ("ReadVariableOptions", {}))
    model.add("ADD", [old, x], [new], ("AddOptions", {}))
    model.add("ASSIGN_VARIABLE", [variable, new], [], ("AssignVariableOptions", {}))
    model.end_subgraph([x], [new])
    model.begin_subgraph()
    start = constant(c.values((2, 3), "float32"), "float32")
    model.add("ASSIGN_VARIABLE", [handle(), start], [], ("AssignVariableOptions", {}))
    c.add_model("VAR_HANDLE/float32", model.build([], []), [x], steps=3)


def _net(c):
    """Convolution, pooling, reshape, fully connected, softmax; int8."""
    model = Model()

    def weights(shape, axis):
        data = c.rng.integers(-127, 128, shape).astype("int8")
        scales = [float(s) for s in 0.01 + 0.01 * c.rng.random(shape[axis])]
        return Tensor(shape, "int8", data, scales, 0, axis)

    def bias(filters, x):
        scales = (np.float32(x.scale) * np.asarray(filters.scale, "float32")).tolist()
        data = c.rng.integers(-900, 900, len(scales)).astype("int32")
        return Tensor(data.shape, "int32", data, scales)

    x = Tensor((1, 9, 8, 2), "int8", scale=0.02, zero_point=-3)
    a = Tensor((1, 9, 8, 4), "int8", scale=0.05, zero_point=-128)
    b = Tensor((1, 4, 4, 4), "int8", scale=0.05, zero_point=-128)
    d = Tensor((1, 64), "int8", scale=0.05, zero_point=-128)
    e = Tensor((1, 5), "int8", scale=0.2, zero_point=10)
    y = Tensor((1, 5), "int8", scale=1 / 256, zero_point=-128)
    w = weights((4, 3, 3, 2), 0)
    relu = {"padding": 0, "strideW": 1, "strideH": 1, "fusedActivationFunction": 1}
    relu |= {"dilationWFactor": 1, "dilationHFactor": 1}
    model.add("CONV_2D", [x, w, bias(w, x)], [a], ("Conv2DOptions", relu), 3)
    pool = {"padding": 1, "strideW": 2, "strideH": 2, "filterWidth": 2, "filterHeight": 2}
    model.add("MAX_POOL_2D", [a], [b], ("Pool2DOptions", pool), 2)
    model.add("RESHAPE", [b, constant([1, 64])], [d], ("ReshapeOptions", {}))
    w = weights((5, 64), 0)
    model.add("FULLY_CONNECTED", [d, w, bias(w, d)], [e], ("FullyConnectedOptions", {}), 4)
    model.add("SOFTMAX", [e], [y], ("SoftmaxOptions", {"beta": 1.0}), 2)
    c.add_model("net/int8", model.build([x], [y]), [x])
