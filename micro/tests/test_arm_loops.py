"""The inner loops for Arm in QEMU: on a model of many layers of random shapes, bit for bit what the
host says. The host is held to recorded results by op_corpus_test.

Skipped without arm-none-eabi-g++, qemu-system-arm or a schema (of tflite-micro or TensorFlow).
"""

import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from host import Host

op_models = pytest.importorskip(
    "op_models", reason="neither tflite-micro nor TensorFlow is installed"
)
from op_cases.cases import Cases  # noqa: E402
from op_cases.recurrent import EXTRAS, full_integer_lstm, full_sequence_lstm  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "micro/targets/cortex_m"))
import image  # noqa: E402

TOOLS = ("arm-none-eabi-g++", "qemu-system-arm")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
LAYERS = 25  # of each kind
SAME, VALID = 0, 1


class Layers:
    """A model of ops that do not depend on each other, and inputs for it."""

    def __init__(self, seed, dtype):
        self.rng = np.random.default_rng(seed)
        self.dtype = np.dtype(dtype)
        self.limits = np.iinfo(self.dtype)
        self.model = op_models.Model()
        self.fed, self.values, self.outputs = [], [], []

    def pick(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def tensor(self, shape, scale):
        zero_point = 0 if self.dtype == np.int16 else self.pick(-128, 127)
        if self.dtype == np.int16:
            scale /= 256
        return op_models.Tensor(tuple(shape), self.dtype.name, scale=scale, zero_point=zero_point)

    def feed(self, shape, scale):
        tensor = self.tensor(shape, scale)
        self.fed.append(tensor)
        values = self.rng.integers(self.limits.min, self.limits.max, shape, endpoint=True)
        self.values.append(values.astype(self.dtype))
        return tensor

    def add(self, op, inputs, output, options):
        self.model.add(op, inputs, [output], options)
        self.outputs.append(output)

    def layer(self, op, x, filter_shape, units, axis, output_shape, options, inputs=None):
        """With one scale of the filter or one a unit, with a bias or without. inputs: of x, filter
        and bias, where they are not these."""
        scales = self.rng.uniform(0.001, 0.02, self.rng.choice([1, units]))
        weights = self.rng.integers(-128, 128, filter_shape)
        filter_ = op_models.constant(weights, "int8", scale=list(scales), axis=axis)
        bias = None
        if self.rng.random() < 0.8:
            values = self.rng.integers(-20000, 20000, units)
            wide = self.dtype == np.int16 and self.rng.random() < 0.8
            dtype = "int64" if wide else "int32"
            bias = op_models.constant(values, dtype, scale=list(scales * x.scale))
        one = x.scale * (256 if self.dtype == np.int16 else 1)  # of an int8
        sums = np.sqrt(weights.size / units) * scales.mean() * one * 5000
        scale = sums / 128 * self.rng.uniform(0.5, 3)
        if self.rng.random() < 0.1:
            scale = one * scales.min() * 0.7  # factors above 1
        given = inputs(x, filter_, bias) if inputs else [x, filter_, bias]
        self.add(op, given, self.tensor(output_shape, scale), options)

    def conv(self, depthwise):
        strides, dilations = [self.pick(1, 3), self.pick(1, 3)], [self.pick(1, 2), self.pick(1, 2)]
        kernel, padding = [self.pick(1, 4), self.pick(1, 4)], self.pick(SAME, VALID)
        size = [self.pick(7, 10), self.pick(7, 10)]
        output = [
            -(-(n if padding == SAME else n - (k - 1) * d) // s)
            for n, k, s, d in zip(size, kernel, strides, dilations, strict=True)
        ]
        channels, batches = self.pick(1, 20), self.pick(1, 2)
        groups = 1 if depthwise or self.rng.random() < 0.8 else self.pick(2, 3)
        units = channels * self.rng.choice([1, 1, 3, 4, 8]) if depthwise else self.pick(1, 17)
        units *= groups
        x = self.feed((batches, *size, channels * groups), self.rng.uniform(0.005, 0.1))
        options = {
            "padding": padding,
            "strideH": strides[0],
            "strideW": strides[1],
            "dilationHFactor": dilations[0],
            "dilationWFactor": dilations[1],
            "fusedActivationFunction": self.pick(0, 3),
        }
        filter_shape = (1, *kernel, units) if depthwise else (units, *kernel, channels)
        op = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        if depthwise:
            options["depthMultiplier"] = int(units // channels)
        table = ("DepthwiseConv2DOptions" if depthwise else "Conv2DOptions", options)
        axis = 3 if depthwise else 0
        self.layer(op, x, filter_shape, int(units), axis, (batches, *output, units), table)

    def fully_connected(self):
        rows, depth, units = self.pick(1, 3), self.pick(1, 70), self.pick(1, 19)
        x = self.feed((rows, depth), self.rng.uniform(0.005, 0.1))
        options = ("FullyConnectedOptions", {"fusedActivationFunction": self.pick(0, 3)})
        self.layer("FULLY_CONNECTED", x, (units, depth), units, 0, (rows, units), options)

    def transpose_conv(self):
        strides, kernel = [self.pick(1, 3), self.pick(1, 3)], [self.pick(1, 4), self.pick(1, 4)]
        size, channels, units = (
            [self.pick(1, 5), self.pick(1, 5)],
            self.pick(1, 20),
            self.pick(1, 9),
        )
        output = [(n - 1) * s + max(k, s) for n, k, s in zip(size, kernel, strides, strict=True)]
        x = self.feed((1, *size, channels), self.rng.uniform(0.005, 0.1))
        shape = op_models.constant(np.array([1, *output, units]), "int32")
        options = {"padding": VALID, "strideH": strides[0], "strideW": strides[1]}
        self.layer(
            "TRANSPOSE_CONV",
            x,
            (units, *kernel, channels),
            units,
            0,
            (1, *output, units),
            ("TransposeConvOptions", options),
            lambda x, filter_, bias: [shape, filter_, x, bias],
        )

    def pair(self, op, table):
        rows, columns = self.pick(1, 5), self.pick(1, 19)
        other = [(rows, columns), (1, columns), (rows, 1), (1, 1)][self.pick(0, 3)]
        a, b, out = self.rng.uniform(0.01, 0.1, 3)
        inputs = [self.feed((rows, columns), a), self.feed(other, b)]
        options = (table, {"fusedActivationFunction": self.pick(0, 3)})
        self.add(op, inputs, self.tensor((rows, columns), out), options)


def many_layers(seed, dtype):
    layers = Layers(seed, dtype)
    for _ in range(LAYERS):
        layers.conv(depthwise=False)
        layers.conv(depthwise=True)
        layers.fully_connected()
        layers.transpose_conv()
        layers.pair("ADD", "AddOptions")
        layers.pair("MUL", "MulOptions")
    return layers, layers.model.build(layers.fed, layers.outputs)


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {' '.join(MISSING)}")
@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize(("target", "loops"), [("m4", "arm/dsp"), ("m55", "arm/mve")])
def test_same_as_host(target, loops, dtype, tmp_path):
    layers, model = many_layers(1, dtype)
    expected = Host(model).run(*layers.values)
    (tmp_path / "model.tflite").write_bytes(model)
    (tmp_path / "inputs").write_bytes(b"".join(value.tobytes() for value in layers.values))
    built = image.build(target, tmp_path / "model.tflite", tmp_path, loops)
    image.execute(target, built, tmp_path / "inputs", tmp_path / "outputs")
    actual = np.frombuffer((tmp_path / "outputs").read_bytes(), layers.dtype)
    for i, values in enumerate(expected):
        found, actual = actual[: values.size], actual[values.size :]
        np.testing.assert_array_equal(found, values.reshape(-1), err_msg=f"output {i}")
    assert actual.size == 0


def lstm_with_all_that_there_is(dtype):
    cases = Cases(1)
    if dtype == "float32":
        full_sequence_lstm(cases, dtype, EXTRAS, False)
    else:
        full_integer_lstm(cases, "UNIDIRECTIONAL_SEQUENCE_LSTM", EXTRAS)
    return cases.all[0]


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {' '.join(MISSING)}")
@pytest.mark.parametrize("dtype", ["float32", "int8"])
def test_an_lstm_with_all_that_there_is(tmp_path, dtype):
    case = lstm_with_all_that_there_is(dtype)
    (tmp_path / "model.tflite").write_bytes(case.model)
    (tmp_path / "inputs").write_bytes(case.steps[0][0].tobytes())
    built = image.build("m4", tmp_path / "model.tflite", tmp_path)
    image.execute("m4", built, tmp_path / "inputs", tmp_path / "outputs")
    actual = np.frombuffer((tmp_path / "outputs").read_bytes(), dtype)
    expected = Host(case.model).run(*case.steps[0])[0]
    np.testing.assert_allclose(actual, expected.reshape(-1), rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_compiled_lstm_with_all_that_there_is(tmp_path):
    case = lstm_with_all_that_there_is("int8")
    model, project = tmp_path / "model.tflite", tmp_path / "project"
    model.write_bytes(case.model)
    tool = [sys.executable, ROOT / "tools/lib/micro_main.py", "compile", model]
    subprocess.run([*tool, "--out", project, "--arena-size", "2000"], check=True)
    subprocess.run(["make"], cwd=project, check=True, capture_output=True)
    printed = subprocess.run(["./program"], cwd=project, capture_output=True, text=True).stdout
    output = printed.split("output bytes:")[1].split()
    expected = Host(case.model).run(np.zeros_like(case.steps[0][0]))[0]
    assert [int(byte) for byte in output] == list(expected.tobytes()[: len(output)])
