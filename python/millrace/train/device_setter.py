"""Placing variables on parameter servers."""

from millrace._load import public
from millrace.framework import device as device_names

# Ops that make state; everything else runs on the worker.
_STATE_OPS = frozenset(
    (
        "VarHandleOp",
        "Variable",
        "VariableV2",
        "AutoReloadVariable",
        "MutableHashTable",
        "MutableHashTableV2",
        "MutableHashTableOfTensors",
        "MutableHashTableOfTensorsV2",
        "MutableDenseHashTable",
        "MutableDenseHashTableV2",
        "BoostedTreesEnsembleResourceHandleOp",
    )
)


class _RoundRobin:
    def __init__(self, tasks):
        self._tasks, self._next = tasks, 0

    def __call__(self, op):
        task, self._next = self._next, (self._next + 1) % self._tasks
        return task


@public
def replica_device_setter(
    ps_tasks=0,
    ps_device="/job:ps",
    worker_device="/job:worker",
    merge_devices=True,
    cluster=None,
    ps_ops=None,
    ps_strategy=None,
):
    """A device function for between-graph replication: variables go to the parameter servers in
    turn, ops to the worker.

    Args:
      ps_tasks: the number of parameter servers; taken from `cluster` if that is given. 0: no
        device function (None).
      ps_device, worker_device: jobs; of `cluster`, where it knows its own task, this task's device.
      cluster: a ClusterSpec, or what one is made of.
      ps_ops: op types that go to parameter servers.
      ps_strategy: a function from operation to the number of a parameter server.
    """
    if cluster is not None:
        from millrace.distributed.cluster_spec import ClusterSpec

        spec = ClusterSpec(cluster).as_dict()
        job = device_names.parse(ps_device).get("job", "ps")
        ps_tasks = len(spec.get(job, ()))
        if worker_device == "/job:worker":
            worker_device = (
                getattr(cluster, "task_device", lambda: worker_device)() or worker_device
            )
    if ps_tasks == 0:
        return None
    choose = ps_strategy or _RoundRobin(ps_tasks)
    state_ops = _STATE_OPS if ps_ops is None else frozenset(ps_ops)

    def place(op):
        if op.type in state_ops:
            parts = device_names.parse(ps_device)
            parts.setdefault("task", str(choose(op)))
            wanted = device_names.to_string(parts)
        else:
            wanted = worker_device
        return device_names.merge(wanted, op.device) if merge_devices else (op.device or wanted)

    return place
