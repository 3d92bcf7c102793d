"""Calling an op: arguments become tensors of the right dtypes, then the op is added to the graph,
or run at once."""

from millrace import _load, dtypes
from millrace.framework import context
from millrace.framework import tensor as tensor_module
from millrace.framework.convert import RaggedOperand, convert_to_tensor, graph_tensor_of
from millrace.framework.graph_tensor import GraphTensor
from millrace.framework.op_spec import spec_of
from millrace.framework.tensor import Tensor


def apply_op(op, args, attrs=None, name=None):
    """The results of `op`: one output as a tensor, several as a named tuple, none as the operation
    (None if run at once).

    Args:
      op: the registered name.
      args: a value for each input argument; a list for a list argument.
      attrs: attributes by name; None where the default or what the inputs imply shall hold.
      name: of the new node.
    """
    graph = context.building_graph()
    try:
        if graph is None:
            return _run_now(op, args, attrs, name)
        spec = spec_of(op)
        inputs = _convert_inputs(spec, args, attrs, name)
        if spec.several_lists:
            attrs = _with_list_attrs(spec, args, inputs, attrs)
    except RaggedOperand:
        from millrace.ragged.elementwise import ELEMENTWISE, apply_elementwise

        if op not in ELEMENTWISE:
            raise
        return apply_elementwise(op, args, attrs, name)
    inputs = [
        t if getattr(t, "graph", None) is graph else graph_tensor_of(graph, t) for t in inputs
    ]
    made = graph._add(op, inputs, attrs, name)
    if not spec.outputs:
        return made
    return spec.pack(made._outputs, made.get_attr)


def _run_now(op, args, attrs, name):
    eager = _load.native.EagerTensor
    for arg in args:
        if not isinstance(arg, eager):
            break
    else:
        spec = spec_of(op)
        if not any(a.is_list for a in spec.inputs):
            outputs = _load.native.eager_execute(op, args, attrs)
            if len(outputs) == 1 and spec.plain_outputs:
                return outputs[0]
            return spec.pack(outputs, (attrs or {}).get)
    spec = spec_of(op)
    inputs = _convert_inputs(spec, args, attrs, name)
    if spec.several_lists:
        attrs = _with_list_attrs(spec, args, inputs, attrs)
    outputs = _load.native.eager_execute(op, inputs, attrs)
    if not spec.outputs:
        return None
    return spec.pack(outputs, lambda attr: _implied_attr(spec, attr, args, attrs))


def _with_list_attrs(spec, args, inputs, attrs):
    """The attributes, with those that say how the flat inputs are cut into lists."""
    attrs, at = dict(attrs or ()), 0
    for arg, value in zip(spec.inputs, args):
        count = len(value) if arg.is_list else 1
        if arg.number_attr:
            attrs.setdefault(arg.number_attr, count)
        elif arg.type_list_attr:
            attrs.setdefault(arg.type_list_attr, [t.dtype for t in inputs[at : at + count]])
        at += count
    return attrs


def _implied_attr(spec, attr, args, attrs):
    if attrs and attrs.get(attr) is not None:
        return attrs[attr]
    for arg, value in zip(spec.inputs, args):
        if attr == arg.number_attr:
            return len(value)
        if attr == arg.type_list_attr:
            return value
    raise ValueError(
        f"the number of outputs of {spec.name} is not known without its attribute {attr!r}"
    )


def _convert_inputs(spec, args, attrs, name):
    """The arguments as one flat list of tensors."""
    if len(args) != len(spec.inputs):
        raise TypeError(f"{spec.name} takes {len(spec.inputs)} inputs, got {len(args)}")
    known = _dtypes_by_attr(spec, args, attrs)
    flat = []
    for arg, value in zip(spec.inputs, args):
        if not arg.is_list:
            flat.append(_convert_one(spec, arg, value, known))
            continue
        if not isinstance(value, (list, tuple)):
            raise TypeError(
                f"input '{arg.name}' of {spec.name} is a list of tensors, got {value!r}"
            )
        flat.extend(_convert_one(spec, arg, v, known) for v in value)
    return flat


def _convert_one(spec, arg, value, known):
    if isinstance(value, Tensor) and not isinstance(value, GraphTensor):
        return value  # the dtype is checked where the op is
    dtype = arg.dtype
    hint = None
    if dtype is None and arg.type_attr:
        dtype = known.get(arg.type_attr)
        if dtype is None:
            hint = spec.type_defaults.get(arg.type_attr)
    if value is None:
        raise ValueError(f"input '{arg.name}' of {spec.name} must be a tensor, got None")
    own = getattr(value, "dtype", None)
    if dtype is not None and isinstance(own, dtypes.DType) and own is not dtype:
        must = f"takes {dtype.name}" if arg.dtype else f"must be {dtype.name}, as its other inputs"
        text = f"input '{arg.name}' of {spec.name} {must}, got {own.name}: {value!r}"
        raise TypeError(text + "; cast() gives it another dtype")
    tensor = convert_to_tensor(value, dtype, hint)
    if arg.type_attr:
        known.setdefault(arg.type_attr, tensor.dtype)
    return tensor


def _dtypes_by_attr(spec, args, attrs):
    """Type attributes that are given, or known from arguments that are tensors, variables or
    arrays."""
    known = {}
    for arg, value in zip(spec.inputs, args):
        if not arg.type_attr or arg.type_attr in known:
            continue
        for v in value if arg.is_list and isinstance(value, (list, tuple)) else (value,):
            dtype = getattr(v, "dtype", None)
            if isinstance(dtype, dtypes.DType):
                known[arg.type_attr] = dtype
                break
    for arg, value in zip(spec.inputs, args):  # arrays yield to tensors
        if arg.type_attr and arg.type_attr not in known:
            dtype = getattr(value, "dtype", None)
            if dtype is not None:
                known[arg.type_attr] = dtypes.as_dtype(dtype)
    for attr, value in (attrs or {}).items():
        if isinstance(value, dtypes.DType):
            known[attr] = value
    return known


tensor_module.apply_op = apply_op
