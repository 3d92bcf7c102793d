"""Images for Cortex-M in QEMU: the same results as on the host, nothing in them that does not
belong on a device, and sizes that do not grow unseen.

Models: the repository's own (examples/micro), and those of the folder that MILLRACE_MODELS names.
Without arm-none-eabi-g++ or qemu-system-arm these tests are skipped.
"""

import json
import os
import pathlib
import re
import shutil
import sys

import numpy as np
import pytest
from host import Host

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "micro/targets/cortex_m"))
import image  # noqa: E402
import image_map  # noqa: E402

FOLDER = os.environ.get("MILLRACE_MODELS", "")
FIGURES = pathlib.Path(__file__).with_name("image_figures.json")
GROWTH = 1.03
CASES = 3
TOOLS = ("arm-none-eabi-g++", "qemu-system-arm")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
needs_tools = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {' '.join(MISSING)}")
OWN = sorted((ROOT / "examples/micro").glob("*.tflite"))
# Too large for a board's memory, or (M55) for what is left beside its code.
TOO_LARGE = {"mobilenet_v2_quantized_1x3x224x224", "mobilenet_v2_features_int8"}
# A target and the folder of its own loops.
OPTIMISED = [("m4", "arm/dsp"), ("m7", "arm/dsp"), ("m55", "arm/mve")]
BUILDS = [(target, "") for target in image.TARGETS] + OPTIMISED


def test_ops_over_loops_have_loops():
    # These are but a part of what ops compute.
    loops = re.compile(r'#include "micro/kernels/loops/(?!dynamic_quantization|float_)')
    sources = (ROOT / "micro/kernels").glob("*.cc")
    found = [f.stem for f in sources if loops.search(f.read_text())]
    lists = image.model_ops.constants("micro/kernels/ops.bzl")
    assert set(lists["OVER_LOOPS"]) <= set(found)


def name_of(build):
    return " ".join(build).strip()


def shared_models():
    goldens = sorted(pathlib.Path(FOLDER).glob("golden/*.npz")) if FOLDER else []
    models = {path.stem: path for path in pathlib.Path(FOLDER).rglob("*.tflite")} if FOLDER else {}
    return [
        pytest.param(models[golden.stem], golden, id=golden.stem)
        for golden in goldens
        if golden.stem in models and golden.stem not in TOO_LARGE
    ]


def run_image(build, model, folder, inputs, output, reset=True):
    """inputs: a list of cases, each a list of arrays. Returns (outputs, figures)."""
    target, loops = build
    built = image.build(target, model, folder, loops)
    (folder / "inputs").write_bytes(b"".join(a.tobytes() for case in inputs for a in case))
    figures = image.execute(target, built, folder / "inputs", folder / "outputs", reset)
    data = np.frombuffer((folder / "outputs").read_bytes(), output.dtype)
    return data.reshape(len(inputs), *output.shape), figures


def assert_same(actual, expected):
    if np.issubdtype(expected.dtype, np.integer):
        np.testing.assert_array_equal(actual, expected)
    else:
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


def random_inputs(interpreter, cases):
    random = np.random.default_rng(0)
    inputs = [interpreter.get_input_details(i) for i in range(interpreter.num_inputs)]
    return [
        [
            random.normal(size=t["shape"]).astype(t["dtype"])
            if t["dtype"] == np.float32
            else random.integers(-100, 100, t["shape"]).astype(t["dtype"])
            for t in inputs
        ]
        for _ in range(cases)
    ]


@needs_tools
@pytest.mark.parametrize("model", OWN, ids=lambda path: path.stem)
@pytest.mark.parametrize("build", BUILDS, ids=name_of)
def test_own_model(build, model, tmp_path):
    host = Host(model.read_bytes())
    inputs = random_inputs(host, CASES)
    expected = []
    for case in inputs:
        host.reset()
        expected.append(host.run(*case)[0])
    actual, figures = run_image(build, model, tmp_path, inputs, expected[0])
    assert_same(actual, np.stack(expected))
    assert image_map.forbidden_symbols(tmp_path / "image.elf") == []
    check_growth(f"{model.stem} {name_of(build)}", figures, tmp_path / "image.map")


@needs_tools
@pytest.mark.skipif(not FOLDER, reason="MILLRACE_MODELS names no folder of models")
@pytest.mark.parametrize(("model", "golden"), shared_models())
@pytest.mark.parametrize("build", [("m4", ""), *OPTIMISED], ids=name_of)
def test_shared_model(build, model, golden, tmp_path):
    golden = np.load(golden)
    keys = sorted(key for key in golden.files if key.startswith("in"))
    inputs = [[golden[key][case] for key in keys] for case in range(min(CASES, len(golden["in0"])))]
    expected = golden["out0"][: len(inputs)]
    actual, figures = run_image(build, model, tmp_path, inputs, expected[0])
    assert_same(actual, expected)
    assert image_map.forbidden_symbols(tmp_path / "image.elf") == []
    check_growth(f"{model.stem} {name_of(build)}", figures, tmp_path / "image.map")


def check_growth(name, figures, map_file):
    """Arena and flash against image_figures.json, which MILLRACE_RECORD_FIGURES=1 writes."""
    core = {path.stem for path in (ROOT / "micro/core").glob("*.cc")}
    groups = image_map.by_group(map_file.read_text(), core)
    found = {"arena": figures["arena"], "core": groups["core"], "kernels": groups["kernels"]}
    table = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if os.environ.get("MILLRACE_RECORD_FIGURES"):
        table[name] = found
        lines = ",\n".join(
            f"  {json.dumps(key)}: {json.dumps(table[key])}" for key in sorted(table)
        )
        FIGURES.write_text("{\n" + lines + "\n}\n")
    for kind, limit in table.get(name, {}).items():
        assert found[kind] <= limit * GROWTH, f"{name}: {kind} grew from {limit} to {found[kind]}"
