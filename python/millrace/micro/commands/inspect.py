"""Shows what is in a model: ops, tensors, quantisation, constants, and its memory plan.

millrace micro inspect fashion.tflite
millrace micro inspect fashion.tflite --tensors --svg plan.svg
"""

import pathlib

HELP = "show a model's graph, sizes and memory plan"


def add_arguments(parser):
    parser.add_argument("--tensors", action="store_true", help="list all tensors")
    parser.add_argument("--svg", type=pathlib.Path, help="draw the memory plan into this file")


def run(args):
    from millrace.micro.model_file import ModelFile

    model = ModelFile(args.model.read_bytes())
    constants = sum(constant_bytes(t) for g in model.subgraphs for t in g.tensors)
    print(f"{args.model.name}: {len(model.data)} bytes, {constants} of them constants")
    if model.description:
        print(f"description: {model.description}")
    for name, data in model.metadata.items():
        print(f"metadata {name}: {_short(data)}")
    for number, graph in enumerate(model.subgraphs):
        if len(model.subgraphs) > 1:
            print(f"\nsubgraph {number} {graph.name}")
        _print_graph(graph)
        if args.tensors:
            _print_tensors(graph)
    _print_memory(args, model)
    return 0


def _short(data):
    text = data.decode(errors="replace")
    return text if text.isprintable() and len(text) < 200 else f"{len(data)} bytes"


def constant_bytes(tensor):
    return len(tensor.constant) + len(tensor.table_values)


def describe(tensor):
    text = f"{tensor.type} {list(tensor.shape)}"
    if len(tensor.scales) == 1:
        zero_point = tensor.zero_points[0] if tensor.zero_points else 0
        text += f" scale {tensor.scales[0]:.6g} zero {zero_point}"
    elif tensor.scales:
        text += f" {len(tensor.scales)} scales along {tensor.quantized_dimension}"
    if tensor.index_bits:
        text += f" in {tensor.index_bits} bits"
    return text + (" variable" if tensor.is_variable else "")


def _print_graph(graph):
    for what, numbers in (("input", graph.inputs), ("output", graph.outputs)):
        for i in numbers:
            print(f"{what:6} {i:4} {graph.tensors[i].name}: {describe(graph.tensors[i])}")
    print("\n  op name                     version  output                        constants  from")
    for op in graph.operators:
        made = [graph.tensors[i] for i in op.outputs if i >= 0]
        used = [graph.tensors[i] for i in op.inputs if i >= 0]
        out = f"{made[0].type} {list(made[0].shape)}" if made else ""
        constants = sum(constant_bytes(t) for t in used)
        sources = " ".join(str(t.index) for t in used if not t.constant)
        numbers = ",".join(str(t.index) for t in made)
        print(
            f"{op.index:4} {op.name:24} {op.version:7}  {numbers:>3} {out:26} "
            f"{constants:8}  {sources}"
        )


def _print_tensors(graph):
    print("\ntensor     bytes")
    for t in graph.tensors:
        kind = "constant" if t.constant else ""
        print(f"{t.index:6} {t.bytes:9}  {t.name}: {describe(t)} {kind}")


def _print_memory(args, model):
    from millrace.micro import plan_svg
    from millrace.micro.interpreter import Interpreter

    interpreter = Interpreter(model.data)
    memory = interpreter.memory()
    print(
        f"\narena on this machine: {memory['total']} bytes ({memory['planned']} planned, "
        f"{memory['lasting']} lasting)"
    )
    if args.svg:
        title = f"{args.model.name}: {memory['planned']} bytes planned"
        args.svg.write_text(plan_svg.draw(interpreter.places(), model, title))
        print(f"memory plan: {args.svg}")
