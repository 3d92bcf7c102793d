"""Models with compressed weights (COMPRESSION_METADATA) give just what they give with plain ones.

Each model of the op corpus with all of its constants compressed, whatever the op, and the
repository's own models with weights of few values; where tflite-micro is installed, it too.
"""

import importlib.util
import pathlib

import numpy as np
import op_corpus
import pytest
from host import Host, MicroError
from millrace.micro import _source
from millrace.micro.compression import OPS, compress, is_plain, tables_of, with_tables
from millrace.micro.model_file import ModelFile, numpy_type_of
from millrace.micro.shortening import shorten
from test_images import needs_tools, random_inputs, run_image

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples/micro"
RECORDED = np.load(FOLDER / "recorded.npz")
OWN = ("anomaly", "fashion", "keyword", "lstm", "lstm_float")
CORPUS = {name: (model, steps) for name, model, steps in op_corpus.read()}
OPS_OF_CORPUS = {}
for _name in CORPUS:
    OPS_OF_CORPUS.setdefault(_name.split("/")[0], []).append(_name)
HAS_PEER = importlib.util.find_spec("tflite_micro") is not None
# What wants a constant when it is prepared says so. Of SignalFrontEnd a filter bank does.
REFUSED = {"TFLM_DECODE": 22, "REDUCE_PROD": 12, "SignalFrontEnd": 1}


def all_tables(data, ops=None):
    """Tables of each constant for which 128 values do; of those that such ops alone read, biases
    only beside compressed weights."""
    found = {}
    for number, graph in enumerate(ModelFile(data).subgraphs):
        for tensor in graph.tensors:
            readers = [op for op in graph.operators if tensor.index in op.inputs]
            if not readers or not is_plain(tensor, graph):
                continue
            if ops is not None:
                weights = [graph.tensors[op.inputs[1]] for op in readers]
                if not {op.name for op in readers} <= set(ops):
                    continue
                if not all(is_plain(w, graph) and tables_of(w) for w in weights):
                    continue
            found[number, tensor.index] = tables_of(tensor)
    return {key: tables for key, tables in found.items() if tables}


def check(interpreter, steps):
    """The recorded outputs of a corpus' case."""
    for inputs, outputs in steps:
        for i, data in enumerate(inputs):
            details = interpreter.get_input_details(i)
            values = np.frombuffer(data, details["dtype"]).reshape(details["shape"])
            interpreter.set_input(values, i)
        interpreter.invoke()
        for i, data in enumerate(outputs):
            actual = interpreter.get_output(i)
            expected = np.frombuffer(data, actual.dtype).reshape(actual.shape)
            if np.issubdtype(actual.dtype, np.inexact):
                np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)
            else:
                np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("op", OPS_OF_CORPUS)
def test_every_op(op):
    refused = 0
    for name in OPS_OF_CORPUS[op]:
        model, steps = CORPUS[name]
        tables = all_tables(model)
        if not tables:
            continue
        try:
            interpreter = Host(with_tables(model, tables))
        except MicroError as error:
            assert "constant" in str(error)
            refused += 1
            continue
        check(interpreter, steps)
    assert refused == REFUSED.get(op, 0)


@pytest.mark.skipif(not HAS_PEER, reason="tflite-micro is not installed")
@pytest.mark.parametrize(
    "op", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"]
)
def test_as_tflite_micro_reads_them(op):
    from tflite_micro.python.tflite_micro import runtime

    compared = 0
    for name in OPS_OF_CORPUS[op]:
        model, steps = CORPUS[name]
        tables = all_tables(model, OPS)
        if not tables or "uint8" in name or "float32-int8" in name:
            continue
        try:
            runtime.Interpreter.from_bytes(model)
        except RuntimeError:
            continue  # a model it does not run
        check(runtime.Interpreter.from_bytes(with_tables(model, tables)), steps)
        compared += 1
    assert compared > 0


def values_of(tensor):
    """A compressed tensor's values, element by element."""
    values = np.frombuffer(tensor.table_values, numpy_type_of(tensor.type))
    by_channel = len(tensor.scales) > 1
    table = values.reshape(len(tensor.scales) if by_channel else 1, -1)
    bits = "".join(f"{byte:08b}" for byte in tensor.constant)
    elements = []
    for i, at in enumerate(np.ndindex(tensor.shape)):
        index = int(bits[i * tensor.index_bits : (i + 1) * tensor.index_bits], 2)
        elements.append(table[at[tensor.quantized_dimension] if by_channel else 0, index])
    return np.array(elements, values.dtype)


def with_plain_weights(data, compressed):
    """The model that was compressed, with the values that the compressed one has."""
    tools = _source.tool("model_ops")
    root = tools.Table(data, int.from_bytes(data[:4], "little"))
    vectors = {}
    for graph, new in zip(root.tables(2), ModelFile(compressed).subgraphs):
        for table, tensor in zip(graph.tables(0), new.tensors):
            if tensor.index_bits:
                position = root.tables(4)[table.scalar(2, "I")].target(0)
                vectors[position] = values_of(tensor).tobytes()
    return shorten(data, vectors)


@pytest.mark.parametrize("bits", [2, 3, 4])
@pytest.mark.parametrize("name", OWN)
def test_own_models(name, bits):
    data = (FOLDER / f"{name}.tflite").read_bytes()
    compressed, chosen = compress(data, bits=bits, lossy=True)
    assert chosen and len(compressed) < len(data) - 400
    plain = with_plain_weights(data, compressed)
    assert len(plain) == len(data)
    actual, expected = Host(compressed), Host(plain)
    for case in random_inputs(actual, 5):
        np.testing.assert_array_equal(actual.run(*case)[0], expected.run(*case)[0])
    # Nothing is lost the second time.
    again, same = compress(plain, bits=bits)
    assert {key: tables.bits for key, tables in same.items()} == {
        key: tables.bits for key, tables in chosen.items()
    }
    for graph, other in zip(ModelFile(again).subgraphs, ModelFile(plain).subgraphs):
        for tensor, before in zip(graph.tensors, other.tensors):
            if tensor.index_bits:
                assert values_of(tensor).tobytes() == before.constant


@needs_tools
@pytest.mark.parametrize("target", ["m0", "m4", "m55"])
@pytest.mark.parametrize("name", ["keyword", "lstm"])
def test_on_a_device(name, target, tmp_path):
    data = (FOLDER / f"{name}.tflite").read_bytes()
    compressed, _ = compress(data, bits=3, lossy=True)
    model = tmp_path / "model.tflite"
    model.write_bytes(compressed)
    host = Host(with_plain_weights(data, compressed))
    cases = random_inputs(host, 3)
    expected = []
    for case in cases:
        host.reset()
        expected.append(host.run(*case)[0])
    actual, _ = run_image((target, ""), model, tmp_path / "image", cases, expected[0])
    np.testing.assert_array_equal(actual, np.stack(expected))
