"""A checkpoint's .meta file: TensorFlow goes on with our training, we with TensorFlow's."""

import millrace as mr
import numpy as np
import pytest
from arrays import pack_all, unpack_all
from graphs_test import batch, make_training, run_steps

FETCHES = ["loss:0", "global_step:0"]


def test_tensorflow_goes_on_with_ours(peer, tmp_path):
    prefix = str(tmp_path / "model.ckpt")
    with mr.Graph().as_default(), mr.Session() as session:
        make_training()
        mr.add_to_collection("sizes", 8)
        session.run("init")
        run_steps(session, batch(), FETCHES, "train", 2)
        mr.train.Saver().save(session, prefix)
        names = [v.name for v in mr.global_variables()]
        ours = run_steps(session, batch(), ["loss:0"], "train", 3)
    found, trainable, theirs = peer.run_meta_graph(
        prefix, pack_all(batch()), "train", ["loss:0"], 3
    )
    assert found == names and trainable == ["w:0", "v:0"]
    for mine, packed in zip(ours, theirs):
        np.testing.assert_allclose(mine["loss:0"], unpack_all(packed)["loss:0"], rtol=1e-5)


@pytest.mark.parametrize("resources", [True, False])
@pytest.mark.parametrize("scope", [None, "old"])
def test_we_go_on_with_tensorflows(peer, tmp_path, resources, scope):
    prefix = str(tmp_path / "model.ckpt")
    expected = unpack_all(peer.store_meta_graph(prefix, pack_all(batch()), resources))["loss"]
    inside = f"{scope}/" if scope else ""
    feeds = {inside + name: value for name, value in batch().items()}
    with mr.Graph().as_default(), mr.Session() as session:
        saver = mr.train.import_meta_graph(prefix + ".meta", import_scope=scope)
        saver.restore(session, prefix)
        (loss,) = mr.get_collection("losses")
        np.testing.assert_allclose(session.run(loss, feeds), expected, rtol=1e-5)
        assert mr.get_collection("sizes") == [8]
        trainable = [v.name for v in mr.trainable_variables()]
        assert trainable == [f"{inside}hidden/w:0", f"{inside}v:0"]
        step = mr.train.get_global_step()
        assert step.trainable is False and session.run(step) == 2
        session.run(f"{inside}train", feeds)
        after = session.run(loss, feeds)
        assert after < expected and session.run(step) == 3
        again = saver.save(session, str(tmp_path / "again"))
        session.run(mr.global_variables_initializer())
        assert session.run(step) == 0
        saver.restore(session, again)
        assert session.run(loss, feeds) == after


def test_a_damaged_meta_graph(tmp_path):
    path = tmp_path / "m.meta"
    path.write_bytes(b"\xff\xff\xff")
    with mr.Graph().as_default():
        with pytest.raises(mr.errors.DataLossError, match=r"m\.meta"):
            mr.train.import_meta_graph(str(path))
        with pytest.raises(OSError):
            mr.train.import_meta_graph(str(tmp_path / "none.meta"))
        with pytest.raises(TypeError, match="int"):
            mr.train.import_meta_graph(7)
