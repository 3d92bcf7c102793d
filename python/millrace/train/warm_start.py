"""Variables that begin with what checkpoints hold, and waiting for checkpoints."""

import os
import time

from millrace._load import public
from millrace.framework import context
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.partitioned_variable import PartitionedVariable
from millrace.io import CheckpointReader, checkpoint_prefix
from millrace.tensor_shape import TensorShape
from millrace.train.checkpoint_state import latest_checkpoint


@public
def init_from_checkpoint(ckpt_dir_or_file, assignment_map):
    """Has the initializers of variables of the default graph give them what a checkpoint holds. To
    be called before the operation that runs the initializers is made.

    Args:
      ckpt_dir_or_file: a checkpoint's prefix, or a folder: its latest one.
      assignment_map: {name in the checkpoint: a variable, a list of one's parts, or its name}; or
        {scope in the checkpoint + "/": scope + "/"} for all variables of a scope ("/" is the
        outermost one); or a list of such pairs.
    Raises:
      ValueError for a name or scope that is not there, or a shape that differs.
    """
    prefix = checkpoint_prefix(ckpt_dir_or_file)
    reader = CheckpointReader(prefix)
    shapes = reader.get_variable_to_shape_map()
    pairs = assignment_map.items() if isinstance(assignment_map, dict) else assignment_map
    for name, target in pairs:
        found = _of_scope(name, target) if str(name).endswith("/") else [(name, target)]
        for saved_name, variable in found:
            if isinstance(variable, str):
                variable = _of_name(variable)
            if saved_name not in shapes:
                raise ValueError(
                    f"init_from_checkpoint: the checkpoint {prefix} has no tensor {saved_name!r}; "
                    f"it has {', '.join(sorted(shapes))}"
                )
            for part in _parts(variable):
                _begin_with(part, prefix, saved_name, shapes[saved_name])


def _parts(variable):
    return list(variable) if isinstance(variable, (PartitionedVariable, list)) else [variable]


def _variables():
    graph = context.get_default_graph()
    keys = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES)
    return {v._shared_name: v for key in keys for v in graph.get_collection(key)}


def _name(variable):
    return variable._shared_name if variable._slice is None else variable._slice.full_name


def _of_name(name):
    found = [v for v in _variables().values() if _name(v) == name]
    if not found:
        raise ValueError(f"init_from_checkpoint: the graph has no variable {name!r}")
    return found


def _of_scope(saved_scope, scope):
    """(name in the checkpoint, variables) of each name within a scope of the graph."""
    if not isinstance(scope, str) or not scope.endswith("/"):
        raise ValueError(
            f"init_from_checkpoint: the scope {saved_scope!r} is for a scope, not for {scope!r}"
        )
    saved_scope, scope = ("" if s == "/" else s for s in (saved_scope, scope))
    names = {_name(v) for v in _variables().values() if _name(v).startswith(scope)}
    if not names:
        raise ValueError(f"init_from_checkpoint: the graph has no variables in {scope!r}")
    return [(saved_scope + n[len(scope) :], n) for n in sorted(names)]


def _begin_with(variable, prefix, name, saved_shape):
    part = variable._slice
    shape = variable.shape if part is None else TensorShape(part.full_shape)
    if not shape.is_compatible_with(saved_shape):
        raise ValueError(
            f"init_from_checkpoint: the variable {variable.name!r} has shape {shape}, {name!r} in "
            f"the checkpoint {prefix} has {TensorShape(saved_shape)}"
        )
    graph = variable.graph
    with graph.as_default(), graph.control_dependencies(None), graph.name_scope("checkpoint"):
        attrs = {"dtypes": [variable.dtype]}
        spec = "" if part is None else part.spec
        value = apply_op("RestoreV2", (prefix, [name], [spec]), attrs)
        value = value[0] if isinstance(value, list) else value
        value.set_shape(variable.shape)
        with graph.colocate_with(variable.handle):
            variable.initializer = apply_op("AssignVariableOp", (variable.handle, value))
        variable._initial_value = value


@public
def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """Gives the folder's latest checkpoint each time there is a new one.

    Args:
      min_interval_secs: at least so long lies between two.
      timeout: seconds after which it ends when none comes; unless timeout_fn() is false, which then
        has it wait on.
    """
    checkpoint_dir, last = os.fspath(checkpoint_dir), None
    while True:
        begun = time.monotonic()
        found = _new_checkpoint(checkpoint_dir, last, timeout)
        if found is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        last = found
        yield found
        rest = begun + min_interval_secs - time.monotonic()
        if rest > 0:
            time.sleep(rest)


def _new_checkpoint(folder, last, timeout):
    """The latest checkpoint that is not `last`; None if none comes in time."""
    ends = None if timeout is None else time.monotonic() + timeout
    while True:
        found = latest_checkpoint(folder)
        if found is not None and found != last:
            return found
        if ends is not None and time.monotonic() >= ends:
            return None
        time.sleep(1 if ends is None else min(1, max(0.0, ends - time.monotonic())))
