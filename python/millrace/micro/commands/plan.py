"""Looks for a tighter memory plan than the interpreter makes at start, and writes it into the
model, where every interpreter that honours OfflineMemoryAllocation finds it.

    millrace micro plan fashion.tflite --out fashion_planned.tflite

Says when there is nothing to gain: no plan needs less than what is in use at the fullest step.
"""

import pathlib

from millrace.micro.commands.arguments import count

HELP = "write a tighter memory plan into a model"


def add_arguments(parser):
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the model to write")
    parser.add_argument("--rounds", type=count, default=20000, help="orders to try (20000)")


def run(args):
    from millrace.micro.interpreter import Interpreter

    model = args.model.read_bytes()
    before = Interpreter(model)
    planned = with_plan(model, before.places(), args.rounds)
    after = Interpreter(planned)
    old, new = before.memory()["planned"], after.memory()["planned"]
    least = fullest_step(before.places())
    print(f"planned end of the arena: {old} bytes; in use at the fullest step: {least}")
    if new >= old:
        print(f"no better plan in {args.rounds} rounds; {args.out} is not written")
        return 0
    args.out.write_bytes(planned)
    print(f"{args.out}: {new} bytes")
    return 0


def with_plan(model, places, rounds):
    """The model with the metadata of a plan found by search, made for one example at a time."""
    import struct

    from millrace.micro import _library
    from millrace.micro.metadata import add_metadata
    from millrace.micro.model_file import ModelFile

    array = (_library.Place * len(places))(*places)
    _library.library().mr_micro_search_plan(array, len(array), rounds)
    offsets = [-1] * len(ModelFile(model).subgraphs[0].tensors)
    for place in array:
        if place.subgraph == 0:
            offsets[place.tensor] = place.offset
    words = (1, 0, len(offsets), *offsets)
    return add_metadata(model, "OfflineMemoryAllocation", struct.pack(f"<{len(words)}i", *words))


def fullest_step(places):
    """Bytes in use at the fullest step, places rounded up to 16."""
    return max(
        (
            sum((q.bytes + 15) // 16 * 16 for q in places if q.first <= p.first <= q.last)
            for p in places
        ),
        default=0,
    )
