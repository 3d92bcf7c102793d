"""`while` and `for` on Python's values, tensors, ranges, datasets and iterators."""

import sys

from millrace import dtypes
from millrace.autograph import branches, state
from millrace.autograph.loops import GraphLoop
from millrace.framework import context
from millrace.framework.convert import constant_value, convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.func_graph import FuncGraph


def while_(test, body, names, soft, dead, **options):
    """Runs body() while test() holds; once that is a tensor of a graph, as a loop of the graph."""
    while True:
        holds = _try_test(test)
        if state.is_symbolic(holds):
            break
        if not holds:
            return
        body()

    def turn():
        body()
        return []

    GraphLoop(body, names, soft, options, []).run(
        lambda: branches.condition(test(), "a while loop"), turn
    )


def _try_test(test):
    """What test() gives. If that is a tensor, its ops are not for the graph: the loop will have
    them."""
    graph = context.building_graph()
    if graph is None:
        return test()
    with FuncGraph("test", graph).as_default():
        return test()


def for_(over, body, more, names, soft, dead, **options):
    """Runs body(item) for each item, as long as more() holds after each; over what is of a graph as
    a loop of the graph."""
    loop = (_loop_over(over) if context.building_graph() is not None else None) or _python_loop
    loop(over, body, more, names, soft, options)


def _loop_over(over):
    if state.is_symbolic(over):
        over = convert_to_tensor(over)
        op = getattr(over, "op", None)
        here = op is not None and over.graph is context.building_graph()
        return _range_loop if here and op.type == "Range" else _tensor_loop
    if _is_of(over, "millrace.data.dataset", "Dataset"):
        return _dataset_loop
    if _is_of(over, "millrace.data.iterator", "Iterator"):
        return _iterator_loop
    if _is_of(over, "millrace.framework.ragged_tensor", "RaggedTensor"):
        return _ragged_loop
    return None


def _is_of(value, module, name):
    """isinstance without an import: what no one has imported, no value is of."""
    found = sys.modules.get(module)
    return found is not None and isinstance(value, getattr(found, name))


def _python_loop(over, body, more, names, soft, options):
    for item in over:
        body(item)
        if more is not None and not _goes_on(more()):
            break


def _goes_on(more):
    if state.is_symbolic(more):
        raise NotImplementedError(
            "break and return statements which depend on a tensor are not supported in loops over "
            "Python's values; loop over a tensor, such as mr.range() gives"
        )
    return more


def _with_more(test, more):
    """The test of a loop, and that the body did not ask to stop."""
    if more is None:
        return test
    return lambda *own: branches.and_(lambda: _truth(more()), lambda: test(*own))


def _truth(value):
    return value if state.is_symbolic(value) else convert_to_tensor(value)


def _counted_loop(count, item, body, more, names, soft, options):
    def turn(i):
        body(item(i))
        return [i + 1]

    loop = GraphLoop(body, names, soft, options, [convert_to_tensor(0)])
    loop.run(_with_more(lambda i: i < count, more), turn)


def _tensor_loop(over, body, more, names, soft, options):
    from millrace.ops.tensor_array import TensorArray

    over = convert_to_tensor(over)
    if over.shape.rank == 0:
        raise ValueError(f"cannot iterate over {over!r}: it is a scalar")
    count = over.shape[0] if over.shape.rank else None
    if count is None:
        count = apply_op("Shape", (over,))[0]
    rows = TensorArray(over.dtype, size=count).unstack(over)
    _counted_loop(count, rows.read, body, more, names, soft, options)


def _ragged_loop(over, body, more, names, soft, options):
    count = apply_op("Shape", (over.row_splits,), {"out_type": dtypes.int32})[0] - 1
    _counted_loop(count, lambda i: over[i], body, more, names, soft, options)


def _range_loop(over, body, more, names, soft, options):
    """The numbers are made one by one."""
    start, limit, delta = over.op.inputs
    step = constant_value(delta)

    def test(i):
        if step is not None:
            return i < limit if step > 0 else i > limit
        up = apply_op("LogicalAnd", (delta > 0, i < limit))
        down = apply_op("LogicalAnd", (delta < 0, i > limit))
        return apply_op("LogicalOr", (up, down))

    def turn(i):
        body(i)
        return [i + delta]

    GraphLoop(body, names, soft, options, [start]).run(_with_more(test, more), turn)


def _dataset_loop(over, body, more, names, soft, options):
    from millrace.data.elements import types_of
    from millrace.data.iterator import Iterator

    handle, deleter = apply_op("AnonymousIteratorV2", (), types_of(over.element_spec))
    made = apply_op("MakeIterator", (over._variant, handle))
    iterator = Iterator(handle, over.element_spec, made, over)
    _iterator_loop(iterator, body, more, names, soft, options)
    apply_op("DeleteIterator", (handle, deleter))


def _iterator_loop(over, body, more, names, soft, options):
    from millrace.data.elements import pack, types_of

    spec = over.element_spec

    def following():
        return apply_op("IteratorGetNextAsOptional", (over._handle,), types_of(spec))

    def test(optional):
        return apply_op("OptionalHasValue", (optional,))

    def turn(optional):
        body(pack(spec, apply_op("OptionalGetValue", (optional,), types_of(spec))))
        if more is None:
            return [following()]
        return [branches.if_exp(more(), following, lambda: apply_op("OptionalNone", ()))]

    GraphLoop(body, names, soft, options, [following()]).run(_with_more(test, more), turn)
