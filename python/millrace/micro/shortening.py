"""Makes vectors of a .tflite model shorter, everything behind them moving up."""

import struct

from millrace.micro import _source

_ops = _source.tool("model_ops")
_ALIGNMENT = 16

# What the fields of the format's tables refer to, by their numbers: a vector of scalars or a
# string, a table, or a vector of tables.
_VECTOR = None
_OPAQUE = {}  # options of ops, whose own references stay near by
_TENSOR = {0: _VECTOR, 3: _VECTOR, 4: {0: _VECTOR, 1: _VECTOR, 2: _VECTOR, 3: _VECTOR, 5: _OPAQUE}}
_TENSOR |= {7: _VECTOR, 9: [_OPAQUE]}
_OPERATOR = {1: _VECTOR, 2: _VECTOR, 4: _OPAQUE, 5: _VECTOR, 7: _VECTOR, 8: _VECTOR, 12: _OPAQUE}
_SUBGRAPH = {0: [_TENSOR], 1: _VECTOR, 2: _VECTOR, 3: [_OPERATOR], 4: _VECTOR}
_SIGNATURE = {0: [{0: _VECTOR}], 1: [{0: _VECTOR}], 2: _VECTOR}
_MODEL = {1: [{1: _VECTOR}], 2: [_SUBGRAPH], 3: _VECTOR, 4: [{0: _VECTOR}], 5: _VECTOR}
_MODEL |= {6: [{0: _VECTOR}], 7: [_SIGNATURE]}


def shorten(model, vectors):
    """The model with other bytes in some of its vectors.

    vectors: {position of the vector's length: its new bytes, no more than it had}. Gaps that are
    left are cut out in multiples of 16 bytes, so that all else stays as aligned as it was.
    """
    data, cuts = bytearray(model), []
    for at, new in sorted(vectors.items()):
        old = struct.unpack_from("<I", data, at)[0]
        struct.pack_into("<I", data, at, len(new))
        data[at + 4 : at + 4 + old] = new.ljust(old, b"\0")
        length = (old - len(new)) // _ALIGNMENT * _ALIGNMENT
        if length:
            cuts.append((at + 4 + len(new), length))
    for kind, at, target in _references(model):
        distance = _moved(target, cuts) - _moved(at, cuts)
        struct.pack_into("<" + kind, data, at, distance if kind == "I" else -distance)
    for start, length in reversed(cuts):
        del data[start : start + length]
    return bytes(data)


def _moved(position, cuts):
    return position - sum(length for start, length in cuts if start < position)


def _references(model):
    """All (kind, position, target): "I" forward to a vector or table, "i" back from a table to its
    vtable."""
    found, seen = [], set()

    def visit_table(position, fields):
        if position in seen:
            return
        seen.add(position)
        table = _ops.Table(model, position)
        found.append(("i", position, table.vtable))
        for number, what in fields.items():
            if table.field(number) is not None:
                visit(table.field(number), what)

    def visit(at, what):
        target = at + struct.unpack_from("<I", model, at)[0]
        found.append(("I", at, target))
        if isinstance(what, dict):
            visit_table(target, what)
        elif isinstance(what, list) and target not in seen:
            seen.add(target)
            for i in range(struct.unpack_from("<I", model, target)[0]):
                visit(target + 4 + 4 * i, what[0])

    visit(0, _MODEL)
    return found
