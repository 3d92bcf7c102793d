"""SavedModels: TensorFlow runs ours, we run TensorFlow's, from Python and by run_graph."""

import pathlib
import subprocess

import millrace as mr
import numpy as np
import object_programs
import pytest
from arrays import pack_all, unpack_all
from programs_test import assert_same

v1 = mr.compat.v1
RUN_GRAPH = pathlib.Path(__file__).resolve().parents[2] / "bazel-bin/tools/run_graph"
X = np.linspace(-1, 2, 8).astype(np.float32).reshape(2, 4)


def assert_close(found, expected):
    assert set(found) == set(expected)
    for key, value in expected.items():
        assert np.asarray(found[key]).dtype == value.dtype
        if value.dtype == object:
            assert found[key].tolist() == value.tolist()
        else:
            np.testing.assert_allclose(found[key], value, rtol=2e-5, atol=1e-6, err_msg=key)


def load_and_run(folder, feeds):
    with mr.Graph().as_default(), mr.Session() as session:
        return mr.saved_model.load(session, ["serve"], folder).run(feeds)


def save_ours(folder):
    with mr.Graph().as_default(), mr.Session() as session:
        x = v1.placeholder(mr.float32, [None, 4], name="x")
        with v1.variable_scope("layer"):
            w = v1.get_variable("w", initializer=np.arange(12, dtype=np.float32).reshape(4, 3))
        y = mr.nn.relu(mr.matmul(x, w) - 1.0)
        best = mr.cond(mr.reduce_sum(y) > 1.0, lambda: mr.argmax(y, 1), lambda: mr.argmin(y, 1))
        session.run(mr.global_variables_initializer())
        session.run(w.assign(w * 2.0).op)
        mr.saved_model.simple_save(session, folder, {"x": x}, {"y": y, "best": best})


def test_tensorflow_runs_ours(peer, tmp_path):
    folder = str(tmp_path / "1")
    save_ours(folder)
    new, old = peer.run_model(folder, pack_all({"x": X}))
    ours = load_and_run(folder, {"x": X})
    assert_close(ours, unpack_all(new))
    assert_close(ours, unpack_all(old))
    w = np.arange(12, dtype=np.float32).reshape(4, 3) * 2
    np.testing.assert_allclose(ours["y"], np.maximum(X @ w - 1, 0), rtol=1e-5)


def run_graph(folder, feeds, outputs, tmp_path):
    """What run_graph --saved_model gives; None where it is not built."""
    if not RUN_GRAPH.exists():
        return None
    command = [RUN_GRAPH, "--saved_model", folder]
    for key, value in feeds.items():
        np.save(tmp_path / f"{key}.in.npy", value)
        command += ["--feed", f"{key}={tmp_path}/{key}.in.npy"]
    for key in outputs:
        command += ["--fetch", f"{key}={tmp_path}/{key}.npy"]
    subprocess.run(command, check=True)
    return {key: np.load(tmp_path / f"{key}.npy") for key in outputs}


def test_simple_save(peer, tmp_path):
    folder = str(tmp_path / "1")
    feeds = {"x": X, "words": np.array([b"b", b"c", b"a"], object)}
    expected = unpack_all(peer.save_simple(folder, pack_all(feeds)))
    assert_close(load_and_run(folder, feeds), expected)


@pytest.mark.parametrize("scale", [0.1, 100.0])
def test_a_module_of_version_2(peer, tmp_path, scale):
    folder = str(tmp_path / "1")
    feeds = {"x": X * np.float32(scale)}
    expected = unpack_all(peer.save_module(folder, pack_all(feeds)))
    assert_close(load_and_run(folder, feeds), expected)
    by_command = run_graph(folder, feeds, expected, tmp_path)
    if by_command is not None:
        assert_close(by_command, expected)


def test_assets(peer, tmp_path):
    """A file goes with the model, and is read from there when the model is loaded."""
    source = tmp_path / "words.txt"
    source.write_text("a b c")
    with mr.Graph().as_default(), mr.Session() as session:
        name = mr.constant(str(source), name="name")
        text = v1.get_variable("text", initializer="")
        main_op = mr.group(text.assign(mr.raw_ops.ReadFile(filename=name)).op)
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.builder.SavedModelBuilder(str(tmp_path / "ours"))
        signature = v1.saved_model.signature_def_utils.build_signature_def(
            {"name": v1.saved_model.utils.build_tensor_info(name)},
            {"text": v1.saved_model.utils.build_tensor_info(text)},
            v1.saved_model.signature_constants.PREDICT_METHOD_NAME,
        )
        builder.add_meta_graph_and_variables(
            session,
            [v1.saved_model.tag_constants.SERVING],
            {"serving_default": signature},
            assets_collection=[name],
            main_op=main_op,
        )
        with pytest.raises(TypeError, match="constant path"):
            builder.add_meta_graph(["other"], assets_collection=[mr.constant(["a", "b"])])
        builder.save()
    peer.save_with_asset(str(tmp_path / "theirs"), str(source))
    source.unlink()
    assert (tmp_path / "ours" / "assets" / "words.txt").read_text() == "a b c"
    assert peer.read_text(str(tmp_path / "ours")) == "a b c"
    for folder in ("ours", "theirs"):
        with mr.Graph().as_default(), mr.Session() as session:
            model = v1.saved_model.loader.load(session, ["serve"], str(tmp_path / folder))
            output = model.signature_def["serving_default"].outputs["text"]
            assert session.run(output) == b"a b c"


@pytest.mark.parametrize("writer", ["ours", "theirs"])
def test_objects(peer, tmp_path, writer):
    """One program, run with both: what a model's objects do does not depend on who wrote it, nor
    on who loads it."""
    folder = str(tmp_path / "model")
    if writer == "ours":
        object_programs.save_objects(mr, folder)
    else:
        peer.run_object_program("save_objects", folder)
    mine = object_programs.use_objects(mr, folder, str(tmp_path / "mine"))
    assert_same(mine, peer.run_object_program("use_objects", folder, str(tmp_path / "theirs")))
    assert mine["plain"]["y"] == [pytest.approx([0.24, 0.36, 0.48])]


@pytest.mark.parametrize("writer", ["ours", "theirs"])
def test_tables_of_a_model(peer, tmp_path, writer):
    words = tmp_path / "words.txt"
    words.write_text("a\nb\nc\n")
    folder = str(tmp_path / "model")
    if writer == "ours":
        object_programs.save_tables(mr, folder, str(words))
    else:
        peer.run_object_program("save_tables", folder, str(words))
    words.unlink()
    mine = object_programs.use_tables(mr, folder)
    assert_same(mine, peer.run_object_program("use_tables", folder))
    assert mine[0]["of_file"] == [0, 2, -1]
    assert mine[0]["changing"] == [10, 7, 7]
    served = load_and_run(folder, {"words": np.array([b"y", b"b"], object)})
    assert_same({k: v.tolist() for k, v in served.items()}, mine[1])


@pytest.mark.parametrize("writer", ["ours", "theirs"])
def test_functions_of_ragged_and_sparse_tensors(peer, tmp_path, writer):
    folder = str(tmp_path / "model")
    if writer == "ours":
        object_programs.save_composites(mr, folder)
    else:
        peer.run_object_program("save_composites", folder)
    mine = object_programs.use_composites(mr, folder)
    assert_same(mine, peer.run_object_program("use_composites", folder))
