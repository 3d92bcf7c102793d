"""Operations on sets: the elements along the last axis."""

from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor

__all__ = ["difference", "intersection", "size", "union"]


def _parts(sets):
    return sets._leaves() if isinstance(sets, SparseTensor) else [sets]


def _operation(a, b, operation, validate_indices):
    """A SparseTensor of the sorted results."""
    a_sparse, b_sparse = isinstance(a, SparseTensor), isinstance(b, SparseTensor)
    if not a_sparse:
        a = convert_to_tensor(a)
    if not b_sparse:
        b = convert_to_tensor(b, a.dtype)
    if a.dtype is not b.dtype:
        raise TypeError(f"the sets have the dtypes {a.dtype.name} and {b.dtype.name}")
    if a_sparse and not b_sparse:
        # There is no op of a sparse and a dense set: they change places.
        a, b, operation = b, a, {"a-b": "b-a", "b-a": "a-b"}.get(operation, operation)
        a_sparse, b_sparse = b_sparse, a_sparse
    op = {
        (True, True): "SparseToSparseSetOperation",
        (False, True): "DenseToSparseSetOperation",
        (False, False): "DenseToDenseSetOperation",
    }[(a_sparse, b_sparse)]
    attrs = {"set_operation": operation, "validate_indices": validate_indices}
    return SparseTensor(*apply_op(op, (*_parts(a), *_parts(b)), attrs))


@public
def intersection(a, b, validate_indices=True):
    """The elements that are in both of each pair of sets, as a SparseTensor.

    Args:
      a, b: tensors or SparseTensors with the same leading dimensions (dense ones in front).
    """
    return _operation(a, b, "intersection", validate_indices)


@public
def union(a, b, validate_indices=True):
    """The elements that are in one of each pair of sets, or in both."""
    return _operation(a, b, "union", validate_indices)


@public
def difference(a, b, aminusb=True, validate_indices=True):
    """The elements of a that are not in b; of b that are not in a without aminusb."""
    return _operation(a, b, "a-b" if aminusb else "b-a", validate_indices)


@public
def size(a, validate_indices=True):
    """How many different elements each set has. a: a SparseTensor."""
    if not isinstance(a, SparseTensor):
        raise TypeError(f"sets.size takes a SparseTensor, got {a!r}")
    return apply_op("SetSize", tuple(a._leaves()), {"validate_indices": validate_indices})
