"""Queues: tensors that steps put in and others take out, waiting where there is no room or none
there."""

from millrace import dtypes as _dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.variable import unique_shared_name
from millrace.tensor_shape import TensorShape


class QueueBase:
    """An element is a tuple of tensors of the queue's dtypes; of one tensor it is that tensor, and
    with names it is a dictionary.

    Attributes:
      queue_ref: the handle.
    """

    def __init__(self, dtypes, shapes, names, queue_ref):
        self._dtypes, self._shapes, self._names, self.queue_ref = dtypes, shapes, names, queue_ref
        if context.executing_eagerly():
            self.name = "queue"
        else:
            self.name = queue_ref.op.name

    dtypes = property(lambda self: self._dtypes)
    shapes = property(lambda self: self._shapes)
    names = property(lambda self: self._names)

    def _components(self, values):
        """The tensors of an element, or of a batch of them."""
        if isinstance(values, dict):
            if not self._names or sorted(values) != sorted(self._names):
                raise ValueError(f"the queue's components are {self._names}, got {list(values)}")
            values = [values[name] for name in self._names]
        elif self._names:
            raise ValueError(f"the queue has names: give a dictionary of {self._names}")
        elif not isinstance(values, (list, tuple)) or len(self._dtypes) == 1 != len(values):
            values = [values]
        if len(values) != len(self._dtypes):
            raise ValueError(
                f"an element of this queue has {len(self._dtypes)} components, got {len(values)}"
            )
        return [convert_to_tensor(v, dtype) for v, dtype in zip(values, self._dtypes)]

    def _check(self, tensors, batched):
        if self._shapes is None:
            return
        for i, (tensor, shape) in enumerate(zip(tensors, self._shapes)):
            wanted = _batch(None, shape) if batched else shape
            if not wanted.is_compatible_with(tensor.shape):
                raise ValueError(
                    f"component {i} of this queue has shape {wanted}, got {tensor.shape}"
                )

    @public
    def enqueue(self, vals, name=None):
        """An operation that puts an element in, waiting for room."""
        tensors = self._components(vals)
        self._check(tensors, batched=False)
        return apply_op("QueueEnqueueV2", (self.queue_ref, tensors), None, name)

    @public
    def enqueue_many(self, vals, name=None):
        """An operation that puts in the rows of the components, one after the other."""
        tensors = self._components(vals)
        self._check(tensors, batched=True)
        return apply_op("QueueEnqueueManyV2", (self.queue_ref, tensors), None, name)

    def _element(self, tensors, batch=()):
        if self._shapes is not None and not context.executing_eagerly():
            for tensor, shape in zip(tensors, self._shapes):
                tensor.set_shape(_batch(batch, shape) if batch != () else shape)
        if self._names:
            return dict(zip(self._names, tensors))
        return tensors[0] if len(tensors) == 1 else list(tensors)

    def _attrs(self):
        return {"component_types": self._dtypes}

    @public
    def dequeue(self, name=None):
        """An element, waiting for one. When it runs: OutOfRangeError if the queue is closed and
        empty."""
        return self._element(apply_op("QueueDequeueV2", (self.queue_ref,), self._attrs(), name))

    @public
    def dequeue_many(self, n, name=None):
        """n elements, stacked. When it runs: OutOfRangeError if the queue is closed and has fewer
        left."""
        return self._take("QueueDequeueManyV2", n, n if isinstance(n, int) else None, name)

    @public
    def dequeue_up_to(self, n, name=None):
        """n elements, stacked; fewer, but at least one, if the queue is closed."""
        return self._take("QueueDequeueUpToV2", n, None, name)

    def _take(self, op, n, batch, name):
        if self._shapes is None:
            raise ValueError(f"{op[:-2]} needs a queue whose shapes are given")
        args = (self.queue_ref, convert_to_tensor(n, _dtypes.int32))
        return self._element(apply_op(op, args, self._attrs(), name), batch)

    @public
    def close(self, cancel_pending_enqueues=False, name=None):
        """An operation after which nothing can be put in; what waits to be put in is cancelled if
        asked for."""
        attrs = {"cancel_pending_enqueues": cancel_pending_enqueues}
        return apply_op("QueueCloseV2", (self.queue_ref,), attrs, name)

    @public
    def is_closed(self, name=None):
        """A bool tensor."""
        return apply_op("QueueIsClosedV2", (self.queue_ref,), None, name)

    @public
    def size(self, name=None):
        """How many elements are in it, as a tensor."""
        return apply_op("QueueSizeV2", (self.queue_ref,), None, name)


def _batch(size, shape):
    return TensorShape(None if shape.rank is None else [size, *shape.as_list()])


def _lists(dtypes, shapes, names):
    """The arguments of a queue as lists: one for each component."""
    single = not isinstance(dtypes, (list, tuple))
    dtypes = [_dtypes.as_dtype(t) for t in ([dtypes] if single else dtypes)]
    if shapes is not None:
        if single or _is_one_shape(shapes):
            shapes = shapes if single and _holds_shapes(shapes) else [shapes]
        shapes = [TensorShape(s) for s in shapes]
        if len(shapes) != len(dtypes):
            raise ValueError(f"{len(shapes)} shapes for a queue of {len(dtypes)} components")
    if names is not None:
        names = [names] if isinstance(names, str) else list(names)
        if len(names) != len(dtypes):
            raise ValueError(f"{len(names)} names for a queue of {len(dtypes)} components")
    return dtypes, shapes, names


def _is_one_shape(shapes):
    return isinstance(shapes, TensorShape) or (
        len(shapes) > 0 and all(d is None or isinstance(d, int) for d in shapes)
    )


def _holds_shapes(shapes):
    return len(shapes) == 1 and isinstance(shapes[0], (list, tuple, TensorShape))


class _Queue(QueueBase):
    _op = None

    def _make(self, dtypes, shapes, names, capacity, shared_name, name, **attrs):
        dtypes, shapes, names = _lists(dtypes, shapes, names)
        if shared_name is None and context.executing_eagerly():
            shared_name = unique_shared_name(name)
        attrs.update(
            component_types=dtypes, shapes=shapes or [], capacity=capacity, shared_name=shared_name
        )
        super().__init__(dtypes, shapes, names, apply_op(self._op, (), attrs, name))


class FIFOQueue(_Queue):
    """First in, first out. capacity is the greatest number of elements."""

    _op = "FIFOQueueV2"

    @public
    def __init__(
        self, capacity, dtypes, shapes=None, names=None, shared_name=None, name="fifo_queue"
    ):
        self._make(dtypes, shapes, names, capacity, shared_name, name)


class RandomShuffleQueue(_Queue):
    """Gives elements in a random order, of at least min_after_dequeue that stay (until it is
    closed)."""

    _op = "RandomShuffleQueueV2"

    @public
    def __init__(
        self,
        capacity,
        min_after_dequeue,
        dtypes,
        shapes=None,
        names=None,
        seed=None,
        shared_name=None,
        name="random_shuffle_queue",
    ):
        from millrace.random import get_seed

        seed, seed2 = get_seed(seed)
        self._make(
            dtypes,
            shapes,
            names,
            capacity,
            shared_name,
            name,
            min_after_dequeue=min_after_dequeue,
            seed=seed,
            seed2=seed2,
        )


class PaddingFIFOQueue(_Queue):
    """A FIFOQueue whose shapes may have unknown dimensions: dequeue_many fills them up with
    zeros."""

    _op = "PaddingFIFOQueueV2"

    @public
    def __init__(
        self, capacity, dtypes, shapes, names=None, shared_name=None, name="padding_fifo_queue"
    ):
        self._make(dtypes, shapes, names, capacity, shared_name, name)
