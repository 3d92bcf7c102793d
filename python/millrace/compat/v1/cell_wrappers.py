"""Cells of recurrent networks with something around them."""

from millrace._load import public
from millrace.compat.v1.nn import dropout
from millrace.compat.v1.recurrent_cells import LSTMStateTuple, RNNCell
from millrace.framework import nest
from millrace.framework.convert import convert_to_tensor
from millrace.framework.scopes import device as on_device


class _Wrapper(RNNCell):
    """A cell with something around it; its variables' names are the cell's alone."""

    def __init__(self, cell):
        super().__init__()
        self._cell = cell
        self.state_size, self.output_size = cell.state_size, cell.output_size

    variables = property(lambda self: self._cell.variables)
    trainable_variables = property(lambda self: self._cell.trainable_variables)

    @public
    def __call__(self, inputs, state, scope=None):
        return self._around(inputs, state, scope)


class DropoutWrapper(_Wrapper):
    """Keeps elements of the inputs, outputs and states with these probabilities."""

    @public
    def __init__(
        self, cell, input_keep_prob=1.0, output_keep_prob=1.0, state_keep_prob=1.0, seed=None
    ):
        super().__init__(cell)
        self._keep = (input_keep_prob, output_keep_prob, state_keep_prob)
        self._seed = seed

    def _drop(self, structure, keep):
        if isinstance(keep, (int, float)) and keep == 1:
            return structure
        return nest.map_structure(lambda x: dropout(x, keep, seed=self._seed), structure)

    def _around(self, inputs, state, scope):
        of_inputs, of_outputs, of_state = self._keep
        outputs, state = self._cell(self._drop(inputs, of_inputs), state, scope)
        if isinstance(state, LSTMStateTuple):  # its memory is kept
            state = LSTMStateTuple(state.c, self._drop(state.h, of_state))
        else:
            state = self._drop(state, of_state)
        return self._drop(outputs, of_outputs), state


class ResidualWrapper(_Wrapper):
    """Adds the inputs to the outputs."""

    @public
    def __init__(self, cell, residual_fn=None):
        super().__init__(cell)
        self._residual = residual_fn or (lambda inputs, outputs: inputs + outputs)

    def _around(self, inputs, state, scope):
        outputs, state = self._cell(inputs, state, scope)
        return self._residual(convert_to_tensor(inputs), outputs), state


class DeviceWrapper(_Wrapper):
    """Runs the cell on a device."""

    @public
    def __init__(self, cell, device):
        super().__init__(cell)
        self._device = device

    def _around(self, inputs, state, scope):
        with on_device(self._device):
            return self._cell(inputs, state, scope)
