"""Stores weights as indices into tables of their values (metadata COMPRESSION_METADATA, which
micro/core/look_up_weights.h describes)."""

import dataclasses
import struct

import numpy as np

from millrace.micro import _source
from millrace.micro.clustering import cluster
from millrace.micro.metadata import add_metadata
from millrace.micro.model_file import ModelFile, numpy_type_of
from millrace.micro.shortening import shorten

ENTRY = "COMPRESSION_METADATA"
MOST_BITS = 7
# The ops for which tflite-micro takes compressed weights; here any may have them.
OPS = ("Conv2D", "DepthwiseConv2D", "FullyConnected", "TransposeConv", "Concatenation")
OPS += ("AssignVariable",)
_BUFFERS, _SUBGRAPHS, _METADATA, _TENSORS, _TENSOR_BUFFER = 4, 2, 6, 0, 2
_OVERHEAD = 64  # of a tensor in the entry and the list of buffers, about

_ops = _source.tool("model_ops")


class CompressionError(ValueError):
    """The model cannot be compressed as asked."""


@dataclasses.dataclass
class Tables:
    """A tensor as indices into tables, one for each channel."""

    bits: int
    indices: bytes
    values: bytes


def tables_of(tensor, bits=MOST_BITS, lossy=False):
    """The Tables of a tensor of model_file; None when `bits` are too few, unless weights may be
    changed to as many values."""
    values = np.frombuffer(tensor.constant, numpy_type_of(tensor.type)).reshape(tensor.shape)
    rows = _by_channel(values, tensor)
    if lossy:
        rows = np.stack([cluster(row, 1 << bits) for row in rows])
    # By their bytes, as a NaN is not itself and -0 is not 0.
    rows = rows.view(f"u{values.dtype.itemsize}")
    distinct = [np.unique(row) for row in rows]
    size = max(len(each) for each in distinct)
    needed = max(1, (size - 1).bit_length())
    if needed > bits:
        return None
    table = np.zeros((len(rows), size), rows.dtype)
    indices = np.empty(rows.shape, np.uint8)
    for channel, each in enumerate(distinct):
        table[channel, : len(each)] = each
        indices[channel] = np.searchsorted(each, rows[channel])
    flat = _in_order(indices, tensor)
    unpacked = np.unpackbits(flat[:, None], axis=1)[:, 8 - needed :]
    return Tables(needed, np.packbits(unpacked).tobytes(), table.tobytes())


def _axis(tensor):
    """Along which tables differ, None when there is but one."""
    if len(tensor.scales) <= 1:
        return None
    return 0 if len(tensor.shape) == 1 else tensor.quantized_dimension


def _by_channel(values, tensor):
    axis = _axis(tensor)
    rows = values[None] if axis is None else np.moveaxis(values, axis, 0)
    return np.ascontiguousarray(rows.reshape(len(rows), -1))


def _in_order(rows, tensor):
    """What _by_channel made of an array, in the tensor's order again."""
    axis = _axis(tensor)
    if axis is None:
        return rows.reshape(-1)
    others = [dim for i, dim in enumerate(tensor.shape) if i != axis]
    return np.moveaxis(rows.reshape(tensor.shape[axis], *others), 0, axis).reshape(-1)


def compressible(model, ops=OPS):
    """[(subgraph, tensor)] of a ModelFile: weights (constants of two dimensions or more) that such
    ops alone read. tflite-micro reads a compressed bias wrongly when the weights are not."""
    found = []
    for number, graph in enumerate(model.subgraphs):
        readers = {}
        for op in graph.operators:
            for i in op.inputs:
                readers.setdefault(i, set()).add(op.name)
        for tensor in graph.tensors:
            used = readers.get(tensor.index, set())
            if used and used <= set(ops) and len(tensor.shape) > 1:
                found.append((number, tensor.index))
    return found


def is_plain(tensor, graph):
    """Whether the tensor is a constant of elements that numpy has too, and no output."""
    size = 8 * np.dtype(numpy_type_of(tensor.type)).itemsize
    return (
        0 < tensor.bytes == len(tensor.constant)
        and not tensor.is_variable
        and size == tensor.bits <= 64
        and tensor.index not in graph.outputs
    )


def compress(data, tensors=None, bits=MOST_BITS, lossy=False):
    """(model, {(subgraph, tensor): Tables}): a model's bytes with all of these tensors compressed
    that get smaller by it, and which they are. tensors: None for all `compressible` ones."""
    model = ModelFile(data)
    if model.metadata.get(ENTRY):
        raise CompressionError("the model's weights are compressed already")
    tensors = compressible(model) if tensors is None else tensors
    chosen = {}
    for number, index in tensors:
        graph = model.subgraphs[number]
        tensor = graph.tensors[index]
        tables = tables_of(tensor, bits, lossy) if is_plain(tensor, graph) else None
        if tables and len(tables.indices) + len(tables.values) + _OVERHEAD < tensor.bytes:
            chosen[number, index] = tables
    chosen = _without_shared(_root(data), chosen)
    return (with_tables(data, chosen) if chosen else data), chosen


def with_tables(data, chosen):
    """The model's bytes with tensors compressed. chosen: {(subgraph, tensor): Tables}; no other
    tensor may have the same bytes."""
    root = _root(data)
    buffers, buffer_of = root.tables(_BUFFERS), _buffers_of(root)
    vectors = {buffers[buffer_of[key]].target(0): t.indices for key, t in chosen.items()}
    values = list(dict.fromkeys(tables.values for tables in chosen.values()))
    lists = [[] for _ in root.tables(_SUBGRAPHS)]
    for (number, index), tables in chosen.items():
        lists[number].append((index, len(buffers) + values.index(tables.values), tables.bits))
    return add_metadata(shorten(data, vectors), ENTRY, _entry(lists), values)


def _root(data):
    return _ops.Table(data, struct.unpack_from("<I", data, 0)[0])


def _buffers_of(root):
    """{(subgraph, tensor): buffer}"""
    return {
        (number, index): tensor.scalar(_TENSOR_BUFFER, "I")
        for number, graph in enumerate(root.tables(_SUBGRAPHS))
        for index, tensor in enumerate(graph.tables(_TENSORS))
    }


def _without_shared(root, chosen):
    """Those tensors whose bytes no other reads otherwise."""
    readers = {}
    buffers = root.tables(_BUFFERS)
    for key, buffer in _buffers_of(root).items():
        readers.setdefault(buffers[buffer].target(0), []).append(key)
    for entry in root.tables(_METADATA):
        readers.setdefault(buffers[entry.scalar(1, "I")].target(0), []).append(None)
    return {
        key: chosen[key]
        for keys in readers.values()
        if all(other in chosen and chosen[other] == chosen[keys[0]] for other in keys)
        for key in keys
    }


def _entry(lists):
    """The bytes of the entry. lists: for each subgraph (tensor, buffer of values, bits)."""
    while lists and not lists[-1]:
        lists = lists[:-1]  # no list is needed for the last subgraphs
    out = bytearray(struct.pack("<I4H3H5H", 28, 8, 12, 4, 8, 6, 8, 4, 10, 16, 4, 8, 12))
    root_vtable, list_vtable, tensor_vtable = 4, 12, 18
    out += struct.pack("<iII", len(out) - root_vtable, 1, 4)  # its subgraphs follow
    tables = len(out) + 4 + 4 * len(lists)
    out += struct.pack("<I", len(lists))
    for i in range(len(lists)):
        out += struct.pack("<I", tables + 8 * i - len(out))
    vectors = tables + 8 * len(lists)
    for each in lists:
        out += struct.pack("<i", len(out) - list_vtable)
        out += struct.pack("<I", vectors - len(out))
        vectors += 4 + 20 * len(each)
    for each in lists:
        begin = len(out) + 4 + 4 * len(each)
        out += struct.pack("<I", len(each))
        for i in range(len(each)):
            out += struct.pack("<I", begin + 16 * i - len(out))
        for tensor, buffer, bits in each:
            out += struct.pack("<iiIB3x", len(out) - tensor_vtable, tensor, buffer, bits)
    return bytes(out)
