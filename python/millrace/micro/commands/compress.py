"""Stores weights that have few different values as indices into a table of them, as the metadata
entry COMPRESSION_METADATA says: the format of tflite-micro. The interpreter makes values of them
again, in its arena, just before an op needs them; the file gets smaller, the arena larger.

    millrace micro compress model.tflite --out small.tflite            nothing is lost
    millrace micro compress model.tflite --out small.tflite --cluster --bits 4

A tensor is compressed when 2 to the power of --bits values are enough for it (for each channel,
where it has a scale for each) and it gets smaller. --cluster changes weights so that they are: to
the nearest of so many values, chosen by k-means. Try the model on data of yours afterwards. Taken
are weights of the ops for which tflite-micro takes compressed ones (CONV_2D, DEPTHWISE_CONV_2D,
FULLY_CONNECTED, TRANSPOSE_CONV, CONCATENATION, ASSIGN_VARIABLE); --tensors names others, which
here may be any but those that an op wants to know beforehand (axes, sizes).
"""

import argparse
import pathlib

HELP = "store weights of few values as indices into tables"


def add_arguments(parser):
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the model to write")
    parser.add_argument("--bits", type=_bits, default=7, help="of an index, at most (7)")
    parser.add_argument("--cluster", action="store_true", help="change weights to so many values")
    parser.add_argument(
        "--tensors", type=int, nargs="+", help="only these of the main graph (inspect --tensors)"
    )


def _bits(text):
    if text not in map(str, range(1, 8)):
        raise argparse.ArgumentTypeError(f"{text} is not one of 1 to 7")
    return int(text)


def run(args):
    from millrace.micro.compression import compress
    from millrace.micro.interpreter import Interpreter
    from millrace.micro.model_file import ModelFile

    data = args.model.read_bytes()
    before = Interpreter(data)  # which says what is wrong with a model that does not run
    model = ModelFile(data)
    tensors = None if args.tensors is None else _named(args.tensors, model.subgraphs[0])
    new, chosen = compress(data, tensors, args.bits, args.cluster)
    if not chosen:
        print(f"no tensor gets smaller with {args.bits} bits; {args.out} is not written")
        return 0
    after = Interpreter(new)
    for (number, index), tables in chosen.items():
        tensor = model.subgraphs[number].tensors[index]
        size = len(tables.indices) + len(tables.values)
        print(
            f"tensor {index:4} {tensor.bytes:9} -> {size:8} bytes, {tables.bits} bits {tensor.name}"
        )
    args.out.write_bytes(new)
    print(
        f"{args.out}: {len(data)} -> {len(new)} bytes, arena on this machine "
        f"{before.memory()['total']} -> {after.memory()['total']}"
    )
    return 0


def _named(numbers, graph):
    from millrace.micro.compression import CompressionError

    for number in numbers:
        if not 0 <= number < len(graph.tensors) or not graph.tensors[number].constant:
            raise CompressionError(f"tensor {number} is no constant of the main graph")
    return [(0, number) for number in numbers]
