"""Offline memory plans: metadata added to a model, plans found by search."""

import pathlib

import numpy as np
import pytest
from millrace.micro import Interpreter
from millrace.micro.commands import plan
from millrace.micro.metadata import add_metadata
from millrace.micro.model_file import ModelFile

MODEL = pathlib.Path(__file__).parents[2] / "examples/micro/audio_front_end.tflite"


@pytest.fixture
def model():
    return MODEL.read_bytes()


def outputs(model):
    interpreter = Interpreter.from_bytes(model)
    results = []
    for seed in range(3):
        shape = interpreter.get_input_details(0)["shape"]
        values = np.random.default_rng(seed).integers(-3000, 3000, shape).astype(np.int16)
        interpreter.set_input(values, 0)
        interpreter.invoke()
        results.append(interpreter.get_output(0))
    return results


def test_metadata_leave_the_model_as_it_is(model):
    data = bytes(range(7))
    changed = add_metadata(model, "note", data)
    assert changed.endswith(model)
    assert ModelFile(changed).used_ops() == ModelFile(model).used_ops()
    again = add_metadata(changed, "note", b"other")
    assert again.count(b"note\0") == 2  # the old entry lies there still, unused
    for old, new in zip(outputs(model), outputs(again), strict=True):
        np.testing.assert_array_equal(old, new)


def test_plan_is_no_worse_and_gives_the_same_results(model):
    before = Interpreter.from_bytes(model)
    planned = plan.with_plan(model, before.places(), rounds=500)
    after = Interpreter.from_bytes(planned)
    assert after.memory()["planned"] <= before.memory()["planned"]
    assert after.memory()["planned"] >= plan.fullest_step(before.places())
    for old, new in zip(outputs(model), outputs(planned), strict=True):
        np.testing.assert_array_equal(old, new)


def test_plan_of_another_model_is_refused(model):
    words = np.array([1, 0, 2, 0, 0], np.int32)
    with pytest.raises(RuntimeError, match="plan"):
        Interpreter.from_bytes(add_metadata(model, "OfflineMemoryAllocation", words.tobytes()))
