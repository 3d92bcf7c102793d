#!/usr/bin/env python3
"""Writes op_corpus.xz: models of every op with random weights, inputs, and the outputs that peers
gave. To be run where the packages tflite-micro and ai-edge-litert are (not in the tests).

make_op_corpus.py [--list] [OUTPUT]

The outputs are tflite-micro's; where it has no such kernel, those of TensorFlow Lite's reference
kernels. Format (little-endian): for each case a name, a model and the number of invocations; for
each of these the inputs and the outputs, each preceded by their number. Names, models and tensors
are preceded by their length in bytes; numbers and lengths are uint32.
"""

import argparse
import collections
import contextlib
import lzma
import os
import pathlib
import re
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: E402
from op_cases import FAMILIES  # noqa: E402
from op_cases.cases import Cases  # noqa: E402
from op_models import schema  # noqa: E402
from tflite_micro.python.tflite_micro import runtime  # noqa: E402

# Ops of which the corpus can have no cases: no peer runs SEGMENT_SUM, and CIRCULAR_BUFFER ends an
# invocation early.
UNCOVERED = {"SEGMENT_SUM", "CIRCULAR_BUFFER"}


@contextlib.contextmanager
def silence():
    """Peers write to the file descriptor itself."""
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def of_micro(case):
    interpreter = runtime.Interpreter.from_bytes(case.model, arena_size=1 << 20)
    graph = schema.Model.GetRootAs(case.model, 0).Subgraphs(0)
    results = []
    for step in case.steps:
        for i, value in enumerate(step):
            interpreter.set_input(value, i)
        interpreter.invoke()
        results.append([interpreter.get_output(i) for i in range(graph.OutputsLength())])
    return results


def of_reference(case):
    interpreter = Interpreter(
        model_content=case.model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        num_threads=1,
    )
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    results = []
    for step in case.steps:
        for detail, value in zip(inputs, step, strict=True):
            interpreter.set_tensor(detail["index"], value.reshape(detail["shape"]))
        interpreter.invoke()
        results.append([interpreter.get_tensor(detail["index"]) for detail in outputs])
    return results


PEERS = {"micro": of_micro, "reference": of_reference}


def record(case):
    """(peer, outputs of each step); None when no peer runs the model."""
    for peer in case.peers:
        try:
            with silence():
                return peer, PEERS[peer](case)
        except (RuntimeError, ValueError):
            continue
    return None


def packed(data):
    return struct.pack("<I", len(data)) + data


def pack(case, results):
    out = packed(case.name.encode()) + packed(case.model) + struct.pack("<I", len(case.steps))
    for inputs, outputs in zip(case.steps, results, strict=True):
        for values in (inputs, outputs):
            out += struct.pack("<I", len(values)) + b"".join(packed(v.tobytes()) for v in values)
    return out


def registered_ops():
    """Of kernels/ops.bzl, as the schema writes them; custom ops by their own names."""
    files = {}
    exec((HERE.parent / "kernels/ops.bzl").read_text().split('"""')[2], files)
    names = {re.sub(r"[^A-Z0-9]", "", n): n for n in vars(schema.BuiltinOperator) if n.isupper()}
    ops = {op for group in files["MICRO_OPS"].values() for op in group}
    return {names.get(op.upper(), op) for op in ops}


def ops_of(model):
    codes = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0)).operatorCodes
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if name.isupper()}
    return {c.customCode.decode() if c.customCode else names[c.builtinCode] for c in codes}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", nargs="?", type=pathlib.Path, default=HERE / "op_corpus.xz")
    parser.add_argument("--list", action="store_true", help="name the cases and their peers")
    args = parser.parse_args()
    corpus, covered, count = [], set(), collections.Counter()
    for family, add_cases in FAMILIES.items():
        cases = Cases(zlib.crc32(family.encode()))
        add_cases(cases)
        for case in cases.all:
            found = record(case)
            count["no peer" if found is None else found[0]] += 1
            if args.list:
                print(case.name, "no peer runs it" if found is None else found[0])
            if found is not None:
                corpus.append(pack(case, found[1]))
                covered |= ops_of(case.model)
    args.output.write_bytes(lzma.compress(b"".join(corpus), preset=9 | lzma.PRESET_EXTREME))
    print(dict(count), f"{len(covered)} ops, {args.output.stat().st_size} bytes")
    missing = registered_ops() - covered - UNCOVERED
    if missing:
        sys.exit(f"no case for {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main()
