"""A function over the rows of tensors: map_fn, foldl, foldr and scan."""

from millrace import dtypes
from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.control_flow import while_loop
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.scopes import name_scope
from millrace.tensor_shape import TensorShape

__all__ = ["foldl", "foldr", "map_fn", "scan"]

_ANY_SHAPE = -1  # as an element_shape


def _rows(elems):
    """(tensors of the structure, their number of rows: an int where known, else a tensor)."""
    tensors = [convert_to_tensor(e) for e in nest.flatten(elems)]
    if not tensors:
        raise ValueError("elems must hold a tensor at least")
    for t in tensors:
        if t.shape.rank == 0:
            raise ValueError(f"elems must have rows to go over, {t!r} is a scalar")
        if t.shape.rank is not None and t.shape[0] is not None:
            return tensors, t.shape[0]
    return tensors, apply_op("Shape", (tensors[0],))[0]


def _row(tensors, i, elems):
    rows = [apply_op("GatherV2", (t, i, 0)) for t in tensors]
    return nest.pack_like(elems, rows)


class _Results:
    """Lists that a loop fills with a result each a step."""

    def __init__(self, types, n):
        self._types, self._n = types, n
        self._shapes = [None] * len(types)
        self.start = [
            apply_op("TensorListReserve", (_ANY_SHAPE, n), {"element_dtype": t}) for t in types
        ]

    def set(self, lists, i, values):
        made = []
        for k, (handle, value) in enumerate(zip(lists, values)):
            value = convert_to_tensor(value, self._types[k])
            self._shapes[k] = value.shape
            made.append(apply_op("TensorListSetItem", (handle, i, value)))
        return made

    def stack(self, lists):
        stacked = []
        for handle, dtype, shape in zip(lists, self._types, self._shapes):
            known = shape is not None and shape.is_fully_defined()
            element = convert_to_tensor(shape.as_list(), dtypes.int32) if known else _ANY_SHAPE
            whole = apply_op("TensorListStack", (handle, element), {"element_dtype": dtype})
            if shape is not None and shape.rank is not None and hasattr(whole, "set_shape"):
                n = self._n if isinstance(self._n, int) else None
                whole.set_shape(TensorShape([n, *shape.as_list()]))
            stacked.append(whole)
        return stacked


def _flat_types(dtype):
    return [dtypes.as_dtype(t) for t in nest.flatten(dtype)]


@public
def map_fn(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
    fn_output_signature=None,
):
    """fn of each row of elems, stacked.

    Args:
      fn: takes a row, in the structure of elems, and gives a structure of tensors.
      elems: a tensor, or a structure of tensors of the same number of rows.
      dtype, fn_output_signature: the dtypes of what fn gives, where they are not those of elems.
    """
    types = dtype if fn_output_signature is None else fn_output_signature
    fn = context.converted(fn)
    with name_scope(name or "map"):
        tensors, n = _rows(elems)
        structure = elems if types is None else types
        results = _Results([t.dtype for t in tensors] if types is None else _flat_types(types), n)

        def body(i, lists):
            values = nest.flatten(fn(_row(tensors, i, elems)))
            if len(values) != len(lists):
                raise ValueError(
                    f"map_fn: fn gives {len(values)} tensors where {len(lists)} are expected; "
                    "dtype says how many there are"
                )
            return i + 1, results.set(lists, i, values)

        start = (convert_to_tensor(0), results.start)
        _, lists = while_loop(
            lambda i, lists: i < n, body, start, parallel_iterations=parallel_iterations or 10
        )
        return nest.pack_like(structure, results.stack(lists))


@public
def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """fn of each row of elems, stacked: map_fn, which finds the dtypes of the results by a call."""
    fn = context.converted(fn)
    tensors, _ = _rows(elems)
    first = fn(_row(tensors, 0, elems))
    types = [convert_to_tensor(v).dtype for v in nest.flatten(first)]
    signature = nest.pack_like(first, types)
    return map_fn(fn, elems, fn_output_signature=signature)


def _fold(fn, elems, initializer, reverse, parallel_iterations, keep, name):
    """The last value of a = fn(a, row), or with `keep` all of them stacked."""
    fn = context.converted(fn)
    with name_scope(name):
        tensors, n = _rows(elems)
        first = n - 1 if reverse else 0
        structure = elems if initializer is None else initializer
        if initializer is None:
            start = nest.flatten(_row(tensors, convert_to_tensor(first), elems))
        else:
            start = [convert_to_tensor(v) for v in nest.flatten(initializer)]
        done = 1 if initializer is None else 0
        results = _Results([t.dtype for t in start], n) if keep else None
        lists = results.start if keep else []
        if keep and done:
            lists = results.set(lists, convert_to_tensor(first), start)

        def body(i, values, lists):
            at = n - 1 - i if reverse else i
            found = fn(nest.pack_like(structure, values), _row(tensors, at, elems))
            found = [convert_to_tensor(v, t.dtype) for v, t in zip(nest.flatten(found), start)]
            return i + 1, found, results.set(lists, at, found) if keep else []

        _, values, lists = while_loop(
            lambda i, values, lists: i < n,
            body,
            (convert_to_tensor(done), start, lists),
            parallel_iterations=parallel_iterations,
        )
        return nest.pack_like(structure, results.stack(lists) if keep else values)


@public
def foldl(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """a = fn(a, row) over the rows from the first to the last; a begins as the initializer, or as
    the first row. Returns the last a."""
    return _fold(fn, elems, initializer, False, parallel_iterations, False, name or "foldl")


@public
def foldr(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """As foldl, from the last row to the first."""
    return _fold(fn, elems, initializer, True, parallel_iterations, False, name or "foldr")


@public
def scan(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
):
    """As foldl (with reverse as foldr), but returns all values of a, stacked at their rows."""
    return _fold(fn, elems, initializer, reverse, parallel_iterations, True, name or "scan")
