"""CRC-32C (Castagnoli), as files of records have it, without the extension."""

import numpy as np

_POLYNOMIAL = 0x82F63B78
_LANES = 64
_LEAST_FOR_LANES = 4096


def _table():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table.astype(np.uint32)


_TABLE = _table()
_LIST = _TABLE.tolist()


def _bytewise(state, data):
    for byte in data:
        state = _LIST[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state


def _times(matrix, vector):
    """A matrix of bits, given by columns, times a vector."""
    result, i = 0, 0
    while vector:
        if vector & 1:
            result ^= matrix[i]
        vector, i = vector >> 1, i + 1
    return result


def _zeros(count):
    """The matrix by which `count` zero bytes change the state."""
    step = [_bytewise(1 << i, b"\0") for i in range(32)]
    result = [1 << i for i in range(32)]
    while count:
        if count & 1:
            result = [_times(step, column) for column in result]
        step = [_times(step, column) for column in step]
        count >>= 1
    return result


def crc32c(data):
    """The checksum of bytes. Long ones are cut into lanes that numpy goes over side by side."""
    state, rest = 0xFFFFFFFF, data
    if len(data) >= _LEAST_FOR_LANES:
        size = len(data) // _LANES
        columns = np.frombuffer(data, np.uint8, size * _LANES).reshape(_LANES, size).T
        lanes = np.zeros(_LANES, np.uint32)
        for column in np.ascontiguousarray(columns):
            lanes = _TABLE[(lanes ^ column) & 0xFF] ^ (lanes >> 8)
        over = _zeros(size)
        for lane in lanes.tolist():  # a state goes linearly over what follows
            state = _times(over, state) ^ lane
        rest = data[size * _LANES :]
    return _bytewise(state, rest) ^ 0xFFFFFFFF


def masked_crc32c(data):
    """The checksum as record files store it: turned round, with a constant added."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
