"""tf.nn.rnn_cell: cells of recurrent networks."""

from millrace.compat.v1.cell_wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper
from millrace.compat.v1.recurrent_cells import (
    BasicLSTMCell,
    BasicRNNCell,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    RNNCell,
)

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "RNNCell",
    "ResidualWrapper",
]
