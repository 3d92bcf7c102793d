"""Reads op_corpus.xz, whose format make_op_corpus.py describes."""

import lzma
import pathlib
import struct

PATH = pathlib.Path(__file__).resolve().parent / "op_corpus.xz"


def read(path=PATH):
    """Yields name, model and steps of each case; a step is (inputs, outputs), both as bytes."""
    data = lzma.decompress(path.read_bytes())
    at = 0

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", data, at - 4)[0]

    def text():
        nonlocal at
        size = number()
        at += size
        return data[at - size : at]

    while at < len(data):
        name, model = text().decode(), text()
        steps = []
        for _ in range(number()):
            inputs = [text() for _ in range(number())]
            steps.append((inputs, [text() for _ in range(number())]))
        yield name, model, steps
