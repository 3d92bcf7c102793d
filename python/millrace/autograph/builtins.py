"""Python's functions that work on tensors and datasets too, where a graph is built."""

import builtins

from millrace import dtypes
from millrace.autograph import state
from millrace.autograph.iteration import _is_of
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op


def _is_dataset(value):
    return _is_of(value, "millrace.data.dataset", "Dataset")


def range_(*args):
    if any(map(state.is_symbolic, args)):
        from millrace.ops.array import range as tensor_range

        return tensor_range(*args)
    return range(*args)


def len_(value):
    if _is_of(value, "millrace.ops.tensor_array", "TensorArray"):
        return value.size()
    if _is_dataset(value):
        return value.__len__() if hasattr(value, "__len__") else _cardinality(value)
    if not state.is_symbolic(value):
        return len(value)
    value = convert_to_tensor(value)
    if value.shape.rank == 0:
        raise ValueError("len requires a non-scalar tensor, got one of shape ()")
    size = value.shape[0] if value.shape.rank else None
    return apply_op("Shape", (value,))[0] if size is None else size


def _cardinality(dataset):
    from millrace.framework.scopes import control_dependencies
    from millrace.ops.debugging import Assert

    count = dataset.cardinality()
    if not state.is_symbolic(count):
        return int(count)
    known = Assert(count >= 0, ["len requires a dataset of a known, finite length"])
    with control_dependencies([known]):
        return apply_op("Identity", (count,))


def int_(value=0, *base):
    if not state.is_symbolic(value):
        return int(value, *base)
    return _number(value, dtypes.int32)


def float_(value=0.0):
    return _number(value, dtypes.float32) if state.is_symbolic(value) else float(value)


def _number(value, dtype):
    value = convert_to_tensor(value)
    if value.dtype is dtypes.string:
        return apply_op("StringToNumber", (value,), {"out_type": dtype})
    return apply_op("Cast", (value,), {"DstT": dtype})


def enumerate_(values, start=0):
    return values.enumerate(start) if _is_dataset(values) else enumerate(values, start)


def zip_(*values, **kwargs):
    if values and all(map(_is_dataset, values)):
        return type(values[0]).zip(tuple(values))
    return zip(*values, **kwargs)


def map_(function, *values):
    from millrace.autograph.policy import converted

    if values and all(map(_is_dataset, values)):
        return zip_(*values).map(function) if len(values) > 1 else values[0].map(function)
    return map(converted(function), *values)


def filter_(function, values):
    from millrace.autograph.policy import converted

    if _is_dataset(values):
        return values.filter(function)
    return filter(function and converted(function), values)


def any_(values):
    if not _is_dataset(values):
        return any(values)
    return values.reduce(False, lambda found, v: apply_op("LogicalOr", (found, v)))


def all_(values):
    if not _is_dataset(values):
        return all(values)
    return values.reduce(True, lambda found, v: apply_op("LogicalAnd", (found, v)))


def sorted_(values, *, key=None, reverse=False):
    if not state.is_symbolic(values):
        return sorted(values, key=key, reverse=reverse)
    from millrace.ops.rearrange import argsort, sort

    direction = "DESCENDING" if reverse else "ASCENDING"
    if key is None:
        return sort(values, direction=direction)
    from millrace.ops.functional import map_fn
    from millrace.ops.gathering import gather

    keys = map_fn(key, values)
    return gather(values, argsort(keys, direction=direction))


def next_(iterator, *default):
    if not state.is_symbolic(getattr(iterator, "_handle", None)) or default:
        return next(iterator, *default)
    return iterator.get_next()


OVERLOADS = {
    builtins.range: range_,
    builtins.len: len_,
    builtins.int: int_,
    builtins.float: float_,
    builtins.enumerate: enumerate_,
    builtins.zip: zip_,
    builtins.map: map_,
    builtins.filter: filter_,
    builtins.any: any_,
    builtins.all: all_,
    builtins.sorted: sorted_,
    builtins.next: next_,
}


def overload(function):
    """What stands for a builtin function, or None."""
    return OVERLOADS.get(function)
