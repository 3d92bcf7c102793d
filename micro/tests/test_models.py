"""Every model of a folder against recorded results.

NAME.tflite lies anywhere below the folder, golden/NAME.npz has inputs in0, in1, outputs out0 (state
cleared before each case) and outseq0 (cases one after another). The folder is named by
MILLRACE_MODELS; without it nothing is run. Integers must be equal, floats within 1e-5 absolute plus
1e-5 relative.
"""

import os
import pathlib

import numpy as np
import pytest
from host import Host, MicroError

FOLDER = os.environ.get("MILLRACE_MODELS", "")


def cases():
    if not FOLDER:
        return []
    models = {path.stem: path for path in pathlib.Path(FOLDER).rglob("*.tflite")}
    return [
        pytest.param(models[golden.stem], golden, id=golden.stem)
        for golden in sorted(pathlib.Path(FOLDER).glob("golden/*.npz"))
        if golden.stem in models
    ]


def assert_same(actual, expected):
    if np.issubdtype(expected.dtype, np.integer):
        np.testing.assert_array_equal(actual, expected)
    else:
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


def outputs(interpreter, golden, reset):
    keys = sorted(key for key in golden.files if key.startswith("in"))
    inputs = [golden[key] for key in keys]
    interpreter.reset()
    for case in range(len(inputs[0])):
        if reset:
            interpreter.reset()
        yield case, interpreter.run(*(values[case] for values in inputs))[0]


@pytest.mark.skipif(not FOLDER, reason="MILLRACE_MODELS names no folder of models")
@pytest.mark.parametrize("large_arena", [False, True], ids=["small_arena", "large_arena"])
@pytest.mark.parametrize(("model", "golden"), cases())
def test_model(model, golden, large_arena):
    golden = np.load(golden)
    try:
        interpreter = Host(model.read_bytes(), large_arena=large_arena)
    except MicroError as error:
        if error.status == "UNKNOWN_OP":
            pytest.skip(str(error))
        raise
    for case, output in outputs(interpreter, golden, reset=True):
        assert_same(output, golden["out0"][case].reshape(output.shape))
    if "outseq0" in golden.files:
        for case, output in outputs(interpreter, golden, reset=False):
            assert_same(output, golden["outseq0"][case].reshape(output.shape))
