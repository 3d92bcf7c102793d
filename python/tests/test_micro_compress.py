"""millrace micro compress, and what else the tools do with models of compressed weights."""

import re

import numpy as np
import pytest
from millrace.micro import Interpreter
from millrace.micro.clustering import cluster
from millrace.micro.compression import compress
from millrace.micro.model_file import ModelFile
from millrace.micro.shortening import shorten
from test_micro_tools import (
    FOLDER,
    fails,
    make,
    micro,
    needs_device,
    needs_make,
    of_zeros,
    printed,
    run_ok,
)


@pytest.fixture
def compressed(tmp_path):
    path = tmp_path / "compressed.tflite"
    model, chosen = compress((FOLDER / "fashion.tflite").read_bytes(), bits=3, lossy=True)
    assert chosen
    path.write_bytes(model)
    return path


def test_a_model_gets_smaller(capsys, tmp_path):
    path, out = FOLDER / "fashion.tflite", tmp_path / "small.tflite"
    assert "not written" in run_ok(capsys, "compress", path, "--out", out)
    assert not out.exists()
    text = run_ok(capsys, "compress", path, "--out", out, "--cluster", "--bits", "4")
    assert re.search(r"tensor +\d+ +\d+ -> +\d+ bytes, 4 bits ", text)
    assert out.stat().st_size < 0.7 * path.stat().st_size
    text = run_ok(capsys, "run", out, FOLDER / "boot.png")
    assert "boot.png: boot 0." in text
    again = fails(capsys, "compress", out, "--out", tmp_path / "again.tflite")
    assert "compressed already" in again
    assert "in 4 bits" in run_ok(capsys, "inspect", out, "--tensors")


def test_tensors_of_choice(capsys, tmp_path):
    path, out = FOLDER / "lstm_float.tflite", tmp_path / "small.tflite"
    graph = ModelFile(path.read_bytes()).subgraphs[0]
    largest = max(graph.tensors, key=lambda tensor: len(tensor.constant))
    run_ok(
        *(capsys, "compress", path, "--out", out),
        *("--cluster", "--bits", 5, "--tensors", largest.index),
    )
    new = ModelFile(out.read_bytes()).subgraphs[0].tensors
    assert [t.index for t in new if t.index_bits] == [largest.index]
    for number in (graph.inputs[0], len(graph.tensors)):
        text = fails(capsys, "compress", path, "--out", out, "--tensors", number)
        assert f"tensor {number} is no constant" in text


@pytest.mark.parametrize("bits", ["0", "8", "x"])
def test_bits_that_are_none(capsys, bits):
    with pytest.raises(SystemExit):
        micro("compress", FOLDER / "fashion.tflite", "--out", "x", "--bits", bits)
    assert "is not one of 1 to 7" in capsys.readouterr().err


def test_help(capsys):
    with pytest.raises(SystemExit) as exit:
        micro("compress", "--help")
    assert exit.value.code == 0
    assert "COMPRESSION_METADATA" in capsys.readouterr().out


@needs_device
def test_on_a_device(capsys, compressed):
    image = FOLDER / "sandal.png"
    there = run_ok(capsys, "run", compressed, image, "--target", "m4")
    assert there.splitlines()[0] == run_ok(capsys, "run", compressed, image).splitlines()[0]


@needs_make
@pytest.mark.parametrize("command", ["embed", "compile"])
def test_a_project(capsys, tmp_path, command):
    path, folder = tmp_path / "small.tflite", tmp_path / "project"
    path.write_bytes(compress((FOLDER / "anomaly.tflite").read_bytes(), bits=2, lossy=True)[0])
    run_ok(capsys, command, path, "--out", folder, "--arena-size", 20_000)
    make(folder)
    assert printed(folder, "./program")[1] == of_zeros(path)


def test_clusters():
    random = np.random.default_rng(0)
    values = random.normal(size=(40, 50)).astype(np.float32)
    few = cluster(values, 16)
    assert len(np.unique(few)) == 16
    # The best 16 levels for a normal distribution leave 0.0095 of the variance (Max, 1960).
    assert np.mean((few - values) ** 2) < 0.013
    integers = random.integers(-128, 128, 300).astype(np.int8)
    assert cluster(integers, 4).dtype == np.int8
    assert len(np.unique(cluster(integers, 4))) <= 4
    np.testing.assert_array_equal(cluster(few, 16), few)
    with_nan = np.array([np.nan, 1, 2, 3], np.float32)
    np.testing.assert_array_equal(cluster(with_nan, 2), with_nan)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.tflite")), ids=lambda path: path.stem)
def test_shortening_leaves_the_rest_as_it_is(path):
    data = path.read_bytes()
    assert shorten(data, {}) == data
    before = ModelFile(data)
    root_buffers = before._buffers
    vectors = {table.target(0): b"xyz" for table in root_buffers if len(table.bytes(0)) > 40}
    after = ModelFile(shorten(data, vectors))
    assert len(after.data) < len(data)
    assert after.metadata.keys() == before.metadata.keys()
    for old, new in zip(before.subgraphs, after.subgraphs, strict=True):
        assert new.operators == old.operators
        for a, b in zip(old.tensors, new.tensors, strict=True):
            assert (a.name, a.shape, a.scales, a.zero_points) == (
                *(b.name, b.shape, b.scales, b.zero_points),
            )
            assert b.constant == (b"xyz" if len(a.constant) > 40 else a.constant)


def test_damaged_entries_are_refused_or_run(compressed):
    data = bytearray(compressed.read_bytes())
    random = np.random.default_rng(1)
    refused = 0
    for _ in range(200):
        damaged = bytearray(data)
        for at in random.integers(0, 400, 3):  # where the entry and the list of buffers are
            damaged[at] = random.integers(256)
        try:
            Interpreter.from_bytes(bytes(damaged)).invoke()
        except RuntimeError:
            refused += 1
    assert refused > 50
