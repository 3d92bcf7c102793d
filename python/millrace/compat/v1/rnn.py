"""Recurrent networks over sequences: a cell, run step by step."""

from millrace import dtypes
from millrace._load import public
from millrace.framework import nest
from millrace.framework.control_flow import while_loop
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.variable_scope import variable_scope
from millrace.ops.array import shape
from millrace.ops.tensor_array import TensorArray
from millrace.tensor_shape import TensorShape


def _time_first(tensor):
    rank = tensor.shape.rank
    if rank is None or rank < 2:
        raise ValueError(f"a batch of sequences is [batch, time, ...], got shape {tensor.shape}")
    return apply_op("Transpose", (tensor, [1, 0, *range(2, rank)]))


def _size(tensor, axis):
    """The size of an axis: a number where it is known, else a tensor."""
    known = tensor.shape[axis]
    return shape(tensor)[axis] if known is None else known


def _initial_state(cell, initial_state, batch, dtype):
    if initial_state is not None:
        return nest.map_structure(convert_to_tensor, initial_state)
    if dtype is None:
        raise ValueError("give a dtype where there is no initial_state")
    return cell.zero_state(batch, dtype)


def _lengths(sequence_length):
    if sequence_length is None:
        return None
    lengths = convert_to_tensor(sequence_length)
    if lengths.dtype is not dtypes.int32:
        lengths = apply_op("Cast", (lengths,), {"DstT": dtypes.int32})
    if lengths.shape.rank not in (None, 1):
        raise ValueError(f"sequence_length must be a vector, got shape {lengths.shape}")
    return lengths


def _select(going_on, new, old):
    """Of each example new where it goes on, else old."""
    rank = new.shape.rank
    condition = apply_op("Reshape", (going_on, [-1] + [1] * (rank - 1)))
    return apply_op("SelectV2", (condition, new, old))


def _step(cell, time, lengths, inputs, state):
    """(outputs, state) of one step: zeros and the state before where a sequence is over."""
    outputs, after = cell(inputs, state)
    if lengths is None:
        return outputs, after
    going_on = apply_op("Less", (time, lengths))
    blank = nest.map_structure(lambda x: apply_op("ZerosLike", (x,)), outputs)
    return (
        nest.map_structure(lambda new, old: _select(going_on, new, old), outputs, blank),
        nest.map_structure(lambda new, old: _select(going_on, new, old), after, state),
    )


@public
def dynamic_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """(outputs, the last state) of a cell that is run over sequences, in a loop.

    Args:
      inputs: [batch, time, ...], or [time, batch, ...] if time_major; a structure of them.
      sequence_length: of each example; after it outputs are 0 and the state stays.
      initial_state: zeros of `dtype` if left out.
    Returns:
      outputs: [batch, time, output_size], or time first if time_major.
    """
    with variable_scope(scope or "rnn"):
        inputs = nest.map_structure(convert_to_tensor, inputs)
        if not time_major:
            inputs = nest.map_structure(_time_first, inputs)
        first = nest.flatten(inputs)[0]
        lengths = _lengths(sequence_length)
        state = _initial_state(cell, initial_state, _size(first, 1), dtype)
        outputs, state = _loop(cell, inputs, lengths, state, dtype, parallel_iterations)
        if not time_major:
            outputs = nest.map_structure(_time_first, outputs)
        return outputs, state


def _loop(cell, inputs, lengths, state, dtype, parallel_iterations):
    first = nest.flatten(inputs)[0]
    steps, dtype = _size(first, 0), dtype or nest.flatten(state)[0].dtype

    def rows(tensor):
        return TensorArray(tensor.dtype, shape(tensor)[0]).unstack(tensor)

    def written(size):
        sizes = size.as_list() if isinstance(size, TensorShape) else [size]
        return TensorArray(dtype, steps, element_shape=[first.shape[1], *sizes])

    sources = nest.map_structure(rows, inputs)
    arrays = nest.map_structure(written, cell.output_size)

    def body(time, arrays, state):
        read = _map(lambda a: a.read(time), sources)
        outputs, after = _step(cell, time, lengths, read, state)
        values = iter(nest.flatten(outputs))
        arrays = _map(lambda a: a.write(time, next(values)), arrays)
        return time + 1, arrays, after

    start = (convert_to_tensor(0, dtypes.int32), arrays, state)
    _, arrays, state = while_loop(
        lambda time, arrays, state: time < steps,
        body,
        start,
        parallel_iterations=parallel_iterations or 32,
    )
    outputs = _map(lambda a: a.stack(), arrays)
    for tensor in nest.flatten(outputs):
        tensor.set_shape([first.shape[0]] + [None] * (tensor.shape.rank - 1))
    return outputs, state


def _map(function, structure):
    """map_structure that takes TensorArrays for leaves."""
    if isinstance(structure, TensorArray):
        return function(structure)
    if isinstance(structure, dict):
        return {k: _map(function, v) for k, v in structure.items()}
    items = [_map(function, v) for v in structure]
    return type(structure)(*items) if nest.is_namedtuple(structure) else type(structure)(items)


@public
def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """(a list of outputs, the last state) of a cell that is run over a list of inputs, one node
    after the other.

    Args:
      inputs: of each step a tensor [batch, ...].
    """
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise TypeError(f"static_rnn: inputs must be a list of tensors, one a step, got {inputs!r}")
    with variable_scope(scope or "rnn"):
        inputs = [nest.map_structure(convert_to_tensor, x) for x in inputs]
        lengths = _lengths(sequence_length)
        first = nest.flatten(inputs[0])[0]
        state = _initial_state(cell, initial_state, _size(first, 0), dtype)
        outputs = []
        for time, x in enumerate(inputs):
            out, state = _step(cell, convert_to_tensor(time, dtypes.int32), lengths, x, state)
            outputs.append(out)
        return outputs, state


@public
def bidirectional_dynamic_rnn(
    cell_fw,
    cell_bw,
    inputs,
    sequence_length=None,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """((outputs, outputs), (state, state)) of one cell that runs over the sequences and another
    that runs over them backwards."""
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)

    def backwards(tensor):
        if sequence_length is None:
            return apply_op("ReverseV2", (tensor, [time_axis]))
        attrs = {"seq_dim": time_axis, "batch_dim": batch_axis}
        return apply_op("ReverseSequence", (tensor, _lengths(sequence_length)), attrs)

    options = {
        "sequence_length": sequence_length,
        "dtype": dtype,
        "parallel_iterations": parallel_iterations,
        "time_major": time_major,
    }
    with variable_scope(scope or "bidirectional_rnn"):
        forth, state = dynamic_rnn(
            cell_fw, inputs, initial_state=initial_state_fw, scope="fw", **options
        )
        turned = nest.map_structure(lambda x: backwards(convert_to_tensor(x)), inputs)
        back, state_back = dynamic_rnn(
            cell_bw, turned, initial_state=initial_state_bw, scope="bw", **options
        )
        return (forth, nest.map_structure(backwards, back)), (state, state_back)
