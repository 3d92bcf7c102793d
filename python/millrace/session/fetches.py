"""What a step is asked for: names for the runtime, and how to build the answer in the structure of
the question."""

from millrace.framework import nest
from millrace.framework.indexed_slices import IndexedSlices, IndexedSlicesValue
from millrace.framework.operation import Operation


class Fetches:
    """The fetches of one call of run().

    Attributes:
      fetch_names: tensors to compute, each once.
      target_names: operations to run.
    """

    def __init__(self, graph, structure):
        self._graph = graph
        self._index = {}
        self.target_names = []
        self._plan = self._plan_of(structure)
        self.fetch_names = list(self._index)

    def _plan_of(self, item):
        if isinstance(item, nest.Composite):
            cls, parts = item._fetched_as()
            return ("namedtuple", cls, [self._plan_of(p) for p in parts])
        if nest.is_nested(item):
            if isinstance(item, dict):
                return ("dict", type(item), [(k, self._plan_of(v)) for k, v in item.items()])
            if nest.is_namedtuple(item):
                return ("namedtuple", type(item), [self._plan_of(v) for v in item])
            return ("list", type(item), [self._plan_of(v) for v in item])
        if isinstance(item, IndexedSlices):
            parts = [item.values, item.indices, item.dense_shape]
            return (
                "namedtuple",
                IndexedSlicesValue,
                [None if p is None else self._plan_of(p) for p in parts],
            )
        if item is None:
            raise TypeError("None cannot be fetched")
        try:
            element = self._graph.as_graph_element(item)
        except TypeError:
            raise TypeError(
                f"{item!r} cannot be fetched: it must be a tensor, operation, variable, name, or a "
                "structure of them"
            ) from None
        except (KeyError, ValueError) as error:
            text = error.args[0]
            what = "" if text.startswith(repr(item)) else f"{item!r}: "
            raise ValueError(f"cannot be fetched: {what}{text}") from None
        if isinstance(element, Operation):
            if element.name not in self.target_names:
                self.target_names.append(element.name)
            return None
        return self._index.setdefault(element.name, len(self._index))

    @property
    def operation_names(self):
        """Those of the operations that are fetched or run."""
        return [*(name.rpartition(":")[0] for name in self.fetch_names), *self.target_names]

    @property
    def is_one_operation(self):
        return self._plan is None

    def build(self, values):
        """The answer, from the values of fetch_names (None if there are none)."""
        return _build(self._plan, values)


def _build(plan, values):
    if plan is None:
        return None
    if isinstance(plan, int):
        return values[plan]
    kind, cls, children = plan
    if kind == "dict":
        return cls((k, _build(v, values)) for k, v in children)
    items = [_build(c, values) for c in children]
    return cls(*items) if kind == "namedtuple" else cls(items)
