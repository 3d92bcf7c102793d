"""Checkpoint: the variables of objects, found again by the names of attributes. The files are
those of TensorFlow's tf.train.Checkpoint."""

import os

from millrace import errors
from millrace._load import native, public
from millrace.framework import context
from millrace.framework.variable import Variable
from millrace.io import CheckpointReader
from millrace.train.checkpoint_state import checkpoint_exists, update_checkpoint_state
from millrace.train.object_graph import OBJECT_GRAPH_KEY, ObjectGraph, TrackableObjectGraph
from millrace.train.optimizer import Optimizer
from millrace.train.restore_status import RestoreStatus


def _values(variables, session):
    """The arrays of variables, now."""
    if all(v.graph is None for v in variables):
        return [v.numpy() for v in variables]
    from millrace.session.session import get_default_session

    session = session or get_default_session()
    if session is None:
        raise RuntimeError("a checkpoint of a graph's variables needs a session")
    return session.run([v.value() for v in variables])


def write_checkpoint(prefix, names, arrays):
    """A checkpoint of these tensors; written at once, whatever graph is under construction."""

    def constant(value):
        return native.eager_constant(value, 0)

    inputs = [constant(prefix), constant(names), constant([""] * len(names))]
    inputs += [constant(a) for a in arrays]
    native.eager_execute("SaveV2", inputs, None)


class Checkpoint:
    """Objects whose variables are saved together.

    Args:
      root: an object whose attributes are saved as if they were this one's.
      kwargs: objects by name: variables, modules, optimizers, lists and dictionaries of them.

    Attributes:
      save_counter: an int64 variable: how often save() was called.
    """

    @public
    def __init__(self, root=None, **kwargs):
        self.__dict__.update(_root=root, _objects=dict(kwargs), _counter=None)
        for name, value in kwargs.items():
            if callable(value) and not hasattr(value, "__dict__"):
                raise ValueError(f"{name}={value!r} cannot be saved")
        for name, value in kwargs.items():
            self.__dict__[name] = value

    def __setattr__(self, name, value):
        self.__dict__[name] = value
        if not name.startswith("_"):
            self._objects[name] = value

    def _checkpoint_children(self):
        from millrace.train.object_graph import children

        found = dict(children(self._root)) if self._root is not None else {}
        found.update(self._objects)
        if self._counter is not None:
            found["save_counter"] = self._counter
        return list(found.items())

    @property
    def save_counter(self):
        return self._make_counter()

    def _make_counter(self):
        if self._counter is None:
            self.__dict__["_counter"] = Variable(
                0, trainable=False, name="save_counter", dtype="int64"
            )
        return self._counter

    @public
    def write(self, file_prefix, session=None, options=None):
        """Writes a checkpoint of just that prefix. Returns the prefix."""
        prefix = os.fspath(file_prefix)
        found = ObjectGraph(self)
        arrays = _values([v for _, v in found.tensors], session)
        os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
        names = [key for key, _ in found.tensors] + [OBJECT_GRAPH_KEY]
        write_checkpoint(prefix, names, [*arrays, found.message.SerializeToString()])
        return prefix

    @public
    def save(self, file_prefix, session=None, options=None):
        """Writes the checkpoint `file_prefix`-n, n being the save_counter, and notes it in the
        folder's file `checkpoint`. Returns its prefix."""
        counter = self.save_counter
        if counter.graph is None:
            counter.assign_add(1)
            number = int(counter.numpy())
        else:
            number = int(_counted(counter, session))
        prefix = self.write(f"{os.fspath(file_prefix)}-{number}", session)
        update_checkpoint_state(os.path.dirname(prefix) or ".", prefix, [prefix])
        return prefix

    @public
    def read(self, save_path, options=None):
        """As restore(); but the save_counter is not made for it."""
        return _restore(self, os.fspath(save_path))

    @public
    def restore(self, save_path, options=None):
        """Gives the objects' variables the values of a checkpoint, as far as the names of
        attributes agree.

        Args:
          save_path: a prefix; None changes nothing.
        Returns:
          A status: assert_consumed(), assert_existing_objects_matched(), expect_partial(), and for
          graphs initialize_or_restore(session) and run_restore_ops(session).
        NotFoundError if there is no such checkpoint.
        """
        if save_path is None:
            return RestoreStatus(None, [], ObjectGraph(self), set())
        self._make_counter()
        return _restore(self, os.fspath(save_path))


def _counted(counter, session):
    from millrace.session.session import get_default_session

    session = session or get_default_session()
    if session is None:
        raise RuntimeError("a checkpoint of a graph's variables needs a session")
    if not session.run(counter.is_initialized()):
        session.run(counter.initializer)
    return session.run(counter.assign_add(1))


def _restore(root, prefix):
    if not checkpoint_exists(prefix):
        raise errors.NotFoundError(
            None, None, f"Unsuccessful TensorSliceReader constructor: no checkpoint {prefix}"
        )
    reader = CheckpointReader(prefix)
    if not reader.has_tensor(OBJECT_GRAPH_KEY):
        return _restore_by_names(root, reader)
    data = reader.get_tensor(OBJECT_GRAPH_KEY)
    data = data.item() if hasattr(data, "item") else data
    stored = TrackableObjectGraph.FromString(data)
    pairs = _match(root, stored)
    loads = []
    for node, obj in pairs.items():
        for attribute in stored.nodes[node].attributes:
            if isinstance(obj, Variable) and attribute.name == "VARIABLE_VALUE":
                loads.append((obj, reader.get_tensor(attribute.checkpoint_key)))
    status = RestoreStatus(stored, loads, ObjectGraph(root), set(pairs))
    status.load_now()
    return status


def _restore_by_names(root, reader):
    """From a checkpoint of a Saver: by the variables' names."""
    found = ObjectGraph(root)
    loads = [
        (v, reader.get_tensor(v._shared_name))
        for _, v in found.tensors
        if reader.has_tensor(v._shared_name)
    ]
    status = RestoreStatus(None, loads, found, set())
    status.load_now()
    return status


def _match(root, stored):
    """{node of the checkpoint: object}."""
    from millrace.train.object_graph import children

    pairs, queue = {0: root}, [0]
    while queue:
        node = queue.pop(0)
        here = dict(children(pairs[node]))
        for child in stored.nodes[node].children:
            if child.local_name in here and child.node_id not in pairs:
                pairs[child.node_id] = here[child.local_name]
                queue.append(child.node_id)
    for node, obj in list(pairs.items()):
        if not isinstance(obj, Optimizer):
            continue
        slots = stored.nodes[node].slot_variables
        if slots:
            variables = [pairs.get(s.original_variable_node_id) for s in slots]
            with context.init_scope():
                for v in variables:
                    if isinstance(v, Variable):
                        obj._create_slots(v)
            for s, v in zip(slots, variables):
                slot = None if v is None else obj.get_slot(v, s.slot_name)
                if slot is not None:
                    pairs[s.slot_variable_node_id] = slot
            here = dict(children(obj))  # what making slots has made
            for child in stored.nodes[node].children:
                if child.local_name in here:
                    pairs[child.node_id] = here[child.local_name]
    return pairs
