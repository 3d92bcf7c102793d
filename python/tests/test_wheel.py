"""The wheel that is given away: it needs no library that is not in it or in every system."""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap
import venv

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_WHEEL_MB, MAX_INSTALLED_MB = 25, 80


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if shutil.which("bazel") is None or not (ROOT / "tools" / "wheel").exists():
        pytest.skip("needs the source tree and bazel")
    folder = tmp_path_factory.mktemp("wheel")
    made = subprocess.run(
        [ROOT / "tools" / "wheel", "--development", folder], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout + made.stderr  # no library needs one outside
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """An environment that holds the wheel and numpy: (its Python, its folder of packages)."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-index", "--no-deps", "--target", packages, wheel], check=True)
    around = pathlib.Path(np.__file__).parents[1]
    for name in ("numpy", "numpy.libs"):
        if (around / name).exists():
            (packages / name).symlink_to(around / name)
    return folder / "bin" / "python", packages


def test_it_is_small(wheel, environment):
    installed = sum(
        path.stat().st_size
        for name in ("millrace", "millrace.libs")
        for path in (environment[1] / name).rglob("*")
        if "__pycache__" not in path.parts
    )
    assert wheel.stat().st_size <= MAX_WHEEL_MB << 20
    assert installed <= MAX_INSTALLED_MB << 20


def test_it_runs_without_the_systems_libraries(environment):
    python, packages = environment
    code = """
    import sys
    import millrace as mr

    assert mr.__file__.startswith(sys.argv[1]), mr.__file__
    with mr.Graph().as_default(), mr.Session() as session:
        x = mr.constant([[1.0, 2.0]])
        assert session.run(mr.matmul(x, x, transpose_b=True)) == 5.0
    server = mr.distributed.Server.create_local_server()
    server.stop()
    of_package = [line.split()[-1] for line in open("/proc/self/maps") if ".so" in line]
    print(*sorted({p for p in of_package if "millrace" in p}), sep="\\n")
    """
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON"))}
    result = subprocess.run(
        [python, "-c", textwrap.dedent(code), packages],
        capture_output=True,
        text=True,
        timeout=120,
        env={**environ, "LD_LIBRARY_PATH": ""},
    )
    assert result.returncode == 0 and result.stderr == "", result.stderr
    names = [os.path.basename(path) for path in result.stdout.splitlines()]
    for needed in ("libdnnl", "libgrpc", "libprotobuf", "libabsl_strings"):
        assert any(name.startswith(needed + "-") for name in names), (needed, names)


@pytest.mark.parametrize("order", ["tensorflow, millrace", "millrace, tensorflow"])
def test_it_works_beside_tensorflow(environment, order):
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("tensorflow is not installed")
    code = f"""
    import {order}
    import millrace as mr, tensorflow as tf

    assert mr.__file__.startswith({str(environment[1])!r})
    with mr.Graph().as_default() as graph:
        mr.add(1.0, 2.0, name="three")
        data = graph.as_graph_def()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(tf.compat.v1.GraphDef.FromString(data), name="")
        assert session.run("three:0") == 3.0
    server = mr.distributed.Server.create_local_server()
    with mr.Graph().as_default(), mr.Session(server.target) as session:
        assert session.run(mr.constant(2.0) * 2.0) == 4.0
    server.stop()
    """
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **quiet, "PYTHONPATH": str(environment[1])},
    )
    assert result.returncode == 0, result.stderr
