"""numpy_function, py_function and py_func: Python functions among the ops."""

from millrace import dtypes, errors
from millrace._load import public
from millrace.framework import context, nest, py_functions
from millrace.framework.convert import convert_to_tensor
from millrace.framework.tensor import TensorSpec


@public
def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """func of arrays, as an op: func is called with the inputs' values whenever the graph runs.

    The graph runs only in this process, and has no gradient here; py_function() has one. Where ops
    run at once, func is simply called.

    Args:
      func: takes an array (bytes, a number of numpy's) for each input, and gives an array for each
        output.
      inp: a list of tensors.
      Tout: the dtype of what it gives, or a list of them. InvalidArgumentError, when it runs, if
        it gives something else.
      stateful: False: it gives the same for the same inputs, and does nothing else.
      name: of the node.
    Returns:
      A tensor, or a list of them, of unknown shapes; the operation if Tout is empty.
    """
    _check_callable(func)
    graph = context.building_graph()
    if graph is None:
        return _called_at_once(func, inp)
    return _add(graph, "PyFunc" if stateful else "PyFuncStateless", func, inp, Tout, name)


@public
def py_func(func, inp, Tout, stateful=True, name=None):
    """The older name of numpy_function()."""
    return numpy_function(func, inp, Tout, stateful, name)


@public
def py_function(func=None, inp=None, Tout=None, name=None):
    """func of tensors, as an op: func is called with tensors that have values whenever the graph
    runs, and its ops run at once. Gradients go through it.

    An exception of func is an error of the step: ValueError and TypeError InvalidArgumentError,
    StopIteration OutOfRangeError, MemoryError ResourceExhaustedError, NotImplementedError
    UnimplementedError, others UnknownError, with func's traceback.

    Args:
      func: takes a tensor for each input, and gives a tensor, or what can be made one, for each
        output.
      inp: a list of tensors.
      Tout: the dtype of what it gives, or a list of them.
      name: of the node.
    Returns:
      A tensor, or a list of them, in graphs of unknown shapes; the operation if Tout is empty.
    """
    _check_callable(func)
    graph = context.building_graph()
    if graph is not None:
        return _add(graph, "EagerPyFunc", func, inp, Tout, name)
    types, is_list = _types_of(Tout)
    inputs = [convert_to_tensor(x) for x in inp]
    try:
        results = py_functions.as_tensors(func(*inputs), types)
    except Exception as error:
        cls = errors.exception_type_from_error_code(py_functions.code_of(error))
        raise cls(None, None, py_functions.describe(error)) from error
    if len(results) != len(types):
        what = getattr(func, "__name__", "the function")
        text = f"{what} returns {len(results)} values, but expects to see {len(types)} values."
        raise errors.InvalidArgumentError(None, None, text)
    return results if is_list else results[0]


def _check_callable(func):
    if not callable(func):
        raise ValueError(f"func must be callable, got {func!r}")


def _types_of(wanted):
    is_list = isinstance(wanted, (list, tuple))
    types = [t.dtype if isinstance(t, TensorSpec) else t for t in (wanted if is_list else [wanted])]
    return [dtypes.as_dtype(t) for t in types], is_list


def _called_at_once(func, inp):
    import numpy as np

    results = nest.flatten(func(*[np.array(x) for x in inp]))
    results = [None if r is None else convert_to_tensor(r) for r in results]
    return results[0] if len(results) == 1 else results


def _add(graph, op_type, func, inp, wanted, name):
    types, is_list = _types_of(wanted)
    inputs = [convert_to_tensor(x) for x in inp]
    eager = op_type == "EagerPyFunc"
    function = py_functions.PyFunction(func, eager, [x.dtype for x in inputs], types)
    py_functions.keep(graph, [function])
    attrs = {"token": function.token, "Tin": function.inputs, "Tout": types}
    made = graph._add(op_type, inputs, attrs, name)
    if not types:
        return made
    outputs = list(made._outputs)
    for output, spec in zip(outputs, wanted if is_list else [wanted]):
        if isinstance(spec, TensorSpec):
            output.set_shape(spec.shape)
    return outputs if is_list else outputs[0]
