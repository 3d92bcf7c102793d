"""Monitored sessions go on when a task of the cluster was lost and came back."""

import millrace as mr
import pytest
from cluster_processes import Program, make_cluster, start_ps
from millrace.train import monitored_session
from millrace.train.hooks import SessionRunHook

# A checkpoint, or a look at the variables, may fall between the two updates of the other worker's
# step; of this they see two before and two after the loss.
SLACK = 8

WORKER = """
import logging
import millrace as mr

logging.basicConfig(format="log %(message)s")
cluster = {cluster!r}
server = mr.distributed.Server(cluster, "worker", {task})
with mr.Graph().as_default():
    setter = mr.train.replica_device_setter(
        cluster=cluster, worker_device="/job:worker/task:{task}"
    )
    with mr.device(setter):
        step = mr.train.get_or_create_global_step()
        total = mr.Variable(0.0, name="total")
        train = mr.group(total.assign_add(2.0).op, step.assign_add(1).op)

    class Tell(mr.train.SessionRunHook):
        def after_create_session(self, session, coord):
            print("created", *map(int, session.run([step, total])), flush=True)

        def after_run(self, run_context, run_values):
            print("ran", flush=True)

    with mr.train.MonitoredTrainingSession(
        server.target,
        is_chief={task} == 0,
        checkpoint_dir={folder!r},
        save_checkpoint_steps=10,
        save_summaries_steps=None,
        log_step_count_steps=None,
        hooks=[Tell(), mr.train.StopAtStepHook({stop})],
    ) as session:
        while not session.should_stop():
            session.run(train)
    print("done", flush=True)
server.stop()
"""


def start_worker(cluster, task, folder, stop="last_step=10**9"):
    return Program(WORKER.format(cluster=cluster, task=task, folder=str(folder), stop=stop))


def test_training_goes_on_when_a_killed_parameter_server_is_back(tmp_path):
    cluster = make_cluster(workers=2)
    ps = start_ps(cluster)
    chief = start_worker(cluster, 0, tmp_path)
    tasks = [chief]
    try:
        assert chief.wait_for("created") == "0 0"
        worker = start_worker(cluster, 1, tmp_path)
        tasks.append(worker)
        worker.wait_for("created")
        for _ in range(25):
            chief.wait_for("ran")
            worker.wait_for("ran")
        ps.kill()
        ps.wait()
        saved = int(mr.train.latest_checkpoint(tmp_path).rpartition("-")[2])
        assert saved >= 10
        ps = start_ps(cluster)
        step, total = map(int, chief.wait_for("created").split())
        assert step >= saved
        assert abs(total - 2 * step) <= SLACK
        warning = next(line for line in chief.lines if line.startswith("log the session"))
        assert "/job:ps" in warning
        worker.wait_for("created")
        for _ in range(10):
            chief.wait_for("ran")
            worker.wait_for("ran")
    finally:
        for task in tasks:
            task.kill()
        ps.kill()
        ps.wait()
    reader = mr.train.load_checkpoint(str(tmp_path))
    assert abs(reader.get_tensor("total") - 2 * reader.get_tensor("global_step")) <= SLACK


def test_a_restarted_chief_goes_on_where_the_variables_are(tmp_path):
    cluster = make_cluster()
    ps = start_ps(cluster)
    first = start_worker(cluster, 0, tmp_path)
    second = None
    try:
        for _ in range(15):
            first.wait_for("ran")
        first.kill()
        second = start_worker(cluster, 0, tmp_path, "num_steps=50")
        step, total = map(int, second.wait_for("created").split())
        assert step >= 15 and total == 2 * step
        second.wait_for("done")
        assert second.wait() == 0
    finally:
        first.kill()
        if second is not None:
            second.kill()
        ps.kill()
        ps.wait()
    assert mr.train.latest_checkpoint(tmp_path).endswith(f"-{step + 50}")


class Creator(monitored_session.SessionCreator):
    """Its first sessions fail in their third step, as if a task was lost there."""

    def __init__(self, errors):
        self.errors, self.sessions = list(errors), []

    def create_session(self):
        session = mr.Session()
        session.run(mr.get_collection("init_op")[0])
        self.sessions.append(session)
        if self.errors:
            error, run, calls = self.errors.pop(0), session.run, []

            def fails(*args):
                calls.append(args)
                if len(calls) == 3:
                    raise error
                return run(*args)

            session.run = fails
        return session


class Recorder(SessionRunHook):
    def __init__(self):
        self.calls = []

    def begin(self):
        self.calls.append("begin")

    def after_create_session(self, session, coord):
        self.calls.append(f"created {coord.should_stop()}")

    def end(self, session):
        self.calls.append("end")


def counting_graph():
    v = mr.Variable(0.0, name="v")
    mr.add_to_collection("init_op", v.initializer)
    return v.assign_add(1.0)


LOST = mr.errors.UnavailableError(None, None, "gone")
RESTARTED = mr.errors.AbortedError(None, None, "another incarnation")


def test_the_step_that_failed_runs_again(monkeypatch, caplog):
    monkeypatch.setattr(monitored_session, "_RETRY_SECONDS", 0)
    creator, recorder = Creator([LOST, RESTARTED]), Recorder()
    with mr.Graph().as_default():
        add = counting_graph()
        with mr.train.MonitoredSession(creator, [recorder]) as session:
            seen = [float(session.run(add)) for _ in range(6)]
            contexts = session.run_step_fn(lambda c: (c.session, c.run_with_hooks(add)))
    assert seen == [1, 2, 1, 2, 1, 2]  # each session begins anew
    assert contexts == (creator.sessions[2], 3.0)
    assert recorder.calls == ["begin", *["created False"] * 3, "end"]
    assert [r.message for r in caplog.records] == [
        "the session is created anew: gone",
        "the session is created anew: another incarnation",
    ]
    for session in creator.sessions:
        with pytest.raises(RuntimeError, match="closed"):
            session.run(add)


def test_it_gives_up_in_time(monkeypatch):
    monkeypatch.setattr(monitored_session, "_RETRY_SECONDS", 0.01)

    class Never(monitored_session.SessionCreator):
        def create_session(self):
            raise LOST

    with mr.Graph().as_default():
        counting_graph()
        with pytest.raises(mr.errors.UnavailableError, match="gone"):
            mr.train.MonitoredSession(Never(), max_recovery_secs=0.1)


def test_a_singular_session_is_not_made_anew():
    with mr.Graph().as_default():
        add = counting_graph()
        scaffold = mr.train.Scaffold(ready_op={}, init_op=add.op)
        with pytest.raises(mr.errors.AbortedError):
            with mr.train.SingularMonitoredSession(scaffold=scaffold) as session:
                session.run_step_fn(lambda c: (_ for _ in ()).throw(RESTARTED))


def test_other_errors_end_it():
    creator = Creator([ZeroDivisionError()])
    with mr.Graph().as_default():
        add = counting_graph()
        with pytest.raises(ZeroDivisionError):
            with mr.train.MonitoredSession(creator) as session:
                for _ in range(3):
                    session.run(add)
    assert len(creator.sessions) == 1 and session.should_stop()


def test_a_step_function_may_end_training():
    recorder = Recorder()
    with mr.Graph().as_default():
        add = counting_graph()
        with mr.train.MonitoredSession(hooks=[recorder]) as session:
            session.run(add)
            session.run_step_fn(lambda step_context: step_context.request_stop())
            raise AssertionError("not reached")
    assert recorder.calls[-1] == "end" and session.should_stop()
