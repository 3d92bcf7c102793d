"""Adds metadata to the bytes of a .tflite model."""

import struct

from millrace.micro import _source

_ops = _source.tool("model_ops")
_VERSION, _BUFFERS, _METADATA, _MODEL_FIELDS = 0, 4, 6, 8
_ALIGNMENT = 16


def add_metadata(model, name, data, more_buffers=()):
    """The model with a metadata entry `name` that holds `data`, in place of one of that name.
    more_buffers: bytes of buffers, numbered from the first number that is free.

    References in a flatbuffer lead forward only, so what is new (root table, list of buffers, list
    of metadata, the entry) is put before the old bytes, which stay as they are.
    """
    root = _ops.Table(model, struct.unpack_from("<I", model, 0)[0])
    buffers = [table.position for table in root.tables(_BUFFERS)]
    entries = [table.position for table in root.tables(_METADATA) if table.string(0) != name]
    text = name.encode()
    new = [*more_buffers, data]
    head = _Head(
        vtable=(2, 4 + 2 * _MODEL_FIELDS),
        root=(4, 4 + 4 * _MODEL_FIELDS),
        buffers=(4, 4 + 4 * (len(buffers) + len(new))),
        metadata=(4, 8 + 4 * len(entries)),
        entry_vtable=(2, 8),
        entry=(4, 12),
        name=(4, 4 + len(text) + 1),
        buffer_vtable=(2, 6),
        **{f"buffer{i}": (4, 8) for i in range(len(new))},
        # The length lies just before an aligned place.
        **{f"data{i}": (_ALIGNMENT, _ALIGNMENT + len(each)) for i, each in enumerate(new)},
    )
    old = len(head.bytes)
    head.write_root(root, model[4:8], old)
    places = [head.at[f"buffer{i}"] for i in range(len(new))]
    head.write_list("buffers", [old + position for position in buffers] + places)
    head.write_list("metadata", [old + position for position in entries] + [head.at["entry"]])
    head.write_table("entry_vtable", "entry", 2, 12)
    head.refer(head.at["entry"] + 4, head.at["name"])
    head.put("I", head.at["entry"] + 8, len(buffers) + len(new) - 1)
    head.write_bytes(head.at["name"], text)
    for i, each in enumerate(new):
        head.write_table("buffer_vtable", f"buffer{i}", 1, 8)
        vector = head.at[f"data{i}"] + _ALIGNMENT - 4
        head.refer(head.at[f"buffer{i}"] + 4, vector)
        head.write_bytes(vector, each)
    return bytes(head.bytes) + model


class _Head:
    """New bytes to stand before a model, in parts: name=(alignment, size)."""

    def __init__(self, **parts):
        self.at, end = {}, 8  # the reference to the root, the format's mark
        for part, (alignment, size) in parts.items():
            self.at[part] = -(-end // alignment) * alignment
            end = self.at[part] + size
        self.bytes = bytearray(-(-end // _ALIGNMENT) * _ALIGNMENT)

    def put(self, code, position, *values):
        struct.pack_into("<" + code, self.bytes, position, *values)

    def refer(self, position, target):
        self.put("I", position, target - position)

    def write_bytes(self, position, data):
        self.put("I", position, len(data))
        self.bytes[position + 4 : position + 4 + len(data)] = data

    def write_table(self, vtable, table, fields, size):
        """The frame of a table whose fields of 4 bytes are all there, in order."""
        offsets = [4 + 4 * field for field in range(fields)]
        self.put(f"HH{fields}H", self.at[vtable], 4 + 2 * fields, size, *offsets)
        self.put("i", self.at[table], self.at[table] - self.at[vtable])

    def write_root(self, root, mark, old):
        self.refer(0, self.at["root"])
        self.bytes[4:8] = mark
        self.write_table("vtable", "root", _MODEL_FIELDS, 4 + 4 * _MODEL_FIELDS)
        new = {_BUFFERS: self.at["buffers"], _METADATA: self.at["metadata"]}
        for field in range(_MODEL_FIELDS):
            place = self.at["root"] + 4 + 4 * field
            if field in new:
                self.refer(place, new[field])
            elif root.field(field) is None:
                self.put("H", self.at["vtable"] + 4 + 2 * field, 0)
            elif field == _VERSION:
                self.put("I", place, root.scalar(field, "I"))
            else:
                self.refer(place, old + root.target(field))

    def write_list(self, name, positions):
        self.put("I", self.at[name], len(positions))
        for i, position in enumerate(positions):
            self.refer(self.at[name] + 4 + 4 * i, position)
