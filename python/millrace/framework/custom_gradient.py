"""custom_gradient: functions that say themselves what their gradient is."""

import functools

from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tape import open_tapes


class CustomNode:
    """A call of such a function: from inputs to outputs, both flat lists of tensors.

    gradient(*output gradients) gives those of the inputs, then those of the variables.
    """

    def __init__(self, inputs, variables, outputs, gradient):
        self.inputs, self.variables, self.outputs = inputs, variables, outputs
        self._gradient = gradient

    def targets(self):
        return [*self.inputs, *(v.handle for v in self.variables)]

    def input_gradients(self, output_gradients):
        given = [
            apply_op("ZerosLike", (o,)) if g is None else convert_to_tensor(g)
            for o, g in zip(self.outputs, output_gradients)
        ]
        if not self.variables:
            return _as_list(self._gradient(*given), len(self.inputs))
        of_inputs, of_variables = self._gradient(*given, variables=list(self.variables))
        return _as_list(of_inputs, len(self.inputs)) + _as_list(of_variables, len(self.variables))


def _as_list(found, n):
    found = nest.flatten(found) if isinstance(found, (list, tuple)) else [found]
    if len(found) != n:
        raise ValueError(f"a custom gradient must give {n} gradients, it gives {len(found)}")
    return found


def _sum(a, b):
    if a is None or b is None:
        return b if a is None else a
    return apply_op("AddV2", (convert_to_tensor(a), convert_to_tensor(b)))


def differentiate(nodes, gradients, targets, starts, sources):
    """The gradients of targets by sources, through the nodes' own gradients.

    Args:
      nodes: CustomNodes in the order in which they were made.
      gradients: (targets, starts, sources) -> gradients that end at the outputs of all nodes.
    """
    outputs = [o for node in nodes for o in node.outputs]
    found = gradients(targets, starts, [*sources, *outputs])
    total = found[: len(sources)]
    pending = dict(zip(map(id, outputs), found[len(sources) :]))
    for node in reversed(nodes):
        arrived = [pending[id(o)] for o in node.outputs]
        if all(g is None for g in arrived):
            continue
        pairs = [
            (t, g) for t, g in zip(node.targets(), node.input_gradients(arrived)) if g is not None
        ]
        on_variables = {id(v.handle) for v in node.variables}
        for target, g in pairs:
            if id(target) in on_variables:
                total = [_sum(a, g) if s is target else a for s, a in zip(sources, total)]
        through = [(t, convert_to_tensor(g)) for t, g in pairs if id(t) not in on_variables]
        if not through:
            continue
        ends, begins = zip(*through)
        more = gradients(list(ends), list(begins), [*sources, *outputs])
        total = [_sum(a, b) for a, b in zip(total, more)]
        for o, g in zip(outputs, more[len(sources) :]):
            pending[id(o)] = _sum(pending[id(o)], g)
    return total


class _Reads:
    """Notes the trainable variables that are read, as a tape does."""

    _watch_variables = True

    def __init__(self):
        self._variables = {}
        self._functions = set()


@public
def custom_gradient(f=None):
    """A decorator: f(*args) gives (result, grad), and the gradient of the result is what
    grad(*output gradients) gives: one gradient an argument.

    Where f reads trainable variables, grad also takes `variables`, and gives (gradients of the
    arguments, gradients of the variables). Inside of cond() and while_loop() such functions have
    their ordinary gradients.
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        args = nest.map_structure(convert_to_tensor, args)
        inputs = nest.flatten(args)
        graph = context.building_graph()
        if graph is None and not open_tapes():
            return f(*args, **kwargs)[0]
        result, gradient, variables = _called(f, args, kwargs, graph)
        values = [apply_op("Identity", (convert_to_tensor(r),)) for r in nest.flatten(result)]
        variables = [v for v in variables if all(v.handle is not i for i in inputs)]
        node = CustomNode(inputs, variables, values, gradient)
        if graph is not None:
            graph._custom_nodes.append(node)
        else:
            for tape in open_tapes():
                tape.add_custom_node(node)
        return nest.pack_like(result, values)

    return decorated


def _called(f, args, kwargs, graph):
    """(result, gradient function, variables read), unseen by tapes."""
    tapes, reads = list(open_tapes()), _Reads()
    if graph is None:
        for t in tapes:
            t._stop()
    open_tapes().append(reads)
    try:
        result, gradient = f(*args, **kwargs)
        result = nest.map_structure(convert_to_tensor, result)
    finally:
        open_tapes().remove(reads)
        if graph is None:
            for t in tapes:
                t._start()
    return result, gradient, list(reads._variables.values())


@public
def grad_pass_through(f):
    """A decorator: the gradient of f(x) is that of x itself, unchanged."""

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        @custom_gradient
        def inner(*inner_args):
            return f(*inner_args, **kwargs), lambda *gradients: list(gradients)

        return inner(*args)

    return decorated


@public
def recompute_grad(f):
    """The function itself: nothing is computed twice here."""
    return f
