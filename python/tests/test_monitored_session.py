"""Training sessions with hooks."""

import io
import json
import os

import millrace as mr
import pytest
from millrace.train import session_manager
from millrace.train.hooks import SessionRunArgs, SessionRunHook


def counting_graph():
    v = mr.Variable(0.0, name="v")
    step = mr.train.get_or_create_global_step()
    train = mr.group(v.assign_add(1.0).op, step.assign_add(1).op)
    return v, step, train


class Recorder(SessionRunHook):
    def __init__(self, tensor):
        self.tensor, self.events = tensor, []

    def begin(self):
        self.events.append("begin")

    def after_create_session(self, session, coord):
        self.events.append("created")

    def before_run(self, run_context):
        return SessionRunArgs(self.tensor)

    def after_run(self, run_context, run_values):
        self.events.append(float(run_values.results))

    def end(self, session):
        self.events.append("end")


def test_hooks_run_around_the_steps():
    with mr.Graph().as_default():
        v, _, train = counting_graph()
        recorder = Recorder(v)
        with mr.train.MonitoredSession(
            hooks=[recorder, mr.train.StopAtStepHook(last_step=3)]
        ) as session:
            steps = 0
            while not session.should_stop():
                assert session.run(train) is None
                steps += 1
    assert steps == 3
    assert recorder.events[:2] == ["begin", "created"] and recorder.events[-1] == "end"
    assert len(recorder.events) == 6


def test_training_goes_on_from_the_last_checkpoint(tmp_path):
    def run(last_step):
        with mr.Graph().as_default():
            _, step, train = counting_graph()
            with mr.train.MonitoredTrainingSession(
                checkpoint_dir=str(tmp_path), hooks=[mr.train.StopAtStepHook(last_step=last_step)]
            ) as session:
                start = session.run_step_fn(lambda c: c.session.run(step))
                while not session.should_stop():
                    session.run(train)
            return start

    assert run(5) == 0
    assert run(8) == 5
    assert mr.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-8")
    assert any("tfevents" in f for f in os.listdir(tmp_path))


def test_an_exception_ends_the_session_without_end_of_hooks():
    with mr.Graph().as_default():
        v, _, train = counting_graph()
        recorder = Recorder(v)
        with (
            pytest.raises(ZeroDivisionError),
            mr.train.MonitoredSession(hooks=[recorder]) as session,
        ):
            session.run(train)
            raise ZeroDivisionError
        assert "end" not in recorder.events
        assert session.should_stop()
        with pytest.raises(RuntimeError):
            session.run(train)


def test_the_end_of_the_input_ends_training():
    with mr.Graph().as_default():
        x = mr.data.Dataset.range(3).get_next()
        seen = []
        with mr.train.MonitoredSession() as session:
            while not session.should_stop():
                seen.append(int(session.run(x)))
    assert seen == [0, 1, 2]


def test_nan_is_noticed():
    with mr.Graph().as_default():
        loss = mr.constant(float("nan"))
        with pytest.raises(RuntimeError, match="NaN"):
            with mr.train.MonitoredSession(hooks=[mr.train.NanTensorHook(loss)]) as session:
                session.run(loss)


def test_progress_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    with mr.Graph().as_default():
        v, _, train = counting_graph()
        progress = mr.train.ProgressBarHook(5, v, batch_size=10, stream=stream)
        hooks = [progress, mr.train.StopAtStepHook(last_step=5)]
        with mr.train.MonitoredSession(hooks=hooks) as session:
            progress.show(accuracy=0.5)
            while not session.should_stop():
                session.run(train)
    last = stream.getvalue().split("\r")[-1]
    assert "step 5/5" in last and "loss" in last and "accuracy 0.5000" in last
    assert last.endswith("\n")


def test_waiting_for_the_chief_says_so_and_ends(monkeypatch):
    monkeypatch.setattr(session_manager, "_STATUS_SECONDS", 0)
    monkeypatch.setattr(session_manager, "_POLL_SECONDS", 0.01)
    stream = io.StringIO()
    with mr.Graph().as_default() as graph:
        counting_graph()
        scaffold = mr.train.Scaffold().finalize()
        with pytest.raises(TimeoutError):
            session_manager.wait_for_chief("", graph, scaffold, None, 0.2, stream)
    assert "waiting for the chief" in stream.getvalue() and "global_step" in stream.getvalue()


def test_replica_device_setter():
    cluster = mr.distributed.ClusterSpec({"ps": ["a:1", "b:1"], "worker": ["c:1"]})
    with mr.Graph().as_default(), mr.device(mr.train.replica_device_setter(cluster=cluster)):
        variables = [mr.Variable(float(i)) for i in range(3)]
        total = variables[0] + variables[1]
        train = mr.train.MomentumOptimizer(0.1, 0.9)
        train.minimize(total * total)
    assert [v.device for v in variables] == ["/job:ps/task:0", "/job:ps/task:1", "/job:ps/task:0"]
    assert total.device == "/job:worker"
    assert train.get_slot(variables[1], "momentum").device == "/job:ps/task:1"
    assert mr.train.replica_device_setter(ps_tasks=0) is None


def test_cluster_spec(monkeypatch):
    spec = mr.distributed.ClusterSpec({"ps": ["a:1"], "worker": {0: "b:1", 2: "c:1"}})
    assert spec.jobs == ["ps", "worker"] and spec.num_tasks("worker") == 2
    assert spec.task_address("worker", 2) == "c:1"
    with pytest.raises(ValueError):
        spec.task_address("worker", 1)
    with pytest.raises(ValueError):
        spec.num_tasks("chief")
    monkeypatch.delenv("TF_CONFIG", raising=False)
    alone = mr.distributed.ClusterSpec.from_environment()
    assert not alone and alone.is_chief() and alone.session_target() == ""
    config = {
        "cluster": {"ps": ["h:1"], "worker": ["h:2", "h:3"]},
        "task": {"type": "worker", "index": 1},
    }
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    found = mr.distributed.ClusterSpec.from_environment()
    assert found == mr.distributed.ClusterSpec({"ps": ["h:1"], "worker": ["h:2", "h:3"]})
    assert not found.is_chief() and found.task_device() == "/job:worker/task:1"
    monkeypatch.setenv("TF_CONFIG", "{nonsense")
    with pytest.raises(ValueError, match="TF_CONFIG"):
        mr.distributed.ClusterSpec.from_environment()
