"""The null step of parameter-server training (OSDI'16, section 6.2) over gRPC on the loopback.

Two parameter servers hold a scalar each, 100 MB together, or a table of a million rows of 64
floats; a worker's step moves the value (of the table: 32 random rows) to the worker. With update,
it also sends an equal amount back, to be added. Each worker has its own session and loops freely.
"""

import argparse
import json
import os
import time

import numpy as np
from cluster import Cluster, say, say_ready_and_wait
from systems import emit, load_system, median

SERVERS = 2
TABLE_ROWS = 1_000_000
DENSE_FLOATS = 25_000_000
KINDS = ("scalar", "dense", "sparse")


def variable_shape(kind):
    return {
        "scalar": [],
        "dense": [DENSE_FLOATS // SERVERS],
        "sparse": [-(-TABLE_ROWS // SERVERS), 64],
    }[kind]


def make_variables(api, kind):
    v1 = api.compat.v1
    variables = []
    for i in range(SERVERS):
        with v1.device(f"/job:ps/task:{i}/cpu:0"):
            variables.append(
                v1.get_variable(
                    f"v{i}",
                    variable_shape(kind),
                    api.float32,
                    initializer=v1.zeros_initializer(),
                    use_resource=True,
                )
            )
    return variables


def dense_step(api, variables, device, update):
    ops = []
    for variable in variables:
        with api.compat.v1.device(variable.device):
            read = variable.read_value()
        with api.compat.v1.device(device):
            value = api.identity(read)
            ops.append(value.op)
            delta = value + 1.0 if update and value.shape.rank == 0 else value
        if update:
            with api.compat.v1.device(variable.device):
                ops.append(variable.assign_add(delta).op)
    return ops


def sparse_step(api, variables, device, update):
    v1 = api.compat.v1
    with v1.device(device):
        ids = api.random.uniform([32], 0, TABLE_ROWS, api.int64)
        servers = api.cast(ids % SERVERS, api.int32)
        rows = api.dynamic_partition(ids // SERVERS, servers, SERVERS)
        positions = api.dynamic_partition(api.range(32), servers, SERVERS)
    gathered = []
    for i, variable in enumerate(variables):
        with v1.device(variable.device):
            gathered.append(variable.sparse_read(rows[i]))
    with v1.device(device):
        ops = [api.identity(api.dynamic_stitch(positions, gathered)).op]
        deltas = [value * 0.5 for value in gathered]
    if update:
        for i, variable in enumerate(variables):
            with v1.device(variable.device):
                ops.append(variable.scatter_add(api.IndexedSlices(deltas[i], rows[i])).op)
    return ops


def session_config(v1, system, task):
    config = v1.ConfigProto(device_filters=["/job:ps", f"/job:worker/task:{task}"])
    if system == "tensorflow":
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        config.graph_options.optimizer_options.opt_level = -1
    return config


def child(options):
    api, _ = load_system(options.system)
    v1 = api.compat.v1
    cluster = json.loads(options.cluster)
    server = v1.train.Server(cluster, job_name=options.role, task_index=options.task)
    if options.role == "ps":
        say_ready_and_wait()
        os._exit(0)
    with api.Graph().as_default():
        variables = make_variables(api, options.kind)
        device = f"/job:worker/task:{options.task}/cpu:0"
        make_step = sparse_step if options.kind == "sparse" else dense_step
        step = api.group(*make_step(api, variables, device, options.update))
        initialise = v1.global_variables_initializer()
        config = session_config(v1, options.system, options.task)
        with v1.Session(server.target, config=config) as session:
            if options.task == 0:
                session.run(initialise)
            for _ in range(3):
                session.run(step)
            say_ready_and_wait()
            times = []
            end = time.perf_counter() + options.seconds
            while time.perf_counter() < end or len(times) < 5:
                start = time.perf_counter()
                session.run(step)
                times.append(time.perf_counter() - start)
            say(times)
            os._exit(0)


def run_once(options, kind, update, workers):
    """Seconds of each step of all workers."""
    arguments = ["--system", options.system, "--kind", kind, "--seconds", str(options.seconds)]
    arguments += ["--update"] * update
    with Cluster(os.path.abspath(__file__), SERVERS, workers, arguments) as cluster:
        for worker in cluster.workers:
            cluster.tell(worker, "GO")
        return np.concatenate([cluster.hear(worker) for worker in cluster.workers])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=["millrace", "tensorflow"], required=True)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--task", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--cluster", help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--update", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        return child(options)
    _, system = load_system(options.system)
    for kind in options.kinds.split(","):
        for update in (False, True):
            for workers in map(int, options.workers.split(",")):
                times = run_once(options, kind, update, workers)
                name = f"{kind}.{'update' if update else 'fetch'}.w{workers}.steps_per_s_per_worker"
                emit("ps_micro", system, name, 1 / median(times.tolist()), "1/s", len(times))
    return None


if __name__ == "__main__":
    main()
