"""Millrace: a dataflow engine for machine learning.

    import millrace as mr

Ops run at once, or are added to a graph inside `with mr.Graph().as_default():`. Names follow
TensorFlow 2; what only
graphs need is in mr.compat.v1, and here too where TensorFlow 2 has no such name.
"""

import importlib as _importlib

from millrace import _native_setup, dtypes, errors
from millrace.dtypes import (
    DType,
    as_dtype,
    bfloat16,
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    qint8,
    qint16,
    qint32,
    quint8,
    quint16,
    resource,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
    variant,
)
from millrace.framework import nest
from millrace.framework.context import (
    executing_eagerly,
    get_default_graph,
    init_scope,
    reset_default_graph,
)
from millrace.framework.control_flow import case, cond, switch_case, while_loop
from millrace.framework.convert import constant, convert_to_tensor
from millrace.framework.custom_gradient import (
    custom_gradient,
    grad_pass_through,
    recompute_grad,
)
from millrace.framework.device import DeviceSpec
from millrace.framework.enums import (
    AggregationMethod,
    UnconnectedGradients,
    VariableAggregation,
    VariableSynchronization,
    get_current_name_scope,
    inside_function,
    is_symbolic_tensor,
    is_tensor,
)
from millrace.framework.function import function
from millrace.framework.gradients import gradients
from millrace.framework.graph import Graph
from millrace.framework.graph_keys import (
    GraphKeys,
    add_to_collection,
    get_collection,
    global_variables,
    global_variables_initializer,
    local_variables,
    local_variables_initializer,
    report_uninitialized_variables,
    tables_initializer,
    trainable_variables,
    variables_initializer,
)
from millrace.framework.importer import import_graph_def
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.module import Module
from millrace.framework.operation import Operation
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.scopes import (
    colocate_with,
    control_dependencies,
    device,
    group,
    name_scope,
    no_op,
)
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tape import GradientTape
from millrace.framework.tensor import Tensor, TensorSpec, TypeSpec
from millrace.framework.type_spec import (
    IndexedSlicesSpec,
    RaggedTensorSpec,
    SparseTensorSpec,
    type_spec_from_value,
)
from millrace.framework.variable import Variable
from millrace.ops.array import *  # noqa: F403
from millrace.ops.blocks import *  # noqa: F403
from millrace.ops.blocks import static_value as get_static_value
from millrace.ops.clip import clip_by_global_norm, clip_by_norm
from millrace.ops.counting import (
    histogram_fixed_width,
    histogram_fixed_width_bins,
    searchsorted,
    unravel_index,
)
from millrace.ops.critical_section import CriticalSection
from millrace.ops.debugging import Assert, assert_equal, assert_greater, assert_less, assert_rank
from millrace.ops.edit_distance import edit_distance
from millrace.ops.effects import *  # noqa: F403
from millrace.ops.elementwise import *  # noqa: F403
from millrace.ops.functional import *  # noqa: F403
from millrace.ops.functional import vectorized_map
from millrace.ops.gathering import *  # noqa: F403
from millrace.ops.linalg import *  # noqa: F403
from millrace.ops.matrices import complex, einsum, eye
from millrace.ops.rearrange import (
    argsort,
    bitcast,
    dynamic_partition,
    dynamic_stitch,
    ensure_shape,
    identity_n,
    meshgrid,
    roll,
    scatter_nd,
    sequence_mask,
    sort,
    strided_slice,
    tensor_scatter_nd_add,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
    unique_with_counts,
)
from millrace.ops.reduce import *  # noqa: F403
from millrace.ops.script import numpy_function, py_function
from millrace.ops.second_order import hessians
from millrace.ops.special import realdiv, scalar_mul, truncatediv, truncatemod
from millrace.ops.tensor_array import TensorArray
from millrace.session.config import (
    ConfigProto,
    GPUOptions,
    GraphOptions,
    OptimizerOptions,
    RunMetadata,
    RunOptions,
)
from millrace.session.session import InteractiveSession, Session, get_default_session
from millrace.tensor_shape import TensorShape
from millrace.version import __version__

newaxis = None
# Imported when they are first asked for.
_LAZY_MODULES = {
    "audio",
    "autograph",
    "bitwise",
    "compat",
    "config",
    "data",
    "debugging",
    "distributed",
    "image",
    "initializers",
    "io",
    "linalg",
    "lookup",
    "math",
    "nn",
    "quantization",
    "queue",
    "ragged",
    "random",
    "raw_ops",
    "saved_model",
    "sets",
    "signal",
    "sparse",
    "strings",
    "summary",
    "train",
}
# (module, name there) of functions that are imported when they are first asked for.
_LAZY_FUNCTIONS = {
    "as_string": ("strings", "as_string"),
    "eig": ("linalg", "eig"),
    "eigvals": ("linalg", "eigvals"),
    "fingerprint": ("ops.fingerprint", "fingerprint"),
    "matrix_square_root": ("linalg", "sqrtm"),
}
_LAZY_INITIALIZERS = {
    "constant_initializer",
    "ones_initializer",
    "random_normal_initializer",
    "random_uniform_initializer",
    "zeros_initializer",
}
TYPE_CHECKING = False
if TYPE_CHECKING:  # type checkers and editors take it for true
    from millrace import (
        audio,
        autograph,
        bitwise,
        compat,
        config,
        data,
        debugging,
        distributed,
        image,
        initializers,
        io,
        linalg,
        lookup,
        math,
        nn,
        quantization,
        queue,
        ragged,
        random,
        raw_ops,
        saved_model,
        sets,
        signal,
        sparse,
        strings,
        summary,
        train,
    )
    from millrace.ops.initializers import (
        constant_initializer,
        ones_initializer,
        random_normal_initializer,
        random_uniform_initializer,
        zeros_initializer,
    )


def __getattr__(name):
    if name in _LAZY_MODULES:
        return _importlib.import_module(f"millrace.{name}")
    if name in _LAZY_FUNCTIONS:
        module, function = _LAZY_FUNCTIONS[name]
        return getattr(_importlib.import_module(f"millrace.{module}"), function)
    if name in _LAZY_INITIALIZERS:
        return getattr(_importlib.import_module("millrace.ops.initializers"), name)
    raise AttributeError(f"module 'millrace' has no attribute {name!r}")


def __dir__():
    hidden = {"TYPE_CHECKING"}
    lazy = _LAZY_MODULES | _LAZY_INITIALIZERS | set(_LAZY_FUNCTIONS)
    return sorted((set(globals()) | lazy) - hidden)
