"""millrace micro: run, inspect, size, embed, compile, bench, as a person calls them."""

import pathlib
import re
import shutil
import subprocess
import sys
import xml.dom.minidom

import numpy as np
import pytest
from millrace.__main__ import main
from millrace.micro import Interpreter
from millrace.micro.runner import missing_tools

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples/micro"
RECORDED = np.load(FOLDER / "recorded.npz")
no_device = missing_tools("arm-none-eabi-g++", "qemu-system-arm")
needs_device = pytest.mark.skipif(bool(no_device), reason=no_device or "")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def micro(*words):
    return main(["micro", *map(str, words)])


def run_ok(capsys, *words):
    assert micro(*words) == 0
    return capsys.readouterr().out


def fails(capsys, *words):
    assert micro(*words) == 1
    text = capsys.readouterr().err
    assert text.startswith("millrace micro: ")
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("command", ["", "run", "inspect", "size", "embed", "compile", "bench"])
def test_help(capsys, command):
    with pytest.raises(SystemExit) as exit:
        micro(*[command] * bool(command), "--help")
    assert exit.value.code == 0
    assert len(capsys.readouterr().out) > 200


# ---- run ----


@pytest.mark.parametrize("image", ["boot", "sandal", "trouser"])
def test_an_image_is_classified(capsys, image):
    out = run_ok(capsys, "run", FOLDER / "fashion.tflite", FOLDER / f"{image}.png")
    assert re.search(rf"{image}\.png: {image} 0\.\d+", out)
    assert "bytes of arena" in out


@pytest.mark.parametrize("word", ["yes", "no"])
def test_a_keyword_is_spotted(capsys, word):
    out = run_ok(capsys, "run", FOLDER / "keyword.tflite", FOLDER / f"{word}.wav")
    assert f"0.00 s: {word} 0." in out
    assert "front end:" in out


@needs_device
def test_on_a_device(capsys):
    model, image = FOLDER / "fashion.tflite", FOLDER / "boot.png"
    out = run_ok(capsys, "run", model, image, "--target", "m4")
    assert "boot.png: boot 0." in out
    assert "on m4 in QEMU" in out
    words = run_ok(capsys, "run", FOLDER / "keyword.tflite", FOLDER / "yes.wav", "--target", "m55")
    assert "0.00 s: yes 0." in words


@pytest.mark.parametrize(
    ("sound", "verdict"), [("machine", "as usual"), ("machine_faulty", "unusual")]
)
def test_a_machine_is_listened_to(capsys, sound, verdict):
    out = run_ok(capsys, "run", FOLDER / "anomaly.tflite", FOLDER / f"{sound}.wav")
    assert out.startswith(f"{verdict}: mean squared error 0.")


@pytest.mark.parametrize("name", ["fashion", "lstm", "lstm_float"])
def test_arrays_and_outputs(capsys, tmp_path, name):
    np.save(tmp_path / "in.npy", RECORDED[f"{name}/in"])
    model, outputs = FOLDER / f"{name}.tflite", tmp_path / "out.npz"
    words = ["run", model, tmp_path / "in.npy", "--keep-state", "--outputs", outputs]
    text = run_ok(capsys, *words, "--times", "--arena")
    assert "share" in text
    expected = RECORDED[f"{name}/out"]
    found = np.load(outputs)["out0"]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * (expected.dtype.kind == "f"))
    np.savez(tmp_path / "in.npz", in0=RECORDED[f"{name}/in"])
    run_ok(capsys, "run", model, tmp_path / "in.npz", "--keep-state", "--outputs", outputs)
    np.testing.assert_array_equal(np.load(outputs)["out0"], found)


def test_real_numbers_are_quantised(capsys, tmp_path):
    case = RECORDED["fashion/in"][0]
    np.save(tmp_path / "in.npy", (case.astype(np.float64) + 128) / 255)
    outputs = tmp_path / "out.npz"
    run_ok(capsys, "run", FOLDER / "fashion.tflite", tmp_path / "in.npy", "--outputs", outputs)
    np.testing.assert_array_equal(np.load(outputs)["out0"][0], RECORDED["fashion/out"][0])


def test_labels_of_a_file(capsys, tmp_path):
    (tmp_path / "labels.txt").write_text("\n".join(f"class{i}" for i in range(10)))
    words = ["run", FOLDER / "fashion.tflite", FOLDER / "boot.png", "--top", 1]
    out = run_ok(capsys, *words, "--labels", tmp_path / "labels.txt")
    assert re.search(r"boot\.png: class9 0\.\d+\n", out)


def test_wrong_inputs(capsys, tmp_path):
    model = FOLDER / "fashion.tflite"
    assert "no input files; the model takes" in fails(capsys, "run", model)
    assert "no file" in fails(capsys, "run", model, tmp_path / "none.png")
    assert "--front-end" in fails(capsys, "run", model, FOLDER / "yes.wav")
    np.save(tmp_path / "a.npy", np.zeros([3, 3], np.int8))
    assert "shape [3, 3]" in fails(capsys, "run", model, tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.zeros([1, 28, 28, 1], np.int64))
    assert "int64" in fails(capsys, "run", model, tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.full([1, 28, 28, 1], np.nan, np.float32))
    assert "not numbers" in fails(capsys, "run", model, tmp_path / "a.npy")
    np.savez(tmp_path / "a.npz", other=np.zeros(3))
    assert "neither in0" in fails(capsys, "run", model, tmp_path / "a.npz")
    (tmp_path / "a.png").write_bytes(b"GIF89a")
    assert "neither a PNG" in fails(capsys, "run", model, tmp_path / "a.png")
    assert "2 files for 1 inputs" in fails(
        capsys, "run", model, FOLDER / "boot.png", FOLDER / "boot.png"
    )
    (tmp_path / "a.tflite").write_bytes(b"not a model")
    assert "not a .tflite" in fails(capsys, "run", tmp_path / "a.tflite", FOLDER / "boot.png")
    (tmp_path / "a.tflite").write_bytes(model.read_bytes()[:3000])
    assert "beyond its 3000 bytes" in fails(capsys, "inspect", tmp_path / "a.tflite")
    assert "no target m9" in fails(capsys, "run", model, FOLDER / "boot.png", "--target", "m9")
    assert "ARENA_TOO_SMALL" in fails(
        capsys, "run", model, FOLDER / "boot.png", "--arena-size", 512
    )
    with pytest.raises(SystemExit):
        main(["micro", "run", str(model), str(FOLDER / "boot.png"), "--arena-size", "-5"])
    assert "'-5' is no number of 1 or more" in capsys.readouterr().err
    assert "none.tflite: No such file" in fails(
        capsys, "run", tmp_path / "none.tflite", FOLDER / "boot.png"
    )


# ---- inspect, size, bench ----


def test_inspect(capsys, tmp_path):
    svg = tmp_path / "plan.svg"
    out = run_ok(capsys, "inspect", FOLDER / "fashion.tflite", "--tensors", "--svg", svg)
    assert re.search(r"0 Conv2D +\d+ +\d+ int8 \[1, 14, 14, 16\]", out)
    assert "scales along" in out
    picture = xml.dom.minidom.parse(str(svg))
    places = Interpreter.from_file(FOLDER / "fashion.tflite").places()
    boxes = picture.getElementsByTagName("rect")
    assert len(boxes) == 1 + sum(p.bytes > 0 for p in places)


def test_size_says_what_is_missing(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    out = run_ok(capsys, "size", FOLDER / "fashion.tflite")
    assert "arm-none-eabi-g++ and qemu-system-arm not found: apt-get install" in out
    assert re.search(r"host +\d+", out)


@needs_device
def test_size(capsys):
    out = run_ok(capsys, "size", FOLDER / "fashion.tflite", "--target", "m4")
    arena, core, kernels = map(int, re.search(r"m4 +(\d+) +(\d+) +(\d+)", out).groups())
    assert arena <= Interpreter.from_file(FOLDER / "fashion.tflite").memory()["total"]
    assert 1000 < core < 40_000
    assert kernels > 1000


def test_bench(capsys):
    out = run_ok(capsys, "bench", FOLDER / "lstm.tflite", "--seconds", 0.05)
    assert re.search(r"millrace: [\d.]+ us an invoke", out)
    assert "UnidirectionalSequenceLstm" in out
    assert (
        "not installed"
        in fails(capsys, "bench", FOLDER / "lstm.tflite", "--against", "tflite_runtime")
        or shutil.which("python") is None
    )


def test_from_the_source_tree():
    root = FOLDER.parents[1]
    if not (root / "bazel-bin/micro/host/libmillrace_micro.so").exists():
        pytest.skip("micro/host is not built here")
    words = ["run", FOLDER / "keyword.tflite", FOLDER / "no.wav"]
    program = [sys.executable, root / "tools/lib/micro_main.py", *words]
    result = subprocess.run(program, capture_output=True, text=True, cwd="/")
    assert result.returncode == 0, result.stderr
    assert "0.00 s: no 0." in result.stdout


# ---- embed, compile, micro_export ----


def printed(folder, *command):
    """What the project's program prints: (arena bytes, output bytes)."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=500)
    assert result.returncode == 0, result.stdout + result.stderr
    text = result.stdout + result.stderr  # an emulated board speaks on stderr
    arena = int(re.search(r"arena bytes: (\d+)", text).group(1))
    output = re.search(r"output bytes:((?: \d+)*)", text).group(1)
    return arena, [int(byte) for byte in output.split()]


def of_zeros(path):
    """The first bytes of the output for inputs of zeros."""
    interpreter = Interpreter.from_file(path)
    detail = interpreter.get_input_details(0)
    interpreter.set_input(np.zeros(detail["shape"], detail["dtype"]), 0)
    interpreter.invoke()
    return list(interpreter.get_output(0).tobytes()[:16])


def make(folder):
    result = subprocess.run(
        ["make", "-j2"], cwd=folder, capture_output=True, text=True, timeout=500
    )
    assert result.returncode == 0, result.stderr


@needs_make
@pytest.mark.parametrize("command", ["embed", "compile"])
def test_a_project_builds_and_runs(capsys, tmp_path, command):
    path = FOLDER / "anomaly.tflite"
    run_ok(capsys, command, path, "--out", tmp_path, "--target", "m4")
    make(tmp_path)
    arena, output = printed(tmp_path, "./program")
    assert output == of_zeros(path)
    assert arena <= Interpreter.from_file(path).memory()["total"]
    if no_device:
        pytest.skip(no_device)
    on_device, output = printed(tmp_path, "make", "run")
    assert output == of_zeros(path)
    declared = re.search(r"kArenaBytes = (\d+)", (tmp_path / "arena.h").read_text()).group(1)
    assert on_device <= int(declared)
    symbols = subprocess.run(
        ["arm-none-eabi-nm", "-C", "image.elf"], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    for part in ("PlanGreedily", "Lifetimes::", "FlatbufferChecker"):
        assert (part in symbols) == (command == "embed"), part


@needs_make
def test_a_compiled_lstm(capsys, tmp_path):
    run_ok(capsys, "compile", FOLDER / "lstm.tflite", "--out", tmp_path, "--arena-size", 20_000)
    make(tmp_path)
    assert printed(tmp_path, "./program")[1] == of_zeros(FOLDER / "lstm.tflite")


@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")
def test_micro_export_with_cmake(tmp_path):
    tool = FOLDER.parents[1] / "tools/micro_export"
    path = FOLDER / "anomaly.tflite"
    subprocess.run([tool, tmp_path, "--model", path, "--arena", "8000"], check=True)
    for command in (["cmake", "-S", ".", "-B", "out"], ["cmake", "--build", "out", "-j2"]):
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500)
        assert result.returncode == 0, result.stdout + result.stderr
    assert printed(tmp_path, "out/program")[1] == of_zeros(path)


@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")
@pytest.mark.skipif(no_device is not None, reason=str(no_device))
def test_a_device_with_cmake(tmp_path):
    tool = FOLDER.parents[1] / "tools/micro_export"
    path = FOLDER / "anomaly.tflite"
    subprocess.run([tool, tmp_path, "--model", path, "--target", "m55"], check=True)
    configure = ["cmake", "-S", ".", "-B", "out", "-DCMAKE_TOOLCHAIN_FILE=board/m55.cmake"]
    result = subprocess.run(configure, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    run = ["cmake", "--build", "out", "-j2", "--target", "run"]
    assert printed(tmp_path, *run)[1] == of_zeros(path)


def test_micro_export_of_everything(tmp_path):
    tool = FOLDER.parents[1] / "tools/micro_export"
    subprocess.run([tool, tmp_path], check=True)
    listed = re.findall(r"micro/\S+\.cc", (tmp_path / "Makefile").read_text())
    assert all((tmp_path / file).is_file() for file in listed)
    assert "micro/core/interpreter.cc" in listed
    assert "micro/kernels/fully_connected.cc" in listed
    assert not any(file.endswith("_test.cc") for file in listed)
