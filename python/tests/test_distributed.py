"""Clusters from Python: servers in this process and in others."""

import os
import signal
import time

import millrace as mr
import numpy as np
import pytest
from cluster_processes import free_ports, make_cluster, start_ps


def test_variables_live_on_the_parameter_server():
    cluster = make_cluster()
    ps = mr.distributed.Server(cluster, "ps", 0)
    worker = mr.distributed.Server(cluster, "worker", 0)
    try:
        with mr.Graph().as_default():
            with mr.device("/job:ps/task:0"):
                v = mr.Variable(np.ones((2, 2), np.float32), name="v")
            with mr.device("/job:worker/task:0"):
                y = mr.matmul(v, v)
            add = v.assign_add(y).op
            with mr.Session(worker.target) as session:
                session.run(mr.global_variables_initializer())
                assert session.run(y).tolist() == [[2, 2], [2, 2]]
                session.run(add)
                names = [name for name, _, _ in session.list_devices()]
                assert any("/job:ps/" in n for n in names)
            with mr.Session(worker.target) as session:  # the variable outlived the session
                assert session.run(v).tolist() == [[3, 3], [3, 3]]
    finally:
        worker.stop()
        ps.stop()


def test_a_port_in_use():
    (port,) = free_ports(1)
    cluster = {"worker": [f"127.0.0.1:{port}"]}
    first = mr.distributed.Server(cluster, "worker", 0)
    try:
        with pytest.raises(mr.errors.AlreadyExistsError, match=str(port)):
            mr.distributed.Server(cluster, "worker", 0)
    finally:
        first.stop()


def test_wrong_clusters():
    with pytest.raises(ValueError):
        mr.distributed.Server({"worker": ["no port"]}, "worker", 0)
    with pytest.raises(ValueError):
        mr.distributed.Server({"worker": ["localhost:1"]}, "ps", 0)
    with pytest.raises(mr.errors.FailedPreconditionError):
        mr.distributed.Server({"worker": ["10.1.2.3:4567"]}, "worker", 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_a_lost_parameter_server_is_named(how):
    cluster = make_cluster()
    ps = start_ps(cluster)
    worker = mr.distributed.Server(cluster, "worker", 0)
    try:
        with mr.Graph().as_default():
            with mr.device("/job:ps/task:0"):
                v = mr.Variable(0.0, name="v")
                add = v.assign_add(1.0).op
            session = mr.Session(worker.target)
            session.run(mr.global_variables_initializer())
            session.run(add)
            os.kill(ps.pid, how)
            with pytest.raises((mr.errors.UnavailableError, mr.errors.AbortedError)) as info:
                deadline = time.monotonic() + 60
                while time.monotonic() < deadline:
                    session.run(add)
            assert "/job:ps" in str(info.value) and "task:0" in str(info.value)
            session.close()
    finally:
        ps.kill()
        ps.wait()
        worker.stop()


def test_the_chief_ends_its_parameter_server():
    cluster = make_cluster()
    ps = start_ps(cluster)
    try:
        mr.distributed.shutdown_task(cluster["ps"][0], "training is over")
        assert ps.wait(timeout=60) == 0
    finally:
        ps.kill()
