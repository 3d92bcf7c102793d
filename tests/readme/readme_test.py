"""The README's programs, as a reader would copy them."""

import os
import pathlib
import re
import subprocess
import sys
import tarfile

import millrace as mr
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bazel-bin" / "serving" / "millrace-cc-0.1.0.tar.gz"


def program(heading):
    """The first indented block below a heading of the README."""
    section = (ROOT / "README.md").read_text().split(f"\n## {heading}\n", 1)[1]
    block = re.search(r"^    .*\n(?:(?:    .*)?\n)*", section, re.MULTILINE).group()
    return "".join(line[4:] or "\n" for line in block.splitlines(keepends=True))


def test_the_training_program_learns():
    done = subprocess.run(
        [sys.executable, "-c", program("Train")], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 0.9  # ln 10 = 2.3 before training


def export_uniform_classifier(folder):
    """A model that finds all ten classes as likely."""
    with mr.Graph().as_default(), mr.Session() as session:
        image = mr.compat.v1.placeholder(mr.float32, [None, 784], name="image")
        weights = mr.Variable(mr.zeros([784, 10]))
        probabilities = mr.nn.softmax(mr.matmul(image, weights))
        session.run(mr.global_variables_initializer())
        mr.saved_model.simple_save(
            session, str(folder), {"image": image}, {"probabilities": probabilities}
        )


@pytest.mark.skipif(not PACKAGE.exists(), reason="bazel build //serving:cc_package was not run")
def test_the_serving_program_builds_against_the_package_and_answers(tmp_path):
    with tarfile.open(PACKAGE) as package:
        package.extractall(tmp_path)
    (tmp_path / "serve.cc").write_text(program("Serve from C++"))
    (pkg_config,) = tmp_path.glob("*/lib/pkgconfig")
    environment = {**os.environ, "PKG_CONFIG_PATH": str(pkg_config)}
    build = "g++ serve.cc $(pkg-config --cflags --libs millrace) -o serve"
    subprocess.run(build, shell=True, check=True, cwd=tmp_path, env=environment)

    missing = subprocess.run(["./serve"], cwd=tmp_path, capture_output=True, text=True)
    assert missing.returncode == 1
    assert missing.stderr.startswith("NOT_FOUND: No SavedModel can be read from export/1")

    export_uniform_classifier(tmp_path / "export" / "1")
    done = subprocess.run(["./serve"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    values = [float(v) for v in re.findall(r"\d+\.\d+", done.stdout)]
    np.testing.assert_allclose(values, [0.1] * 10, atol=1e-6)
