"""Layer: variables and the function that uses them, made when it is first called."""

import contextlib
import re

from millrace import dtypes
from millrace._load import public
from millrace.framework import context
from millrace.framework.convert import convert_to_tensor
from millrace.framework.get_variable import get_variable
from millrace.framework.graph_keys import GraphKeys
from millrace.framework.scopes import name_scope
from millrace.framework.variable_scope import variable_scope


class Layer:
    """build(input_shape) makes the variables with add_weight(), call(inputs) computes.

    A layer's variables are in a variable scope that it enters when it is first called: that of its
    name, or of its class's name made unique. Calling it again shares them.
    """

    def __init__(self, trainable=True, name=None, dtype=None, _reuse=None, _scope=None):
        self.trainable, self._given_name, self._reuse = trainable, name, _reuse
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype)
        self._scope = None
        if _scope is not None:
            with variable_scope(_scope) as self._scope:
                pass
        self.built = False
        self._weights, self._losses, self._updates = [], [], []

    @classmethod
    def _base_name(cls):
        """ "LSTMCell" gives "lstm_cell"."""
        words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", cls.__name__)
        return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()

    @property
    def name(self):
        if self._scope is not None:
            return self._scope.name.rpartition("/")[2]
        return self._given_name or self._base_name()

    @property
    def scope_name(self):
        """Its variables' prefix. ValueError before it was called."""
        if self._scope is None:
            raise ValueError(f"the layer {self.name} has not been called yet")
        return self._scope.name

    @property
    def dtype(self):
        return self._dtype

    @property
    def variables(self):
        return list(self._weights)

    weights = variables

    @property
    def trainable_variables(self):
        return [v for v in self._weights if v.trainable] if self.trainable else []

    trainable_weights = trainable_variables

    @property
    def non_trainable_variables(self):
        trainable = self.trainable_variables
        return [v for v in self._weights if all(v is not t for t in trainable)]

    @property
    def losses(self):
        """What its regularizers gave."""
        return list(self._losses)

    @property
    def updates(self):
        """Operations that must run with each step of training."""
        return list(self._updates)

    @contextlib.contextmanager
    def _in_scope(self):
        """Its variable scope, and the scope of the names of what it makes."""
        if self._scope is None:
            name, default = self._given_name, self._base_name()
            with variable_scope(name, default, reuse=self._reuse) as self._scope:
                yield
            return
        scope = variable_scope(self._scope, reuse=self._reuse, auxiliary_name_scope=False)
        with scope, name_scope(self._scope.original_name_scope):
            yield

    def _input_dtype(self, inputs):
        first = inputs[0] if isinstance(inputs, (list, tuple)) else inputs
        return convert_to_tensor(first).dtype

    @public
    def __call__(self, inputs, *args, **kwargs):
        with self._in_scope():
            if self._dtype is None:
                self._dtype = self._input_dtype(inputs)
            if not self.built:
                self.build(_shape_of(inputs))
                self.built = True
            return self.call(inputs, *args, **kwargs)

    apply = __call__

    def build(self, input_shape):
        """Makes the variables for inputs of this shape."""

    def call(self, inputs):
        raise NotImplementedError(f"{type(self).__name__} must define call()")

    @public
    def add_weight(
        self,
        name,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=None,
        constraint=None,
        use_resource=None,
        partitioner=None,
        **_,
    ):
        """A variable of the layer, in its variable scope."""
        before = len(_regularization_losses())
        made = get_variable(
            name,
            shape,
            dtype or self._dtype or dtypes.float32,
            initializer,
            regularizer,
            trainable=self.trainable if trainable is None else trainable and self.trainable,
            constraint=constraint,
            partitioner=partitioner,
        )
        self._weights.append(made)
        self._losses += _regularization_losses()[before:]
        return made

    add_variable = add_weight

    @public
    def add_update(self, updates, inputs=None):
        """Has operations be among UPDATE_OPS, which training must run."""
        for op in updates if isinstance(updates, (list, tuple)) else [updates]:
            self._updates.append(op)
            context.get_default_graph().add_to_collection(GraphKeys.UPDATE_OPS, op)

    @public
    def add_loss(self, losses, inputs=None):
        """Has losses be among REGULARIZATION_LOSSES."""
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            self._losses.append(loss)
            context.get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)


def _regularization_losses():
    return context.get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)


def _shape_of(inputs):
    if isinstance(inputs, (list, tuple)):
        return [convert_to_tensor(x).shape for x in inputs]
    return convert_to_tensor(inputs).shape


def known_size(shape, axis, what):
    """The size of an axis. ValueError if it is not known."""
    if shape.rank is None or not -shape.rank <= axis < shape.rank or shape[axis] is None:
        raise ValueError(
            f"{what}: the size of axis {axis} of the input must be known, got shape {shape}; "
            "set_shape() or reshape() tells it"
        )
    return shape[axis]


__all__ = ["Layer", "known_size"]
