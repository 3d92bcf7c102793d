"""Small sets of constants, and what asks what a value is."""

import enum

from millrace._load import public
from millrace.framework import context
from millrace.framework.graph_tensor import GraphTensor
from millrace.framework.indexed_slices import IndexedSlices
from millrace.framework.ragged_tensor import RaggedTensor
from millrace.framework.sparse_tensor import SparseTensor
from millrace.framework.tensor import Tensor
from millrace.framework.variable import Variable


class UnconnectedGradients(enum.Enum):
    """What gradients() gives for what does not depend on the variables."""

    NONE = "none"
    ZERO = "zero"


class AggregationMethod:
    """Taken by gradients() and optimizers, and of no effect: sums are made as they need to be."""

    DEFAULT = ADD_N = EXPERIMENTAL_TREE = EXPERIMENTAL_ACCUMULATE_N = 0


class VariableSynchronization(enum.Enum):
    """Taken by variables, and of no effect: a variable is in one place."""

    AUTO, NONE, ON_WRITE, ON_READ = range(4)


class VariableAggregation(enum.Enum):
    """Taken by variables, and of no effect: a variable is in one place."""

    NONE, SUM, MEAN, ONLY_FIRST_REPLICA = range(4)


@public
def is_tensor(x):
    """True for tensors, sparse and ragged ones, and variables."""
    return isinstance(x, (Tensor, Variable, IndexedSlices, SparseTensor, RaggedTensor))


@public
def is_symbolic_tensor(x):
    """True for tensors of graphs."""
    return isinstance(x, GraphTensor)


@public
def inside_function():
    """True while a function is traced."""
    graph = context.building_graph()
    return graph is not None and graph.is_function


@public
def get_current_name_scope():
    """The name scope that new operations are in; "" outside of all."""
    from millrace.framework.scopes import eager_scope

    graph = context.building_graph()
    return eager_scope() if graph is None else graph.get_name_scope()


def dimension_value(dimension):
    """A size of a shape as an int or None."""
    return dimension


def dimension_at_index(shape, index):
    """One size of a shape; None if the rank is not known."""
    return None if shape.rank is None else shape[index]
