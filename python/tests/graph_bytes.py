"""GraphDefs written byte by byte, right or wrong: no protobuf package is needed."""


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """A field: an int as a varint, str and bytes as they are."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def shape(*sizes):
    """A TensorShapeProto."""
    return b"".join(field(2, field(1, size)) for size in sizes)


def tensor(dtype, sizes, content=b"", floats=()):
    """A TensorProto."""
    import struct

    values = field(5, struct.pack(f"<{len(floats)}f", *floats)) if floats else b""
    return field(1, dtype) + field(2, shape(*sizes)) + field(4, content) + values


def attr_type(number):
    return field(6, number)


def attr_string(text):
    return field(2, text)


def attr_int(value):
    return field(3, value)


def attr_shape(*sizes):
    return field(7, shape(*sizes))


def attr_tensor(*args, **kwargs):
    return field(8, tensor(*args, **kwargs))


def node(name, op, inputs=(), device="", **attrs):
    """A NodeDef in its GraphDef."""
    body = field(1, name) + field(2, op) + b"".join(field(3, i) for i in inputs)
    body += field(4, device) if device else b""
    for key, value in attrs.items():
        body += field(5, field(1, key) + field(2, value))
    return field(1, body)


def versions(producer=0, min_consumer=0):
    """A GraphDef's versions."""
    return field(4, field(1, producer) + field(2, min_consumer))


FLOAT, INT32, STRING = attr_type(1), attr_type(3), attr_type(7)
X = node("x", "Placeholder", dtype=FLOAT)
