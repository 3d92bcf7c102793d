"""Second derivatives in graphs."""

from millrace._load import public
from millrace.framework.control_flow import while_loop
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.gradients import gradients


@public
def hessians(ys, xs, name="hessians", **kwargs):
    """The second derivatives of the sum of ys by each x: of the shape of x twice."""
    xs = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    return [_hessian(x, g) for x, g in zip(xs, gradients(ys, xs, name=name))]


def _hessian(x, gradient):
    if gradient is None:
        raise ValueError("hessians: ys do not depend on each of xs")
    gradient = convert_to_tensor(gradient)
    flat = apply_op("Reshape", (gradient, [-1]))
    n = apply_op("Size", (flat,))
    known = flat.shape[0]
    if known is not None:
        rows = [_row(flat[i], x) for i in range(known)]
        stacked = apply_op("Pack", (rows,), {"axis": 0})
    else:
        stacked = _rows_in_loop(flat, n, x)
    shape = apply_op("Shape", (gradient,))
    twice = apply_op("ConcatV2", ([shape, shape], 0))
    return apply_op("Reshape", (stacked, twice))


def _row(element, x):
    found = gradients(element, x, unconnected_gradients="zero")[0]
    return apply_op("Reshape", (convert_to_tensor(found), [-1]))


def _rows_in_loop(flat, n, x):
    dtype = flat.dtype
    start = apply_op("TensorListReserve", (-1, n), {"element_dtype": dtype})
    _, rows = while_loop(
        lambda i, rows: i < n,
        lambda i, rows: (i + 1, apply_op("TensorListSetItem", (rows, i, _row(flat[i], x)))),
        [convert_to_tensor(0), start],
    )
    return apply_op("TensorListStack", (rows, -1), {"element_dtype": dtype})
