"""Cells of recurrent networks: cell(inputs, state) gives (outputs, the next state)."""

import collections

from millrace import nn
from millrace._load import public
from millrace.compat.v1.layer import Layer, known_size
from millrace.framework import nest
from millrace.framework.dispatch import apply_op
from millrace.framework.variable_scope import variable_scope
from millrace.ops.array import concat, split, zeros
from millrace.ops.elementwise import clip_by_value, sigmoid, tanh
from millrace.ops.initializers import ones_initializer, zeros_initializer
from millrace.tensor_shape import TensorShape

LSTMStateTuple = collections.namedtuple("LSTMStateTuple", ["c", "h"])


class RNNCell(Layer):
    """state_size and output_size are numbers, or structures of them."""

    state_size = output_size = None

    @public
    def __call__(self, inputs, state, scope=None):
        if scope is not None:
            with variable_scope(scope) as self._scope:
                pass
        return super().__call__(inputs, state)

    @public
    def zero_state(self, batch_size, dtype):
        """The state before the first step: zeros of [batch_size, state_size]."""

        def make(size):
            sizes = TensorShape(size).as_list() if isinstance(size, TensorShape) else [size]
            return zeros([batch_size, *sizes], dtype)

        return nest.map_structure(make, self.state_size)


LayerRNNCell = RNNCell


def _times(tensors, kernel, bias):
    """The tensors side by side, times the kernel, plus the bias."""
    return nn.bias_add(apply_op("MatMul", (concat(tensors, 1), kernel)), bias)


class BasicRNNCell(RNNCell):
    """output = state = activation([inputs, state] @ kernel + bias)."""

    @public
    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self._units, self._activation = num_units, activation or tanh
        self.state_size = self.output_size = num_units

    def build(self, input_shape):
        inputs = known_size(input_shape, -1, "BasicRNNCell")
        self._kernel = self.add_weight("kernel", [inputs + self._units, self._units])
        self._bias = self.add_weight("bias", [self._units], initializer=zeros_initializer())

    def call(self, inputs, state):
        output = self._activation(_times([inputs, state], self._kernel, self._bias))
        return output, output


class GRUCell(RNNCell):
    """Gated recurrent unit (Cho et al. 2014)."""

    @public
    def __init__(
        self,
        num_units,
        activation=None,
        reuse=None,
        kernel_initializer=None,
        bias_initializer=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self._units, self._activation = num_units, activation or tanh
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer
        self.state_size = self.output_size = num_units

    def build(self, input_shape):
        rows = known_size(input_shape, -1, "GRUCell") + self._units
        kernel, bias = self._kernel_initializer, self._bias_initializer
        # Open gates at first.
        sizes = {"gates": (2 * self._units, ones_initializer())}
        sizes["candidate"] = (self._units, zeros_initializer())
        self._parts = {}
        for name, (size, start) in sizes.items():
            self._parts[name] = (
                self.add_weight(f"{name}/kernel", [rows, size], initializer=kernel),
                self.add_weight(f"{name}/bias", [size], initializer=bias or start),
            )

    def call(self, inputs, state):
        gates = sigmoid(_times([inputs, state], *self._parts["gates"]))
        reset, update = split(gates, 2, 1)
        candidate = self._activation(_times([inputs, reset * state], *self._parts["candidate"]))
        state = update * state + (1.0 - update) * candidate
        return state, state


class LSTMCell(RNNCell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997), with forget gates, and peepholes and
    a projection of the output where asked for (Sak et al. 2014). The state is an LSTMStateTuple.

    Args:
      use_peepholes: whether gates see the cell's state.
      cell_clip: the greatest magnitude of the cell's state.
      initializer: of the kernels.
      num_proj: the size of the output, to which it is projected.
      proj_clip: the greatest magnitude of the projected output.
      forget_bias: added to the bias of the forget gates.
    """

    @public
    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=None,
        num_proj_shards=None,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self._units, self._activation = num_units, activation or tanh
        self._use_peepholes, self._cell_clip = use_peepholes, cell_clip
        self._initializer, self._forget_bias = initializer, forget_bias
        self._num_proj, self._proj_clip, self._is_tuple = num_proj, proj_clip, state_is_tuple
        self.output_size = num_proj or num_units
        sizes = LSTMStateTuple(num_units, self.output_size)
        self.state_size = sizes if state_is_tuple else sum(sizes)

    @classmethod
    def _base_name(cls):
        return "lstm_cell"

    def build(self, input_shape):
        rows = known_size(input_shape, -1, type(self).__name__) + self.output_size
        units, initializer = self._units, self._initializer
        self._kernel = self.add_weight("kernel", [rows, 4 * units], initializer=initializer)
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros_initializer())
        self._peepholes = dict.fromkeys("fio")
        if self._use_peepholes:
            for gate in "fio":
                name = f"w_{gate}_diag"
                self._peepholes[gate] = self.add_weight(name, [units], initializer=initializer)
        self._projection = None
        if self._num_proj is not None:
            shape = [units, self._num_proj]
            self._projection = self.add_weight("projection/kernel", shape, initializer=initializer)

    def _gate(self, name, x, cell):
        weights = self._peepholes[name]
        return sigmoid(x if weights is None else x + weights * cell)

    def call(self, inputs, state):
        cell, output = state if self._is_tuple else split(state, list(self._sizes()), 1)
        i, j, f, o = split(_times([inputs, output], self._kernel, self._bias), 4, 1)
        kept = self._gate("f", f + self._forget_bias, cell) * cell
        new = kept + self._gate("i", i, cell) * self._activation(j)
        if self._cell_clip is not None:
            new = clip_by_value(new, -self._cell_clip, self._cell_clip)
        output = self._gate("o", o, new) * self._activation(new)
        if self._projection is not None:
            output = apply_op("MatMul", (output, self._projection))
            if self._proj_clip is not None:
                output = clip_by_value(output, -self._proj_clip, self._proj_clip)
        if self._is_tuple:
            return output, LSTMStateTuple(new, output)
        return output, concat([new, output], 1)

    def _sizes(self):
        return self._units, self.output_size


class BasicLSTMCell(LSTMCell):
    """An LSTMCell without peepholes and projection."""

    @public
    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(
            num_units,
            forget_bias=forget_bias,
            state_is_tuple=state_is_tuple,
            activation=activation,
            reuse=reuse,
            name=name,
            dtype=dtype,
            **kwargs,
        )

    @classmethod
    def _base_name(cls):
        return "basic_lstm_cell"


class MultiRNNCell(RNNCell):
    """Cells in a row: each takes the outputs of the one before. The state is the tuple of
    theirs."""

    @public
    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not state_is_tuple:
            raise NotImplementedError("MultiRNNCell: the state is a tuple here")
        if not cells:
            raise ValueError("MultiRNNCell needs a cell at least")
        self._cells = list(cells)
        self.state_size = tuple(cell.state_size for cell in self._cells)
        self.output_size = self._cells[-1].output_size

    def call(self, inputs, state):
        states = []
        for i, (cell, before) in enumerate(zip(self._cells, state)):
            with variable_scope(f"cell_{i}"):
                inputs, after = cell(inputs, before)
            states.append(after)
        return inputs, tuple(states)

    @property
    def variables(self):
        return [v for cell in self._cells for v in cell.variables]

    weights = variables

    @property
    def trainable_variables(self):
        return [v for cell in self._cells for v in cell.trainable_variables]

    trainable_weights = trainable_variables
