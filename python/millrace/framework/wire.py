"""Messages in the wire format of Protocol Buffers, in Python: for those that only Python handles.

A message class declares `_fields`: name -> (number, kind), where kind is "int" (varint), "sint"
(zigzag), "bool", "double", "string", "bytes", "floats" and "ints" (packed lists), a message class,
[kind] for a repeated field, or {"": class} for a map from strings to messages.
"""

import struct

_WIRE_TYPES = {"int": 0, "sint": 0, "bool": 0, "double": 1}  # others: 2


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise DecodeError("the bytes end within a number, or it is too long")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value & (1 << 64) - 1, at


def _signed(value):
    return value - (1 << 64) if value >> 63 else value


class DecodeError(ValueError):
    """Bytes that are no message of the kind."""


def _with_length(number, data):
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _encode(number, kind, value):
    if kind == "int" or kind == "bool":
        return _varint(number << 3) + _varint(int(value))
    if kind == "sint":
        return _varint(number << 3) + _varint(value << 1 ^ value >> 63)
    if kind == "double":
        return _varint(number << 3 | 1) + struct.pack("<d", value)
    if kind == "string":
        return _with_length(number, value.encode())
    if kind == "bytes":
        return _with_length(number, value)
    if kind == "floats":
        return _with_length(number, struct.pack(f"<{len(value)}f", *value))
    if kind == "ints":
        return _with_length(number, b"".join(map(_varint, value)))
    return _with_length(number, value.SerializeToString())


def _parts(data):
    """(number, wire type, content) of each field."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        wire = key & 7
        if wire == 0:
            content, at = _read_varint(data, at)
        elif wire in (1, 2, 5):
            size = {1: 8, 5: 4}.get(wire)
            if size is None:
                size, at = _read_varint(data, at)
            content, at = data[at : at + size], at + size
            if at > len(data):
                raise DecodeError("the bytes end within a field")
        else:
            raise DecodeError(f"there is no wire type {wire}")
        if not key >> 3:
            raise DecodeError("there is no field 0")
        yield key >> 3, wire, content


def _decode(kind, wire, content):
    expected = _WIRE_TYPES.get(kind, 2) if isinstance(kind, str) else 2
    if kind in ("floats", "ints"):
        return _decode_packed(kind, wire, content)
    if wire != expected:
        raise DecodeError(f"a field has the wire type {wire} instead of {expected}")
    if kind == "int":
        return _signed(content)
    if kind == "sint":
        return content >> 1 ^ -(content & 1)
    if kind == "bool":
        return bool(content)
    if kind == "double":
        return struct.unpack("<d", content)[0]
    if kind == "string":
        return bytes(content).decode("utf-8")
    if kind == "bytes":
        return bytes(content)
    return kind.FromString(content)


def _decode_packed(kind, wire, content):
    if kind == "floats" and wire in (2, 5):
        if len(content) % 4:
            raise DecodeError("packed floats of a wrong length")
        return list(struct.unpack(f"<{len(content) // 4}f", content))
    if kind == "ints" and wire == 0:
        return [_signed(content)]
    if kind != "ints" or wire != 2:
        raise DecodeError(f"a list of numbers has the wire type {wire}")
    values, at = [], 0
    while at < len(content):
        value, at = _read_varint(content, at)
        values.append(_signed(value))
    return values


class Message:
    """A message; fields are attributes. Those that were not set have their defaults."""

    _fields = {}  # noqa: RUF012
    _oneof = ()  # names of fields of which one at most is set

    def __init__(self, **fields):
        for name, value in fields.items():
            if name not in self._fields:
                raise ValueError(f"{type(self).__name__} has no field {name!r}")
            if value is not None:
                kind = self._fields[name][1]
                if isinstance(kind, list) or kind in ("floats", "ints"):
                    value = list(value)
                elif isinstance(kind, dict):
                    value = dict(value)
                setattr(self, name, value)

    def __getattr__(self, name):
        if name.startswith("_") or name not in self._fields:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}")
        kind = self._fields[name][1]
        simple = {"int": 0, "sint": 0, "bool": False, "double": 0.0, "string": "", "bytes": b""}
        if isinstance(kind, str) and kind in simple:
            return simple[kind]
        if isinstance(kind, list) or kind in ("floats", "ints"):
            made = []
        elif isinstance(kind, dict):
            made = _MessageMap(kind[""])
        else:
            made = kind()
        self.__dict__[name] = made  # what is changed in place stays
        return made

    def __setattr__(self, name, value):
        if name not in self._fields:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}")
        if name in self._oneof:
            for other in self._oneof:
                self.__dict__.pop(other, None)
        kind = self._fields[name][1]
        if isinstance(kind, dict) and not isinstance(value, _MessageMap):
            value = _MessageMap(kind[""], value)
        self.__dict__[name] = value

    def HasField(self, name):
        """Whether a field was set."""
        if name not in self._fields:
            raise ValueError(f"{type(self).__name__} has no field {name!r}")
        return name in self.__dict__

    def WhichOneof(self, oneof):
        """The field of the group that is set, or None."""
        return next((n for n in self._oneof if n in self.__dict__), None)

    def SerializeToString(self):
        """Its bytes. Maps are in the order of their keys."""
        out = []
        for name, (number, kind) in self._fields.items():
            if name not in self.__dict__:
                continue
            value = self.__dict__[name]
            if isinstance(kind, dict):
                for key in sorted(value):
                    entry = _encode(1, "string", key) + _encode(2, kind[""], value[key])
                    out.append(_with_length(number, entry))
            elif isinstance(kind, list):
                out.extend(_encode(number, kind[0], v) for v in value)
            elif kind in ("floats", "ints"):
                out.append(_encode(number, kind, value) if value else b"")
            elif isinstance(kind, str) and not value and name not in self._oneof:
                continue  # the default
            else:
                out.append(_encode(number, kind, value))
        return b"".join(out)

    def ParseFromString(self, data):
        """Takes the fields of a message's bytes. DecodeError for other bytes."""
        self.__dict__.clear()
        by_number = {number: (name, kind) for name, (number, kind) in self._fields.items()}
        for number, wire, content in _parts(memoryview(bytes(data))):
            if number in by_number:
                self._take(*by_number[number], wire, content)
        return len(data)

    def _take(self, name, kind, wire, content):
        if isinstance(kind, dict):
            entry = dict.fromkeys((1, 2))
            for number, inner_wire, inner in _parts(content):
                entry[number] = _decode({1: "string", 2: kind[""]}[number], inner_wire, inner)
            getattr(self, name)[entry[1] or ""] = kind[""]() if entry[2] is None else entry[2]
        elif isinstance(kind, list):
            getattr(self, name).append(_decode(kind[0], wire, content))
        elif kind in ("floats", "ints"):
            getattr(self, name).extend(_decode(kind, wire, content))
        else:
            setattr(self, name, _decode(kind, wire, content))

    @classmethod
    def FromString(cls, data):
        """The message of these bytes. DecodeError for other bytes."""
        made = cls()
        made.ParseFromString(data)
        return made

    def __eq__(self, other):
        return type(other) is type(self) and self.SerializeToString() == other.SerializeToString()

    __hash__ = None

    def __repr__(self):
        fields = ", ".join(f"{n}={v!r}" for n, v in self.__dict__.items())
        return f"{type(self).__name__}({fields})"


class _MessageMap(dict):
    """A map of which reading makes the entry."""

    def __init__(self, kind, entries=()):
        super().__init__(entries)
        self._kind = kind

    def __missing__(self, key):
        made = self[key] = self._kind()
        return made
