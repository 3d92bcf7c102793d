"""How often numbers occur, as SparseTensors."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor


@public
def bincount(
    values,
    weights=None,
    axis=0,
    minlength=None,
    maxlength=None,
    binary_output=False,
    name=None,
):
    """How often each number occurs, a SparseTensor: [numbers], or [rows, numbers] with axis=-1.

    Args:
      values: integers, not negative: a vector or matrix, a SparseTensor or RaggedTensor.
      weights: of the values, summed instead of counting; in the form of the values.
      minlength, maxlength: the dimension of the numbers is as great at least; greater numbers are
        left out.
      binary_output: 1 for each number that occurs.
    """
    if axis not in (0, -1):
        raise ValueError(f"bincount: axis must be 0 or -1, got {axis}")
    if weights is not None and binary_output:
        raise ValueError("bincount: binary_output counts no weights")
    attrs = {
        "minlength": -1 if minlength is None else minlength,
        "maxlength": -1 if maxlength is None else maxlength,
        "binary_output": binary_output,
    }
    composite = isinstance(values, (SparseTensor, RaggedTensor))
    if axis == 0 and composite:
        values = values.flat_values if isinstance(values, RaggedTensor) else values.values
        if weights is not None:
            ragged = isinstance(weights, RaggedTensor)
            weights = weights.flat_values if ragged else getattr(weights, "values", weights)
        composite = False
    if composite:
        inner = weights
        if weights is not None:
            ragged = isinstance(weights, RaggedTensor)
            inner = weights.flat_values if ragged else weights.values
        counted = _weights(inner)
        if isinstance(values, RaggedTensor):
            args = (values.row_splits, values.values, counted)
            return SparseTensor(*apply_op("RaggedCountSparseOutput", args, attrs, name))
        args = (*values._leaves(), counted)
        return SparseTensor(*apply_op("SparseCountSparseOutput", args, attrs, name))
    values, weights = convert_to_tensor(values), _weights(weights)
    if axis == 0:
        values = apply_op("Reshape", (values, [-1]))
        weights = apply_op("Reshape", (weights, [-1]))
    return SparseTensor(*apply_op("DenseCountSparseOutput", (values, weights), attrs, name))


def _weights(weights):
    return convert_to_tensor([], dtypes.int64) if weights is None else convert_to_tensor(weights)
