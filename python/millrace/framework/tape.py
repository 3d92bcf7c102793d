"""GradientTape: gradients of what ran at once, or was traced."""

import threading

from millrace import _load
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.gradients import gradients
from millrace.framework.graph_record import GraphRecord
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.tensor import Tensor

_local = threading.local()


def open_tapes():
    """The tapes that record in this thread."""
    try:
        return _local.tapes
    except AttributeError:
        _local.tapes = []
        return _local.tapes


def note_read(variable):
    """Tells the open tapes that a trainable variable was read."""
    owner = getattr(variable.handle, "graph", None)  # whose argument it is
    if owner is not None and not owner.is_function:
        owner = None
    for tape in open_tapes():
        if tape._watch_variables and (owner is None or _is_within(tape._graph, owner)):
            tape._variables.setdefault(id(variable), variable)


def keep(function):
    """Has the open tapes keep a traced function, whose gradient may be asked of them."""
    for tape in open_tapes():
        tape._functions.add(function)


def _is_within(graph, outer):
    while graph is not None and graph is not outer:
        graph = getattr(graph, "outer", None)
    return graph is outer


class GradientTape:
    """Records what is computed inside `with GradientTape() as tape:` from watched tensors and
    trainable variables.

    Args:
      persistent: gradient() may be called more than once.
      watch_accessed_variables: watch trainable variables that are read.
    """

    @public
    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._variables, self._custom_nodes = {}, []
        self._functions = set()  # that were called
        self._graph = context.building_graph()  # in a graph the graph itself is the tape
        self._record = None if self._graph is None else GraphRecord(self._graph)
        self._c = None if self._graph is not None else _load.native.Tape(True)
        self._recording = self._used = self._keep = False

    @public
    def __enter__(self):
        self._start()
        return self

    @public
    def __exit__(self, *exc):
        if self._recording:
            self._stop()

    def _start(self):
        if self._recording:
            raise ValueError("the tape is recording already")
        self._recording = True
        open_tapes().append(self)
        if self._c is not None:
            self._c.push()
        else:
            self._record.start()

    def _stop(self):
        self._recording = False
        open_tapes().remove(self)
        if self._c is not None:
            self._c.remove()
        else:
            self._record.stop()

    @public
    def watch(self, tensor):
        """From now on what is computed from these tensors or variables is recorded."""
        for t in nest.flatten(tensor):
            if hasattr(t, "handle"):
                self._variables.setdefault(id(t), t)
                t = t.handle
            if not isinstance(t, Tensor):
                raise TypeError(f"watch takes tensors and variables, got {t!r}")
            (self._record if self._c is None else self._c).watch(t)

    def watched_variables(self):
        """The variables it watches, in the order in which they were first read."""
        return tuple(self._variables.values())

    def reset(self):
        """Forgets what was recorded."""
        self._used = False
        if self._c is not None:
            self._forget_ops()
        else:
            self._record.reset()
            if self._recording:
                self._record.start()
        self._variables.clear()
        self._custom_nodes.clear()

    def _forget_ops(self):
        self._c.reset()
        self._functions.clear()

    class _Pause:
        def __init__(self, tape):
            self._tape = tape

        def __enter__(self):
            self._tape._stop()

        def __exit__(self, *exc):
            self._tape._start()

    @public
    def stop_recording(self):
        """`with tape.stop_recording():` is not recorded."""
        return self._Pause(self)

    @public
    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """d(sum of target)/d(source) for each source, in the structure of `sources`.

        Args:
          target: tensors, or a structure of them.
          sources: tensors and variables, or a structure of them.
          output_gradients: the gradients to begin with, one a target; ones where None.
          unconnected_gradients: "none": None where target does not depend on the source; "zero":
            zeros.
        Returns:
          Tensors, IndexedSlices (of gathers) or None.
        """
        if self._used and not self._persistent:
            raise RuntimeError("a tape that is not persistent gives gradients once")
        self._used = True
        if self._recording and not self._persistent:
            self._stop()
        flat_sources = nest.flatten(sources)
        handles = [s.handle if hasattr(s, "handle") else s for s in flat_sources]
        targets = [convert_to_tensor(t) for t in nest.flatten(target)]
        outer = None if output_gradients is None else nest.flatten(output_gradients)
        if outer is not None and len(outer) != len(targets):
            raise ValueError(f"{len(outer)} output_gradients for {len(targets)} targets")
        if self._graph is not None or context.building_graph() is not None:
            found = self._graph_gradient(targets, handles, outer, flat_sources)
        else:
            start = [
                None if g is None else convert_to_tensor(g, t.dtype)
                for g, t in zip(outer or (), targets)
            ]
            found = self._eager_gradient(targets, start, handles)
            if not (self._persistent or self._keep):
                self._forget_ops()  # nothing is asked of it any more
        if str(getattr(unconnected_gradients, "value", unconnected_gradients)) == "zero":
            from millrace.ops.array import zeros_like

            found = [zeros_like(s) if g is None else g for s, g in zip(flat_sources, found)]
        return nest.pack_like(sources, found)

    def add_custom_node(self, node):
        """Records a call of a function that has a gradient of its own."""
        self._custom_nodes.append(node)
        for tensor in node.outputs:
            self._c.watch(tensor)

    def _eager_gradient(self, targets, starts, handles):
        for tape in open_tapes():  # they record calls of these functions' gradients
            tape._functions |= self._functions

        def natively(targets, starts, sources):
            return [_from_native(g) for g in self._c.gradient(targets, sources, starts)]

        if not self._custom_nodes:
            return natively(targets, starts, handles)
        from millrace.framework.custom_gradient import differentiate

        return differentiate(list(self._custom_nodes), natively, targets, starts, handles)

    def _graph_gradient(self, targets, handles, output_gradients, sources):
        graph = context.building_graph()
        inside = [
            graph.capture(h) if graph.is_function and getattr(h, "graph", None) is not graph else h
            for h in handles
        ]
        if graph is not self._graph:
            return gradients(targets, inside, output_gradients)
        ends = self._record.ends(targets)
        found = gradients(targets, inside, output_gradients, stop_gradients=ends)
        return [
            g if id(s) in self._variables or self._record.reaches(h) else None
            for g, s, h in zip(found, sources, handles)
        ]

    @public
    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """d(target)/d(source) for each source: the shape of target followed by that of the source.

        None for a source that target does not depend on, unless unconnected_gradients is "zero".
        """
        if self._used and not self._persistent:
            raise RuntimeError("a tape that is not persistent gives gradients once")
        from millrace.ops.array import reshape, stack

        target = convert_to_tensor(target)
        flat_sources = nest.flatten(sources)
        n = target.shape.num_elements()
        if n is None:
            raise ValueError("jacobian: the shape of the target must be known")
        rows = self._each_row(target, n, flat_sources, unconnected_gradients)
        found = []
        for i, source in enumerate(flat_sources):
            if any(row[i] is None for row in rows):
                found.append(None)
                continue
            shape = target.shape.as_list() + source.shape.as_list()
            parts = [convert_to_tensor(row[i]) for row in rows]
            found.append(reshape(stack(parts), shape))
        return nest.pack_like(sources, found)

    def _each_row(self, target, n, sources, unconnected_gradients):
        """The gradients of each element of target."""
        from millrace.ops.array import reshape

        rows, self._keep = [], True
        try:
            for i in range(n):
                self._used = False
                one = [0.0] * n
                one[i] = 1.0
                start = reshape(convert_to_tensor(one, target.dtype), target.shape)
                rows.append(self.gradient(target, sources, start, unconnected_gradients))
        finally:
            self._keep = False
            if self._c is not None and not self._persistent:
                self._forget_ops()
        return rows

    @public
    def batch_jacobian(
        self,
        target,
        source,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """[batch, target's further sizes, source's further sizes]: d(target[b])/d(source[b]); row b
        of target depends on row b of source only."""
        target = convert_to_tensor(target)
        if target.shape.rank in (None, 0) or source.shape.rank in (None, 0):
            raise ValueError("batch_jacobian: target and source must have a batch dimension")
        if not target.shape[:1].is_compatible_with(source.shape[:1]):
            raise ValueError(
                f"batch_jacobian: target has {target.shape[0]} rows, source {source.shape[0]}"
            )
        from millrace.ops.array import reshape, stack

        batch, n = target.shape[0], target.shape[1:].num_elements()
        rows, self._keep = [], True
        try:
            for j in range(n):
                self._used = False
                one = [[float(k == j) for k in range(n)]] * batch
                start = reshape(convert_to_tensor(one, target.dtype), target.shape)
                rows.append(self.gradient(target, source, start, unconnected_gradients))
        finally:
            self._keep = False
            if self._c is not None and not self._persistent:
                self._forget_ops()
        if any(row is None for row in rows):
            return None
        shape = target.shape.as_list() + source.shape.as_list()[1:]
        return reshape(stack([convert_to_tensor(r) for r in rows], axis=1), shape)


def _from_native(found):
    return IndexedSlices(*found) if isinstance(found, tuple) else found
