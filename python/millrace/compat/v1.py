"""TensorFlow 1's names: what a graph program of that time imports as tf.compat.v1."""

import millrace as _mr
from millrace import *  # noqa: F403
from millrace import (
    GraphKeys,
    InteractiveSession,
    Session,
    add_to_collection,
    colocate_with,
    dtypes,
    errors,
    get_collection,
    get_default_graph,
    get_default_session,
    global_variables,
    global_variables_initializer,
    gradients,
    import_graph_def,
    local_variables,
    local_variables_initializer,
    math,
    nn,
    placeholder,
    placeholder_with_default,
    report_uninitialized_variables,
    reset_default_graph,
    tables_initializer,
    trainable_variables,
    variables_initializer,
)
from millrace.framework.context import disable_eager_execution, enable_eager_execution
from millrace.framework.variable_scope import get_variable, get_variable_scope, variable_scope

float32, float64 = _mr.float32, _mr.float64
to_float = lambda x, name="ToFloat": _mr.cast(x, _mr.float32, name)  # noqa: E731
div = _mr.divide
log = _mr.math.log
assign = lambda ref, value, name=None: ref.assign(value, name=name)  # noqa: E731
assign_add = lambda ref, value, name=None: ref.assign_add(value, name=name)  # noqa: E731
assign_sub = lambda ref, value, name=None: ref.assign_sub(value, name=name)  # noqa: E731


def disable_v2_behavior():
    """Programs of the first version build graphs from their first line on."""
    disable_eager_execution()


def enable_v2_behavior():
    enable_eager_execution()


def Print(input_, data, message=None, first_n=None, summarize=None, name=None):
    """The input; as a side effect `data` is written to standard error."""
    from millrace.framework.dispatch import apply_op

    attrs = {"message": message, "first_n": first_n, "summarize": summarize}
    return apply_op("Print", (input_, list(data)), attrs, name)


def __getattr__(name):
    return getattr(_mr, name)
