"""Start values of variables, under the names of tf.compat.v1.initializers."""

from millrace.framework.graph_keys import (
    global_variables_initializer as global_variables,
)
from millrace.framework.graph_keys import local_variables_initializer as local_variables
from millrace.framework.graph_keys import tables_initializer
from millrace.framework.graph_keys import variables_initializer as variables
from millrace.ops.initializers import constant_initializer as constant
from millrace.ops.initializers import glorot_normal_initializer as glorot_normal
from millrace.ops.initializers import glorot_uniform_initializer as glorot_uniform
from millrace.ops.initializers import he_normal_initializer as he_normal
from millrace.ops.initializers import he_uniform_initializer as he_uniform
from millrace.ops.initializers import identity_initializer as identity
from millrace.ops.initializers import lecun_normal_initializer as lecun_normal
from millrace.ops.initializers import lecun_uniform_initializer as lecun_uniform
from millrace.ops.initializers import ones_initializer as ones
from millrace.ops.initializers import orthogonal_initializer as orthogonal
from millrace.ops.initializers import random_normal_initializer as random_normal
from millrace.ops.initializers import random_uniform_initializer as random_uniform
from millrace.ops.initializers import truncated_normal_initializer as truncated_normal
from millrace.ops.initializers import variance_scaling_initializer as variance_scaling
from millrace.ops.initializers import zeros_initializer as zeros

__all__ = [
    "constant",
    "global_variables",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "local_variables",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "tables_initializer",
    "truncated_normal",
    "variables",
    "variance_scaling",
    "zeros",
]
