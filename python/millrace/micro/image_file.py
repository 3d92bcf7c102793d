"""Reads .png and .bmp images, and fits them to a model's input."""

import struct
import zlib

import numpy as np


class ImageError(ValueError):
    pass


def read(path):
    """uint8 [height, width, channels], channels 1 (grey) or 3 (red, green, blue)."""
    data = path.read_bytes()
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return _png(data)
        if data[:2] == b"BM":
            return _bmp(data)
    except (struct.error, zlib.error, ValueError, IndexError) as error:
        raise ImageError(f"{path} cannot be read: {error}") from None
    raise ImageError(f"{path} is neither a PNG nor a BMP image")


def _png(data):
    at, header, palette, packed = 8, None, None, b""
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"PLTE":
            palette = np.frombuffer(body, np.uint8).reshape(-1, 3)
        elif kind == b"IDAT":
            packed += body
        elif kind == b"IEND":
            break
    if header is None:
        raise ValueError("it has no header")
    width, height, depth, colour, _, _, interlaced = header
    if interlaced:
        raise ValueError("it is interlaced; save it without")
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    if width * height * channels > 1 << 28:
        raise ValueError(f"it is too large: {width} x {height}")
    row_bytes = (width * channels * depth + 7) // 8
    raw = zlib.decompressobj().decompress(packed, height * (row_bytes + 1))
    rows = _unfilter(raw, height, row_bytes, max(1, channels * depth // 8))
    if depth == 16:
        pixels = rows[:, ::2]  # the high bytes
    elif depth < 8:
        bits = np.unpackbits(rows, axis=1).reshape(height, -1, depth)
        pixels = bits @ (1 << np.arange(depth - 1, -1, -1))
        pixels = pixels[:, :width]
        if colour == 0:
            pixels = pixels * (255 // ((1 << depth) - 1))
    else:
        pixels = rows
    pixels = pixels.astype(np.uint8).reshape(height, width, channels)
    if colour == 3:
        return palette[pixels[..., 0]]
    return pixels[..., : 3 if channels > 2 else 1]  # without transparency


def _unfilter(raw, height, row_bytes, step):
    """Undoes each row's prediction from its neighbours to the left and above."""
    rows = np.zeros((height, row_bytes), np.uint8)
    above = bytes(row_bytes)
    for y in range(height):
        kind = raw[y * (row_bytes + 1)]
        line = bytearray(raw[y * (row_bytes + 1) + 1 : (y + 1) * (row_bytes + 1)])
        if len(line) != row_bytes:
            raise ValueError("it ends too early")
        if kind == 2:
            line = bytearray(np.frombuffer(line, np.uint8) + np.frombuffer(above, np.uint8))
        elif kind != 0:
            for x in range(row_bytes):
                left = line[x - step] if x >= step else 0
                corner = above[x - step] if x >= step else 0
                line[x] = (line[x] + _predict(kind, left, above[x], corner)) & 255
        rows[y] = np.frombuffer(line, np.uint8)
        above = bytes(line)
    return rows


def _predict(kind, left, up, corner):
    if kind == 1:
        return left
    if kind == 3:
        return (left + up) // 2
    if kind != 4:
        raise ValueError(f"a row has filter {kind}")
    # Of the three the one nearest to left + up - corner.
    distances = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    return (left, up, corner)[distances.index(min(distances))]


def _bmp(data):
    offset, header, width, height, _, bits, compression = struct.unpack_from("<IIiiHHI", data, 10)
    if compression not in (0, 3) or bits not in (8, 24, 32):
        raise ValueError(f"BMP with {bits} bits a pixel, compression {compression}")
    if width <= 0 or height == 0 or width * abs(height) > 1 << 28:
        raise ValueError(f"its size is {width} x {height}")
    row_bytes = (width * bits // 8 + 3) // 4 * 4
    rows = np.frombuffer(data, np.uint8, row_bytes * abs(height), offset)
    rows = rows.reshape(abs(height), row_bytes)[:, : width * bits // 8]
    rows = rows[::-1] if height > 0 else rows  # stored from the bottom up
    if bits == 8:
        colours = struct.unpack_from("<I", data, 46)[0] or 256
        table = np.frombuffer(data, np.uint8, 4 * colours, 14 + header).reshape(-1, 4)
        pixels = table[rows][..., 2::-1]
    else:
        pixels = rows.reshape(abs(height), width, bits // 8)[..., 2::-1]
    grey = (pixels[..., :1] == pixels).all()
    return np.ascontiguousarray(pixels[..., :1] if grey else pixels)


def fit(image, height, width, channels):
    """float64 [height, width, channels], 0 .. 255: scaled (bilinear), grey or coloured."""
    pixels = image.astype(np.float64)
    if channels == 1 and pixels.shape[2] == 3:
        pixels = pixels @ np.array([[0.299], [0.587], [0.114]])
    if channels == 3 and pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    if pixels.shape[:2] == (height, width):
        return pixels
    return _scale(_scale(pixels, height, 0), width, 1)


def _scale(pixels, size, axis):
    old = pixels.shape[axis]
    at = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
    low = np.floor(at).astype(int)
    share = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    high = np.minimum(low + 1, old - 1)
    return pixels.take(low, axis) * (1 - share) + pixels.take(high, axis) * share
