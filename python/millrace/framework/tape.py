"""GradientTape: gradients of what ran at once, or was traced."""

import threading

from millrace import _load
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.gradients import gradients
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
    for tape in open_tapes():
        if tape._watch_variables:
            tape._variables.setdefault(id(variable), variable)


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
        self._variables = {}
        self._graph = context.building_graph()  # in a graph the graph itself is the tape
        self._c = None if self._graph is not None else _load.native.Tape(persistent)
        self._recording = self._used = False

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

    def _stop(self):
        self._recording = False
        open_tapes().remove(self)
        if self._c is not None:
            self._c.remove()

    @public
    def watch(self, tensor):
        """From now on what is computed from these tensors or variables is recorded."""
        for t in nest.flatten(tensor):
            if hasattr(t, "handle"):
                self._variables.setdefault(id(t), t)
                t = t.handle
            if not isinstance(t, Tensor):
                raise TypeError(f"watch takes tensors and variables, got {t!r}")
            if self._c is not None:
                self._c.watch(t)

    def watched_variables(self):
        """The variables it watches, in the order in which they were first read."""
        return tuple(self._variables.values())

    def reset(self):
        """Forgets what was recorded."""
        if self._c is not None:
            self._c.reset()
        self._variables.clear()

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
        if self._recording and not self._persistent:
            self._stop()
        flat_sources = nest.flatten(sources)
        handles = [s.handle if hasattr(s, "handle") else s for s in flat_sources]
        targets = [convert_to_tensor(t) for t in nest.flatten(target)]
        outer = None if output_gradients is None else nest.flatten(output_gradients)
        if outer is not None and len(outer) != len(targets):
            raise ValueError(f"{len(outer)} output_gradients for {len(targets)} targets")
        if self._graph is not None or context.building_graph() is not None:
            found = self._graph_gradient(targets, handles, outer)
        else:
            start = [
                None if g is None else convert_to_tensor(g, t.dtype)
                for g, t in zip(outer or (), targets)
            ]
            found = [_from_native(g) for g in self._c.gradient(targets, handles, start)]
        if str(getattr(unconnected_gradients, "value", unconnected_gradients)) == "zero":
            from millrace.ops.array import zeros_like

            found = [zeros_like(s) if g is None else g for s, g in zip(flat_sources, found)]
        return nest.pack_like(sources, found)

    def _graph_gradient(self, targets, handles, output_gradients):
        if self._used and not self._persistent:
            raise RuntimeError("a tape that is not persistent gives gradients once")
        self._used = True
        graph = context.building_graph()
        inside = [
            graph.capture(h) if graph.is_function and getattr(h, "graph", None) is not graph else h
            for h in handles
        ]
        return gradients(targets, inside, output_gradients)

    @public
    def jacobian(self, target, source):
        """d(target)/d(source): the shape of target followed by that of source. The tape must be
        persistent."""
        from millrace.ops.array import reshape, stack

        flat = reshape(target, [-1])
        rows = []
        for i in range(flat.shape[0]):
            mask = [1.0 if j == i else 0.0 for j in range(flat.shape[0])]
            rows.append(
                self.gradient(
                    target,
                    source,
                    output_gradients=reshape(convert_to_tensor(mask, target.dtype), target.shape),
                )
            )
        return reshape(stack(rows), target.shape.as_list() + source.shape.as_list())


def _from_native(found):
    return IndexedSlices(*found) if isinstance(found, tuple) else found
