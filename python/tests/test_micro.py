"""millrace.micro.Interpreter on the models of examples/micro against what tflite-micro made of
them (recorded.npz), and its errors."""

import pathlib

import numpy as np
import pytest
from millrace.micro import Interpreter, InterpreterConfig, MicroError
from millrace.micro.model_file import ModelFile, ModelFileError

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples/micro"
RECORDED = np.load(FOLDER / "recorded.npz")
MODELS = sorted({key.split("/")[0] for key in RECORDED.files})


def model(name):
    return (FOLDER / f"{name}.tflite").read_bytes()


def run_all(interpreter, name):
    outputs = []
    for case in RECORDED[f"{name}/in"]:
        interpreter.set_input(case, 0)
        assert interpreter.invoke() == 0
        outputs.append(interpreter.get_output(0))
    return np.array(outputs)


def assert_recorded(name, outputs):
    expected = RECORDED[f"{name}/out"]
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_array_equal(outputs, expected)


def test_every_model_is_recorded():
    assert MODELS == sorted(path.stem for path in FOLDER.glob("*.tflite"))
    assert sum(path.stat().st_size for path in FOLDER.glob("*.tflite")) < 400_000


@pytest.mark.parametrize("large_arena", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_as_tflite_micro(name, large_arena):
    interpreter = Interpreter.from_bytes(model(name), large_arena=large_arena)
    assert_recorded(name, run_all(interpreter, name))
    interpreter.reset()
    assert_recorded(name, run_all(interpreter, name))


@pytest.mark.parametrize("name", MODELS)
def test_in_the_smallest_arena(name):
    needed = Interpreter.from_bytes(model(name)).memory()["total"]
    assert_recorded(name, run_all(Interpreter.from_bytes(model(name), arena_size=needed), name))
    with pytest.raises(MicroError) as caught:
        Interpreter.from_bytes(model(name), arena_size=needed - 16)
    assert caught.value.status == "ARENA_TOO_SMALL"
    assert needed - 16 < caught.value.needed_bytes <= needed


@pytest.mark.parametrize("name", MODELS)
def test_preserving_all_tensors(name):
    interpreter = Interpreter.from_file(
        FOLDER / f"{name}.tflite", intrepreter_config=InterpreterConfig.kPreserveAllTensors
    )
    assert_recorded(name, run_all(interpreter, name))
    graph = interpreter.model_file.subgraphs[0]
    found = interpreter.GetTensor(graph.outputs[0], 0)
    np.testing.assert_array_equal(found["tensor_data"], interpreter.get_output(0))
    assert found["dtype"] == interpreter.get_output_details(0)["dtype"]
    for tensor in graph.tensors:
        if tensor.constant:
            assert interpreter.GetTensor(tensor.index)["tensor_data"].tobytes() == tensor.constant
    with pytest.raises(IndexError, match="tensor 9999"):
        interpreter.GetTensor(9999)


def test_batch():
    cases = RECORDED["fashion/in"]
    interpreter = Interpreter.from_bytes(model("fashion"), batch=len(cases))
    interpreter.set_input(cases[:, 0], 0)
    interpreter.invoke()
    np.testing.assert_array_equal(interpreter.get_output(0), RECORDED["fashion/out"][:, 0])


def test_details():
    interpreter = Interpreter.from_bytes(model("fashion"), custom_op_registerers=[])
    given = interpreter.get_input_details(0)
    assert given["dtype"] is np.int8
    assert given["shape"].tolist() == [1, 28, 28, 1]
    assert given["quantization_parameters"]["zero_points"].tolist() == [-128]
    assert given["quantization_parameters"]["scales"][0] == pytest.approx(1 / 255, rel=1e-3)
    made = interpreter.get_output_details(0)
    assert made["quantization_parameters"]["scales"].tolist() == [1 / 256]


def test_measured_ops():
    interpreter = Interpreter.from_bytes(model("fashion"), measure_ops=True)
    assert interpreter.op_seconds() == [0.0] * len(interpreter.model_file.subgraphs[0].operators)
    run_all(interpreter, "fashion")
    assert all(0 < seconds < 10 for seconds in interpreter.op_seconds())


def test_places_of_the_plan():
    interpreter = Interpreter.from_bytes(model("fashion"))
    places = [p for p in interpreter.places() if p.bytes > 0]
    planned = interpreter.memory()["planned"]
    assert max(p.offset + p.bytes for p in places) <= planned
    for i, a in enumerate(places):
        for b in places[:i]:
            in_time = a.first <= b.last and b.first <= a.last
            in_space = a.offset < b.offset + b.bytes and b.offset < a.offset + a.bytes
            assert not (in_time and in_space)


def test_allocations_are_printed(capsys):
    Interpreter.from_bytes(model("fashion")).print_allocations()
    text = capsys.readouterr().err
    assert "arena" in text
    assert "op_data" in text


def test_wrong_use():
    interpreter = Interpreter.from_bytes(model("fashion"))
    with pytest.raises(ValueError, match="got int32, the model takes int8"):
        interpreter.set_input(np.zeros([1, 28, 28, 1], np.int32), 0)
    with pytest.raises(ValueError, match=r"got shape \[28, 28\]"):
        interpreter.set_input(np.zeros([28, 28], np.int8), 0)
    with pytest.raises(IndexError, match="no input 1"):
        interpreter.set_input(np.zeros([1, 28, 28, 1], np.int8), 1)
    with pytest.raises(IndexError, match="no output 7"):
        interpreter.get_output(7)
    with pytest.raises(ValueError, match="non-negative"):
        interpreter.get_output(-1)
    with pytest.raises(RuntimeError, match="kPreserveAllTensors"):
        interpreter.GetTensor(0)
    with pytest.raises(ValueError, match="path"):
        Interpreter.from_file("/nowhere.tflite")
    with pytest.raises(ValueError, match="list of strings"):
        Interpreter.from_bytes(b"", custom_op_registerers="Foo")
    with pytest.raises(ValueError, match="arena_size"):
        Interpreter.from_bytes(b"", arena_size=-1)
    with pytest.raises(ValueError, match="arena_size"):
        Interpreter.from_bytes(b"", arena_size=1 << 70)
    with pytest.raises(ValueError, match="batch"):
        Interpreter.from_bytes(b"", batch=1 << 40)
    with pytest.raises(TypeError):
        Interpreter.from_bytes(5)
    with pytest.raises(MicroError, match="no memory for such an arena"):
        Interpreter.from_bytes(model("fashion"), arena_size=1 << 60)


@pytest.mark.parametrize("data", [b"", b"1234567890", b"\0\0\0\0TFL3", b"\xff" * 64])
def test_not_a_model(data):
    with pytest.raises(MicroError, match=r"INVALID_MODEL|UNSUPPORTED_SCHEMA"):
        Interpreter.from_bytes(data)
    with pytest.raises(ModelFileError):
        ModelFile(data)


def test_an_unknown_op_is_named():
    data = model("audio_front_end").replace(b"SignalWindow", b"SignalWidnow")
    with pytest.raises(MicroError, match=r"UNKNOWN_OP: op 0 \(SignalWidnow\)") as caught:
        Interpreter.from_bytes(data)
    assert caught.value.op_index == 0
    assert caught.value.op_name == "SignalWidnow"


def test_damaged_models_are_refused_or_run():
    """Single bytes changed anywhere: an error or a result, never a crash."""
    whole, rng = bytearray(model("fashion")), np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        data[rng.integers(0, min(len(data), 6000))] ^= int(rng.integers(1, 256))
        try:
            interpreter = Interpreter.from_bytes(bytes(data))
            interpreter.invoke()
            ModelFile(bytes(data))
        except (MicroError, ModelFileError):
            refused += 1
    assert refused > 0


def test_arrays_outlive_the_interpreter():
    interpreter = Interpreter.from_bytes(model("fashion"))
    output = interpreter.get_output(0)
    del interpreter
    assert output.shape == (1, 10)
