"""SparseTensors as strings, and out of them."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.dispatch import apply_op
from millrace.framework.sparse_tensor import SparseTensor


@public
def serialize_sparse(sp_input, out_type=dtypes.string, name=None):
    """The indices, values and shape of a SparseTensor, each serialised: strings or variants [3]."""
    return _serialize("SerializeSparse", sp_input, out_type, name)


@public
def serialize_many_sparse(sp_input, out_type=dtypes.string, name=None):
    """The rows of a SparseTensor of rank 2 or more, each serialised: strings (or variants)
    [rows, 3]."""
    return _serialize("SerializeManySparse", sp_input, out_type, name)


def _serialize(op, sp_input, out_type, name):
    leaves = SparseTensor.from_value(sp_input)._leaves()
    return apply_op(op, leaves, {"out_type": out_type}, name)


@public
def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None):
    """The SparseTensors in what serialize_many_sparse has made, as rows of one.

    Args:
      rank: of the result, where it is known.
    """
    made = apply_op("DeserializeManySparse", (serialized_sparse,), {"dtype": dtype}, name)
    indices, values, dense_shape = made
    if rank is not None and hasattr(indices, "graph"):
        indices.set_shape([None, rank])
        dense_shape.set_shape([rank])
    return SparseTensor(indices, values, dense_shape)
