"""Functions of a vector of strings, applied to strings of any rank."""

from millrace import dtypes
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.ragged_tensor import RaggedTensor


def rows_of_strings(input, function):
    """What function(vector), RaggedTensors with a row for each string, gives for all strings of a
    tensor or RaggedTensor: in the structure of the input, without rows for a scalar."""
    if isinstance(input, RaggedTensor):
        flat = rows_of_strings(input.flat_values, function)
        return [input.with_flat_values(made) for made in flat]
    input = convert_to_tensor(input, dtypes.string)
    rank = input.shape.rank
    if rank is None:
        raise ValueError("strings can be taken apart where the rank of their tensor is known")
    made = function(input if rank == 1 else apply_op("Reshape", (input, [-1])))
    if rank == 0:
        return [m.values for m in made]
    for axis in range(rank - 1, 0, -1):
        size = apply_op("Shape", (input,))[axis]
        made = [RaggedTensor.from_uniform_row_length(m, size, validate=False) for m in made]
    return made
