"""TensorFlow 1's names: what a graph program of that time imports as tf.compat.v1."""

import importlib as _importlib

import numpy as _np

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
    float32,
    float64,
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
    placeholder,
    placeholder_with_default,
    report_uninitialized_variables,
    reset_default_graph,
    tables_initializer,
    trainable_variables,
    variables_initializer,
)
from millrace.compat.v1.old_names import *  # noqa: F403
from millrace.compat.v1.parsing_names import *  # noqa: F403
from millrace.compat.v1.readers import *  # noqa: F403
from millrace.compat.v1.scatters import *  # noqa: F403
from millrace.compat.v1.signatures import *  # noqa: F403
from millrace.compat.v1.sparse_names import *  # noqa: F403
from millrace.compat.v1.switches import *  # noqa: F403
from millrace.errors import OpError
from millrace.framework.context import disable_eager_execution, enable_eager_execution
from millrace.framework.get_variable import get_local_variable, get_variable, no_regularizer
from millrace.framework.graph_keys import get_collection_ref, model_variables
from millrace.framework.indexed_slices import IndexedSlicesValue
from millrace.framework.partitioned_variable import (
    fixed_size_partitioner,
    min_max_variable_partitioner,
    variable_axis_size_partitioner,
)
from millrace.framework.sparse_tensor import SparseTensor, SparseTensorValue
from millrace.framework.variable_scope import (
    AUTO_REUSE,
    VariableScope,
    get_variable_scope,
    variable_scope,
)
from millrace.io import (
    decode_base64,
    decode_csv,
    decode_raw,
    encode_base64,
    read_file,
    write_file,
)
from millrace.ops.clip import global_norm
from millrace.ops.debugging import *  # noqa: F403
from millrace.ops.initializers import (
    constant_initializer,
    glorot_normal_initializer,
    glorot_uniform_initializer,
    ones_initializer,
    orthogonal_initializer,
    random_normal_initializer,
    random_uniform_initializer,
    truncated_normal_initializer,
    variance_scaling_initializer,
    zeros_initializer,
)
from millrace.ops.linalg import norm
from millrace.ops.matrices import *  # noqa: F403
from millrace.ops.rearrange import *  # noqa: F403
from millrace.ops.script import py_func
from millrace.ops.tensor_array import TensorArray
from millrace.ops.type_checks import *  # noqa: F403
from millrace.queue import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from millrace.random import normal as random_normal
from millrace.random import set_seed as set_random_seed
from millrace.random import shuffle as random_shuffle
from millrace.random import truncated_normal
from millrace.random import uniform as random_uniform
from millrace.strings import as_string, regex_replace, substr
from millrace.strings import join as string_join
from millrace.strings import split_to_sparse as string_split
from millrace.strings import strip as string_strip
from millrace.strings import to_hash_bucket as string_to_hash_bucket
from millrace.strings import to_hash_bucket_fast as string_to_hash_bucket_fast
from millrace.strings import to_number as string_to_number
from millrace.summary.messages import Event, HistogramProto, SessionLog, Summary, SummaryMetadata

# Not by `from`, which would find the newer modules of these names among what was imported above.
data, initializers, losses, nn = (
    _importlib.import_module(f"millrace.compat.v1.{n}")
    for n in ("data", "initializers", "losses", "nn")
)
all_variables = global_variables
initialize_all_variables = global_variables_initializer
initialize_local_variables = local_variables_initializer
initialize_all_tables = tables_initializer
initialize_variables = variables_initializer

div = _mr.divide
lin_space = _mr.linspace
log = _mr.math.log
to_float = lambda x, name="ToFloat": _mr.cast(x, float32, name)  # noqa: E731
to_double = lambda x, name="ToDouble": _mr.cast(x, float64, name)  # noqa: E731
to_int32 = lambda x, name="ToInt32": _mr.cast(x, dtypes.int32, name)  # noqa: E731
to_int64 = lambda x, name="ToInt64": _mr.cast(x, dtypes.int64, name)  # noqa: E731


def disable_v2_behavior():
    """Programs of the first version build graphs from their first line on."""
    disable_eager_execution()


def enable_v2_behavior():
    enable_eager_execution()


def is_variable_initialized(variable):
    """A bool tensor."""
    return variable.is_initialized()


def make_ndarray(tensor):
    """The array of a tensor in a summary, which is one here already."""
    return _np.asarray(tensor)


def add_to_collections(names, value):
    """Puts a value into several collections."""
    for name in [names] if isinstance(names, str) else names:
        add_to_collection(name, value)


def Print(input_, data, message=None, first_n=None, summarize=None, name=None):
    """The input; as a side effect `data` is written to standard error."""
    from millrace.framework.dispatch import apply_op

    attrs = {"message": message, "first_n": first_n, "summarize": summarize}
    return apply_op("Print", (input_, list(data)), attrs, name)


_QUANTIZING = {
    "dequantize",
    "fake_quant_with_min_max_args",
    "fake_quant_with_min_max_args_gradient",
    "fake_quant_with_min_max_vars",
    "fake_quant_with_min_max_vars_gradient",
    "fake_quant_with_min_max_vars_per_channel",
    "fake_quant_with_min_max_vars_per_channel_gradient",
    "quantize",
}
_LAZY = {
    "app",
    "flags",
    "gfile",
    "graph_util",
    "image",
    "layers",
    "logging",
    "metrics",
    "python_io",
    "train",
}


def __getattr__(name):
    if name in _LAZY:
        return _importlib.import_module(f"millrace.compat.v1.{name}")
    if name in _QUANTIZING:
        return getattr(_importlib.import_module("millrace.quantization"), name)
    if name in ("GraphDef", "NodeDef"):
        return getattr(_importlib.import_module("millrace.framework.graph_def"), name)
    try:
        return getattr(_mr, name)
    except AttributeError:
        raise AttributeError(f"module 'millrace.compat.v1' has no attribute {name!r}") from None
