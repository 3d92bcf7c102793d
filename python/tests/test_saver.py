"""Checkpoints."""

import os

import millrace as mr
import numpy as np
import pytest
from millrace.train import checkpoint_state


def make_graph(values=(1.0, 2.0)):
    a = mr.Variable(np.full((3, 4), values[0], np.float32), name="a")
    b = mr.Variable(np.full(5, int(values[1]), np.int64), name="layer/b")
    return a, b


def test_save_and_restore(tmp_path):
    prefix = str(tmp_path / "model")
    with mr.Graph().as_default(), mr.Session() as session:
        a, b = make_graph()
        saver = mr.train.Saver()
        session.run(mr.global_variables_initializer())
        path = saver.save(session, prefix, global_step=7)
        assert path == prefix + "-7"
    assert mr.train.latest_checkpoint(str(tmp_path)) == path
    assert mr.io.list_variables(path) == [("a", [3, 4]), ("layer/b", [5])]
    assert mr.io.load_variable(str(tmp_path), "layer/b").tolist() == [2] * 5
    with mr.Graph().as_default(), mr.Session() as session:
        a, b = make_graph((0.0, 0.0))
        mr.train.Saver().restore(session, path)
        assert session.run(a).sum() == 12.0 and session.run(b).sum() == 10


def test_sharded(tmp_path):
    with mr.Graph().as_default(), mr.Session() as session:
        a, _ = make_graph()
        saver = mr.train.Saver(sharded=True)
        session.run(mr.global_variables_initializer())
        path = saver.save(session, str(tmp_path / "model"))
        session.run(a.assign(a * 0.0).op)
        saver.restore(session, path)
        assert session.run(a).sum() == 12.0
    assert not [f for f in os.listdir(tmp_path) if "temp" in f]


def test_old_checkpoints_go_and_the_state_file_names_the_rest(tmp_path):
    with mr.Graph().as_default(), mr.Session() as session:
        make_graph()
        saver = mr.train.Saver(max_to_keep=2)
        session.run(mr.global_variables_initializer())
        for step in range(4):
            saver.save(session, str(tmp_path / "m"), global_step=step)
    kept = sorted({f.split(".")[0] for f in os.listdir(tmp_path) if f != "checkpoint"})
    assert kept == ["m-2", "m-3"]
    text = (tmp_path / "checkpoint").read_text()
    assert text.startswith('model_checkpoint_path: "m-3"\nall_model_checkpoint_paths: "m-2"\n')
    state = mr.train.get_checkpoint_state(str(tmp_path))
    assert [os.path.basename(p) for p in state.all_model_checkpoint_paths] == ["m-2", "m-3"]


def test_a_checkpoint_of_another_graph(tmp_path):
    with mr.Graph().as_default(), mr.Session() as session:
        make_graph()
        session.run(mr.global_variables_initializer())
        path = mr.train.Saver().save(session, str(tmp_path / "m"))
    with mr.Graph().as_default(), mr.Session() as session:
        mr.Variable(1.0, name="other")
        with pytest.raises(mr.errors.NotFoundError, match="other"):
            mr.train.Saver().restore(session, path)
        with pytest.raises(ValueError, match="no checkpoint"):
            mr.train.Saver().restore(session, str(tmp_path / "none"))
    with mr.Graph().as_default(), mr.Session() as session:
        mr.Variable(np.zeros((2, 2), np.float32), name="a")
        with pytest.raises(ValueError):
            mr.train.Saver().restore(session, path)


def test_a_flipped_bit_is_found_and_the_one_before_is_used(tmp_path):
    options = {
        "checkpoint_dir": str(tmp_path),
        "save_checkpoint_steps": 1,
        "save_summaries_steps": None,
    }

    def run(steps):
        with mr.Graph().as_default():
            v = mr.Variable(np.zeros(1000, np.float32), name="v")
            step = mr.train.get_or_create_global_step()
            train = mr.group(v.assign_add(np.ones(1000, np.float32)).op, step.assign_add(1).op)
            hooks = [mr.train.StopAtStepHook(last_step=steps)]
            with mr.train.MonitoredTrainingSession(
                hooks=hooks, log_step_count_steps=None, **options
            ) as s:
                found = s.run_step_fn(lambda c: c.session.run([v, step]))
                while not s.should_stop():
                    s.run(train)
            return found[0][0], found[1]

    run(3)
    latest = mr.train.latest_checkpoint(str(tmp_path))
    data = latest + ".data-00000-of-00001"
    with open(data, "r+b") as f:
        f.seek(100)
        byte = f.read(1)
        f.seek(100)
        f.write(bytes([byte[0] ^ 1]))
    with pytest.raises(mr.errors.DataLossError):
        mr.io.load_variable(latest, "v")
    assert run(4) == (2.0, 2)


def test_checkpoint_state_file(tmp_path):
    name = str(tmp_path / 'odd "name"\\x')
    checkpoint_state.update_checkpoint_state(str(tmp_path), name, ["/elsewhere/m-1", name])
    state = checkpoint_state.get_checkpoint_state(str(tmp_path))
    assert state.model_checkpoint_path == name
    assert state.all_model_checkpoint_paths == ["/elsewhere/m-1", name]
    assert checkpoint_state.get_checkpoint_state(str(tmp_path / "none")) is None
    (tmp_path / "checkpoint").write_text("model_checkpoint_path \x00")
    with pytest.raises(ValueError):
        checkpoint_state.get_checkpoint_state(str(tmp_path))


def test_saving_makes_the_folder(tmp_path):
    with mr.Graph().as_default(), mr.Session() as session:
        make_graph()
        session.run(mr.global_variables_initializer())
        path = mr.train.Saver().save(session, str(tmp_path / "new" / "m"))
        assert mr.train.latest_checkpoint(str(tmp_path / "new")) == path
        (tmp_path / "file").write_text("")
        with pytest.raises(OSError):
            mr.train.Saver().save(session, str(tmp_path / "file" / "m"))


def test_a_meta_graph_keeps_partitioned_variables_together(tmp_path):
    v1 = mr.compat.v1
    rows = np.arange(10, dtype=np.float32).reshape(5, 2)
    with mr.Graph().as_default(), mr.Session() as session:
        partitioner = v1.fixed_size_partitioner(2)
        v1.get_variable("rows", initializer=mr.constant(rows), partitioner=partitioner)
        session.run(mr.global_variables_initializer())
        path = mr.train.Saver().save(session, str(tmp_path / "m"))
    with mr.Graph().as_default(), mr.Session() as session:
        mr.train.import_meta_graph(path + ".meta").restore(session, path)
        assert [v.name for v in mr.global_variables()] == ["rows/part_0:0", "rows/part_1:0"]
        again = mr.train.Saver().save(session, str(tmp_path / "again"))
    assert mr.io.load_variable(again, "rows").tolist() == rows.tolist()
