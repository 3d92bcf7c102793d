"""Names of the collections of a graph, and the functions that read them."""

from millrace._load import public
from millrace.framework import context


class GraphKeys:
    """Standard names of collections."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    MODEL_VARIABLES = "model_variables"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    SUMMARIES = "summaries"
    TABLE_INITIALIZERS = "table_initializer"
    LOSSES = "losses"
    REGULARIZATION_LOSSES = "regularization_losses"
    UPDATE_OPS = "update_ops"
    GLOBAL_STEP = "global_step"
    TRAIN_OP = "train_op"
    SAVERS = "savers"
    QUEUE_RUNNERS = "queue_runners"
    INIT_OP = "init_op"
    READY_OP = "ready_op"


@public
def add_to_collection(name, value):
    context.get_default_graph().add_to_collection(name, value)


@public
def get_collection(key, scope=None):
    return context.get_default_graph().get_collection(key, scope)


@public
def global_variables(scope=None):
    """The variables that are shared by the tasks of a cluster and saved in checkpoints."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


@public
def local_variables(scope=None):
    """The variables of this process only."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


@public
def trainable_variables(scope=None):
    """The variables that optimizers change."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


@public
def model_variables(scope=None):
    """The variables that the model is made of."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


@public
def get_collection_ref(key):
    """The collection itself, which may be changed."""
    return context.get_default_graph().get_collection_ref(key)


@public
def variables_initializer(var_list, name="init"):
    """An operation that initialises these variables."""
    from millrace.framework.scopes import group

    return group(*[v.initializer for v in var_list], name=name)


@public
def global_variables_initializer():
    """An operation that initialises all global variables of the default graph."""
    return variables_initializer(global_variables())


@public
def local_variables_initializer():
    return variables_initializer(local_variables(), "init_local")


@public
def tables_initializer(name="init_all_tables"):
    from millrace.framework.scopes import group

    return group(*get_collection(GraphKeys.TABLE_INITIALIZERS), name=name)


@public
def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """A string vector of the names of variables that have no value yet."""
    from millrace.framework.convert import constant
    from millrace.framework.dispatch import apply_op
    from millrace.framework.scopes import name_scope
    from millrace.ops.gathering import boolean_mask

    variables = global_variables() + local_variables() if var_list is None else var_list
    with name_scope(name):
        if not variables:
            return constant([], dtype="string")
        states = apply_op("Pack", ([v.is_initialized() for v in variables],), {"axis": 0})
        names = constant([v.op.name for v in variables])
        return boolean_mask(names, apply_op("LogicalNot", (states,)))
