"""A Keras LSTM over all steps, a dense layer and a softmax as ops of a .tflite file. (TensorFlow's
converter makes a loop of many ops of it.)"""

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.optimize import calibrator
from tflite_builder import FLOAT32, ModelBuilder, schema


def build(weights, steps, to_be_quantized=False):
    """weights: kernel [inputs, 4 units], recurrent kernel [units, 4 units], bias [4 units], with
    gates input, forget, cell, output; then the dense layer's. float32 [1, steps, inputs] ->
    [1, classes]."""
    kernel, recurrent, bias, dense, dense_bias = (np.asarray(w, np.float32) for w in weights)
    units, inputs, classes = recurrent.shape[0], kernel.shape[0], dense.shape[1]
    m = ModelBuilder("LSTM")
    rows = m.tensor("rows", FLOAT32, [1, steps, inputs])

    def gates(name, matrix):
        parts = np.split(np.ascontiguousarray(matrix.T), 4)
        return [m.constant(f"{name}{i}", np.ascontiguousarray(p)) for i, p in enumerate(parts)]

    none = -1
    state = m.tensor("output_state", FLOAT32, [1, units], variable=True)
    cell = m.tensor("cell_state", FLOAT32, [1, units], variable=True)
    peepholes, projection, norms = [none] * 3, [none] * 2, [none] * 4
    biases = gates("bias", bias[None])
    for number in biases:
        m.set_shape(number, [units])
    operands = [rows, *gates("input", kernel), *gates("recurrent", recurrent), *peepholes]
    operands += [*biases, *projection, state, cell, *norms]
    sequence = m.tensor("sequence", FLOAT32, [1, steps, units])
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    op = m.builtin("UNIDIRECTIONAL_SEQUENCE_LSTM", operands, [sequence], options)
    if to_be_quantized:
        # Where the quantiser keeps the scales of the gates.
        op.intermediates = [m.tensor(f"intermediate{i}", FLOAT32, [0]) for i in range(5)]
    flat = m.tensor("flat", FLOAT32, [1, steps * units])
    shape = m.constant("shape", np.array([1, steps * units], np.int32))
    m.builtin("RESHAPE", [sequence, shape], [flat], schema.ReshapeOptionsT())
    logits = m.tensor("logits", FLOAT32, [1, classes])
    layer = [
        flat,
        m.constant("dense", np.ascontiguousarray(dense.T)),
        m.constant("dense_bias", dense_bias),
    ]
    m.builtin("FULLY_CONNECTED", layer, [logits], schema.FullyConnectedOptionsT())
    chances = m.tensor("chances", FLOAT32, [1, classes])
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    m.builtin("SOFTMAX", [logits], [chances], softmax)
    return m.finish([rows], [chances])


def quantized(data, examples):
    """int8 throughout, scaled to the examples."""
    return calibrator.Calibrator(data).calibrate_and_quantize(
        lambda: ([x[None]] for x in examples), tf.int8, tf.int8, False
    )
