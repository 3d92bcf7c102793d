"""Our op schemas against TensorFlow's: arguments, attributes, defaults, what is allowed, flags."""

import pytest
from millrace._load import native

pytest.importorskip("tensorflow")

from tensorflow.core.framework import op_def_pb2, types_pb2
from tensorflow.python.framework import op_def_registry
from tensorflow.python.framework.tensor_util import MakeNdarray as make_ndarray

# Ops that TensorFlow does not have, and why we do.
OURS_ALONE = {
    "_MatMulApplyGradientDescent": "what a pass makes of an update and its product",
    "_ReadRef": "stands where a reference becomes a value; never in a stored graph",
}

# "op.field": why ours differs on purpose.
DIFFERENCES = {
    "_Send.attr edge_id": "a rendezvous key here holds the number of the edge, not a name",
    "_Recv.attr edge_id": "as _Send's",
}


def describe_arg(arg):
    fields = ("type_attr", "number_attr", "type_list_attr")
    described = {name: getattr(arg, name) for name in fields if getattr(arg, name)}
    if arg.type:
        described["type"] = types_pb2.DataType.Name(arg.type)
    if arg.is_ref:
        described["is_ref"] = True
    return (arg.name, described)


def describe_attr(attr):
    described = {"type": attr.type}
    if attr.HasField("default_value"):
        default = attr.default_value
        # A tensor may be written in several ways.
        is_tensor = default.HasField("tensor")
        described["default"] = str(make_ndarray(default.tensor) if is_tensor else default)
    if attr.HasField("allowed_values"):  # a set: their order says nothing
        allowed = attr.allowed_values.list
        described["allowed"] = sorted([types_pb2.DataType.Name(t) for t in allowed.type])
        described["allowed"] += sorted(allowed.s)
    if attr.has_minimum:
        described["minimum"] = attr.minimum
    return described


def describe(op):
    """{field: what decides whether a node of one is a node of the other}."""
    flags = ("is_stateful", "is_commutative", "is_aggregate", "allows_uninitialized_input")
    described = {
        "inputs": [describe_arg(arg) for arg in op.input_arg],
        "outputs": [describe_arg(arg) for arg in op.output_arg],
        "control_outputs": list(op.control_output),
    }
    described.update({flag: getattr(op, flag) for flag in flags})
    described.update({f"attr {attr.name}": describe_attr(attr) for attr in op.attr})
    return described


def differences():
    """{"op.field": "what here, what there"}; an op that is here alone has the field ""."""
    found = {}
    for name in native.op_names():
        theirs = op_def_registry.get(name)
        if theirs is None:
            found[f"{name}."] = "TensorFlow has no such op"
            continue
        ours = describe(op_def_pb2.OpDef.FromString(native.op_def(name)))
        theirs = describe(theirs)
        for field in sorted({*ours, *theirs}):
            if ours.get(field) != theirs.get(field):
                found[f"{name}.{field}"] = f"{ours.get(field)} here, {theirs.get(field)} there"
    return found


def test_schemas():
    found = differences()
    expected = {*DIFFERENCES, *(f"{name}." for name in OURS_ALONE)}
    unexpected = [f"{key}: {text}" for key, text in found.items() if key not in expected]
    assert not unexpected, "\n" + "\n".join(unexpected)
    assert not expected - set(found), "these differ no more: take them out of the list"
    assert len(native.op_names()) > 400
