"""Start values of variables, under the names of tf.initializers."""

from millrace.ops.initializers import constant_initializer as Constant
from millrace.ops.initializers import glorot_normal_initializer as GlorotNormal
from millrace.ops.initializers import glorot_uniform_initializer as GlorotUniform
from millrace.ops.initializers import he_normal_initializer as HeNormal
from millrace.ops.initializers import he_uniform_initializer as HeUniform
from millrace.ops.initializers import identity_initializer as Identity
from millrace.ops.initializers import lecun_normal_initializer as LecunNormal
from millrace.ops.initializers import lecun_uniform_initializer as LecunUniform
from millrace.ops.initializers import ones_initializer as Ones
from millrace.ops.initializers import orthogonal_initializer as Orthogonal
from millrace.ops.initializers import random_normal_initializer as RandomNormal
from millrace.ops.initializers import random_uniform_initializer as RandomUniform
from millrace.ops.initializers import truncated_normal_initializer as TruncatedNormal
from millrace.ops.initializers import variance_scaling_initializer as VarianceScaling
from millrace.ops.initializers import zeros_initializer as Zeros

# As functions are called.
constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]
