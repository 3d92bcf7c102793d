"""Input by queues that threads fill, as TensorFlow 1 had it before datasets."""

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import control_dependencies, name_scope
from millrace.framework.variable import Variable
from millrace.ops.array import identity
from millrace.ops.elementwise import cast
from millrace.queue import FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue
from millrace.random import shuffle as random_shuffle
from millrace.summary.ops import scalar
from millrace.tensor_shape import TensorShape
from millrace.train.queue_runner import QueueRunner, add_queue_runner


@public
def match_filenames_once(pattern, name=None):
    """A local variable: the names of the files that match the pattern when it is initialised."""
    with name_scope(name or "matching_filenames"):
        return Variable(
            lambda: apply_op("MatchingFiles", (convert_to_tensor(pattern),)),
            name="matching_filenames",
            trainable=False,
            validate_shape=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )


@public
def limit_epochs(tensor, num_epochs=None, name=None):
    """The tensor, num_epochs times; then OutOfRangeError when it runs. The count is a local
    variable."""
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be positive, got {num_epochs}")
    with name_scope(name or "limit_epochs"):
        epochs = Variable(
            convert_to_tensor(0, dtypes.int64),
            name="epochs",
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )
        attrs = {"limit": num_epochs, "T": dtypes.int64}
        counted = apply_op("ResourceCountUpTo", (epochs.handle,), attrs)
        with control_dependencies([counted]):
            return identity(tensor)


@public
def input_producer(
    input_tensor,
    element_shape=None,
    num_epochs=None,
    shuffle=True,
    seed=None,
    capacity=32,
    shared_name=None,
    summary_name=None,
    name=None,
    cancel_op=None,
):
    """A FIFOQueue that a QueueRunner fills with the rows of input_tensor, over and over.

    Args:
      element_shape: of a row, where it is not known.
      num_epochs: how often each row comes; without end if None. Needs
        local_variables_initializer().
      shuffle: whether the rows of each epoch are in a random order.
    """
    with name_scope(name or "input_producer"):
        rows = convert_to_tensor(input_tensor, name="input_tensor")
        shape = TensorShape(None if rows.shape.rank is None else rows.shape.as_list()[1:])
        shape = shape.merge_with(TensorShape(element_shape))
        if not shape.is_fully_defined():
            raise ValueError(f"input_producer: the rows' shape {shape} must be known")
        if shuffle:
            rows = random_shuffle(rows, seed=seed)
        rows = limit_epochs(rows, num_epochs)
        queue = FIFOQueue(capacity, [rows.dtype], [shape], shared_name=shared_name)
        add_queue_runner(QueueRunner(queue, [queue.enqueue_many([rows])], cancel_op=cancel_op))
        if summary_name is not None:
            scalar(summary_name, cast(queue.size(), "float32") * (1.0 / capacity))
        return queue


@public
def string_input_producer(
    string_tensor,
    num_epochs=None,
    shuffle=True,
    seed=None,
    capacity=32,
    shared_name=None,
    name=None,
    cancel_op=None,
):
    """A queue of strings, names of files for example: see input_producer."""
    if not isinstance(string_tensor, (list, tuple)) or string_tensor:
        with name_scope(name or "input_producer") as scope:
            strings = convert_to_tensor(string_tensor, dtypes.string)
            fraction = f"fraction_of_{capacity}_full"
            return input_producer(
                strings,
                [],
                num_epochs,
                shuffle,
                seed,
                capacity,
                shared_name,
                fraction,
                scope,
                cancel_op,
            )
    raise ValueError("string_input_producer needs a string at least")


@public
def range_input_producer(
    limit, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None
):
    """A queue of the numbers 0 .. limit - 1: see input_producer."""
    with name_scope(name or "input_producer") as scope:
        numbers = apply_op("Range", (0, limit, 1))
        fraction = f"fraction_of_{capacity}_full"
        return input_producer(
            numbers, [], num_epochs, shuffle, seed, capacity, shared_name, fraction, scope
        )


@public
def slice_input_producer(
    tensor_list, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None
):
    """One row of each tensor, of the same number, which a queue gives: see input_producer."""
    with name_scope(name or "input_producer"):
        tensors = [convert_to_tensor(t) for t in tensor_list]
        if not tensors:
            raise ValueError("slice_input_producer needs a tensor at least")
        count = apply_op("Shape", (tensors[0],))[0]
        queue = range_input_producer(count, num_epochs, shuffle, seed, capacity, shared_name)
        index = queue.dequeue()
        return [apply_op("GatherV2", (t, index, 0)) for t in tensors]


@public
def batch(
    tensors,
    batch_size,
    num_threads=1,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """The tensors of batch_size steps, stacked, which a QueueRunner gathers.

    Args:
      tensors: a list or dictionary of tensors of one example.
      enqueue_many: whether each holds several examples, along its first dimension.
      shapes: of an example, where they are not known.
      dynamic_pad: whether examples of several shapes are filled up with zeros.
      allow_smaller_final_batch: whether what is left at the end is a batch too.
    Returns:
      A list or dictionary, as tensors is; a tensor where it is one.
    """
    return batch_join(
        [tensors] * num_threads,
        batch_size,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name or "batch",
    )


@public
def batch_join(
    tensors_list,
    batch_size,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """As batch(), of the examples of several sources, each gathered by a thread of its own:
    tensors_list is a list of what batch() takes."""
    make = PaddingFIFOQueue if dynamic_pad else FIFOQueue
    return _batched(
        tensors_list,
        batch_size,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name or "batch_join",
        capacity,
        lambda dtypes, shapes: make(capacity, dtypes, shapes, shared_name=shared_name),
        may_differ=dynamic_pad,
    )


@public
def shuffle_batch(
    tensors,
    batch_size,
    capacity,
    min_after_dequeue,
    num_threads=1,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """As batch(), of examples in a random order: each is drawn from min_after_dequeue others at
    least."""

    return shuffle_batch_join(
        [tensors] * num_threads,
        batch_size,
        capacity,
        min_after_dequeue,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name or "shuffle_batch",
    )


@public
def shuffle_batch_join(
    tensors_list,
    batch_size,
    capacity,
    min_after_dequeue,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """As shuffle_batch(), of the examples of several sources: see batch_join()."""

    def make(dtypes, shapes):
        return RandomShuffleQueue(
            capacity, min_after_dequeue, dtypes, shapes, seed=seed, shared_name=shared_name
        )

    return _batched(
        tensors_list,
        batch_size,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name or "shuffle_batch_join",
        capacity,
        make,
    )


def _batched(
    sources,
    size,
    enqueue_many,
    shapes,
    smaller_final,
    name,
    capacity,
    make,
    may_differ=False,
):
    sources = list(sources)
    keys = sorted(sources[0]) if sources and isinstance(sources[0], dict) else None
    if not sources or not _values(sources[0], keys):
        raise ValueError(f"{name} needs a tensor at least")
    with name_scope(name) as scope:
        made = {}  # what several threads put in is one operation
        for source in sources:
            if id(source) not in made:
                made[id(source)] = [convert_to_tensor(v) for v in _values(source, keys)]
        rows = list(made.values())
        dtypes = [v.dtype for v in rows[0]]
        if any([v.dtype for v in row] != dtypes for row in rows):
            raise TypeError(f"{name}: the sources must be of the same dtypes")
        examples = _example_shapes(rows, shapes, enqueue_many, may_differ, name)
        queue = make(dtypes, examples)
        put = queue.enqueue_many if enqueue_many else queue.enqueue
        operations = {number: put(row) for number, row in made.items()}
        add_queue_runner(QueueRunner(queue, [operations[id(s)] for s in sources]))
        scalar(f"fraction_of_{capacity}_full", cast(queue.size(), "float32") * (1.0 / capacity))
        take = queue.dequeue_up_to if smaller_final else queue.dequeue_many
        taken = take(size, name=scope)
    taken = taken if isinstance(taken, list) else [taken]
    if keys:
        return dict(zip(keys, taken))
    return taken[0] if len(taken) == 1 else taken


def _values(source, keys):
    if keys is not None:
        return [source[k] for k in keys]
    return source if isinstance(source, (list, tuple)) else [source]


def _common(shapes):
    """The shape that holds for all: a size where they agree."""
    if any(s.rank is None or s.rank != shapes[0].rank for s in shapes):
        return TensorShape(None)
    sizes = zip(*(s.as_list() for s in shapes))
    return TensorShape([d[0] if all(e == d[0] for e in d) else None for d in sizes])


def _example_shapes(rows, given, enqueue_many, may_differ, name):
    if given is None:
        found = [_common([v.shape for v in values]) for values in zip(*rows)]
        if enqueue_many:
            found = [s if s.rank is None else TensorShape(s.as_list()[1:]) for s in found]
    else:
        found = [TensorShape(s) for s in given]
    for shape in found:
        if shape.rank is None or not (may_differ or shape.is_fully_defined()):
            raise ValueError(
                f"{name}: all shapes must be known, got {[str(s) for s in found]}; give shapes"
                + ("" if may_differ else ", or dynamic_pad=True to batch()")
            )
    return found
