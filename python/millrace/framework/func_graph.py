"""FuncGraph: the body of a function while it is traced."""

import itertools

from millrace import _load
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph import Graph
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.resource_order import ResourceOrder
from millrace.framework.tensor import Tensor, TensorSpec

_numbers = itertools.count()


def new_name(base):
    """A name that no other function of this process has."""
    return f"{base.strip('<>')}_{next(_numbers)}"


class FuncGraph(Graph):
    """A graph whose tensors from outside are captured: they become further arguments of the
    function.

    Attributes:
      outer: the graph around it, or None if that is immediate code.
      inputs: placeholders of the arguments, captures not among them.
      captures: (tensor outside, placeholder inside) in the order in which they were met.
    """

    is_function = True

    @public
    def __init__(self, name, outer):
        super().__init__()
        self.name = name
        self.outer = outer
        self.inputs = []
        self._captured = {}  # id of a tensor around -> (that tensor, placeholder)
        self._known = {}  # id of a tensor from anywhere outside -> (that tensor, placeholder)
        self._seed = context.eager_seed() if outer is None else outer.seed
        self.variables_read = {}
        self.variables_made = []  # names of those made while it was traced
        self.feeds = []  # values of the inputs in the call that it is traced for, None if unknown
        self._order = ResourceOrder()
        if outer is not None:
            self._c.copy_functions(outer._c)

    @property
    def is_stateful(self):
        """True if it holds an op with effects beyond its outputs."""
        return self._order.stateful

    def _add(self, op_type, inputs, attrs=None, name=None):
        before = self._order.before(op_type, inputs)
        if before:
            with self.control_dependencies(before):
                op = super()._add(op_type, inputs, attrs, name)
        else:
            op = super()._add(op_type, inputs, attrs, name)
        self._order.added(op, op_type, inputs)
        return op

    def note_read(self, variable):
        """Notes that the body, or one within it, reads a variable."""
        graph = self
        owner = getattr(variable.handle, "graph", None)  # whose argument it is
        while graph is not None and graph.is_function and graph is not owner:
            graph.variables_read.setdefault(id(variable), variable)
            graph = graph.outer

    def placeholder(self, spec_or_tensor, name):
        """A placeholder of the dtype and shape."""
        attrs = {"dtype": spec_or_tensor.dtype, "shape": spec_or_tensor.shape}
        with (
            self.as_default(),
            self.control_dependencies(None),
            self.colocate_with(None),
            self.device(None),
        ):
            made = apply_op("Placeholder", (), attrs, name)
        handle_data = _handle_data(spec_or_tensor)
        if handle_data:
            self._c.set_handle_data(made._key, handle_data)
        return made

    def add_input(self, spec, name):
        self.inputs.append(self.placeholder(spec, name))
        return self.inputs[-1]

    def capture(self, tensor):
        """The placeholder that stands for a tensor of an outer graph, or of immediate code."""
        known = self._known.get(id(tensor))
        if known is None:
            outside = self._in_outer(tensor)
            found = self._captured.get(id(outside))
            if found is None:
                found = (outside, self.placeholder(tensor, "captured"))
                self._captured[id(outside)] = found
            # The tensor is kept, so that its id is not taken by another.
            known = self._known[id(tensor)] = (tensor, found[1])
        return known[1]

    def _in_outer(self, tensor):
        """The tensor as one of the graph around this one."""
        if getattr(tensor, "graph", None) is self.outer:
            return tensor
        if self.outer is None:
            raise ValueError(
                f"{tensor!r} belongs to another graph and cannot be used in a function; out of a "
                "branch or loop come the variables that it assigns, not what it puts into lists"
            )
        if self.outer.is_function:
            return self.outer.capture(tensor)
        with self.outer.as_default():
            return convert_to_tensor(tensor)

    @property
    def captures(self):
        return list(self._captured.values())

    def ensure_captures(self, tensors):
        """Captures these, in this order, so that two functions take the same arguments."""
        for tensor in tensors:
            self.capture(tensor)
        order = {id(t): i for i, t in enumerate(tensors)}
        self._captured = dict(sorted(self._captured.items(), key=lambda item: order[item[0]]))


def _handle_data(tensor):
    if isinstance(tensor, TensorSpec) or not (tensor.dtype._enum == 20 or tensor.dtype._enum == 21):
        return None
    if hasattr(tensor, "_key"):
        return tensor.graph._c.handle_data(tensor._key)
    handle_data = getattr(tensor, "_handle_data", None)
    return None if handle_data is None else handle_data()


class Traced:
    """A function body: its graph and what it returned."""

    def __init__(self, graph, structure, outputs, none_mask):
        self.graph, self.structure, self.outputs, self._none_mask = (
            graph,
            structure,
            outputs,
            none_mask,
        )

    def pack(self, tensors):
        """The structure that the Python function returned, with these tensors."""
        tensors = iter(tensors)
        return nest.pack_like(
            self.structure, [None if n else next(tensors) for n in self._none_mask]
        )

    def give(self, values):
        """Makes these, a list, what it returns."""
        with self.graph.as_default():
            self.outputs = [apply_op("Identity", (convert_to_tensor(v),)) for v in values]
        self.structure, self._none_mask = self.outputs, [False] * len(self.outputs)

    def add_to(self, native_graph, name):
        """Makes it a function of that graph's library; arguments are the inputs, then the
        captures."""
        inputs = [t._key for t in self.graph.inputs] + [
            inner._key for _, inner in self.graph.captures
        ]
        native_graph.add_function(self.graph._c, name, inputs, [t._key for t in self.outputs], [])

    def add_to_eager_library(self, name):
        """Makes it, and the functions within it, known where ops run at once, as long as the graph
        lives. Returns the native function of that name."""
        library = _load.native.eager_library()
        before = set(library.function_names())
        self.add_to(library, name)
        made = {name, *self.graph._c.function_names()} - before
        functions = {n: _load.native.Function(n) for n in made}
        self.graph._py_functions.extend(functions.values())
        return functions[name]


def trace(function, args, name, outer, kwargs=None):
    """Calls function(*args) with ops going into a new FuncGraph. `args(graph)` gives the
    arguments."""
    graph = FuncGraph(name, outer)
    with graph.as_default():
        result = function(*args(graph), **(kwargs or {}))
        leaves = nest.flatten(result)
        outputs, none_mask = [], []
        for leaf in leaves:
            is_none = leaf is None or not (_is_value(leaf))
            none_mask.append(is_none)
            if not is_none:
                tensor = convert_to_tensor(leaf)
                # An argument that is returned as it is still needs a node of its own.
                outputs.append(apply_op("Identity", (tensor,)))
    return Traced(graph, result, outputs, none_mask)


def _is_value(leaf):
    from millrace.framework.operation import Operation

    if isinstance(leaf, Operation):
        return False
    return (
        isinstance(leaf, (Tensor, IndexedSlices))
        or hasattr(leaf, "_as_tensor")
        or not callable(leaf)
    )
