"""Runs a model on files and prints its outputs.

    millrace micro run fashion.tflite boot.png
    millrace micro run keyword.tflite yes.wav --target m4
    millrace micro run model.tflite in.npy --times --arena --outputs out.npz

Inputs are one file each: .npy, .png or .bmp; or one .npz (in0, in1, ... or the inputs' names) or
one .wav for all. Real numbers are quantised as the model wants them. An array with examples along
its first axis runs them all. A sound is cut into frames; with a front end (which a model may name)
the model gets windows of its features. --target runs on an emulated device instead (QEMU).
"""

import pathlib

import numpy as np

from millrace.micro.commands.arguments import count

HELP = "run a model on arrays, images or sound"


def add_arguments(parser):
    parser.add_argument("inputs", nargs="*", type=pathlib.Path, help="input files")
    parser.add_argument("--target", default="host", help="host, or a device: m0, m3, m4, m7, m55")
    parser.add_argument("--labels", type=pathlib.Path, help="a file with a label a line")
    parser.add_argument("--top", type=count, default=3, help="labels to print (default: 3)")
    parser.add_argument(
        "--front-end", type=pathlib.Path, help="a .tflite that makes features of sound"
    )
    parser.add_argument(
        "--image-range",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="what black and white are to the model (default: 0 1, or an int8 input's whole range)",
    )
    parser.add_argument("--keep-state", action="store_true", help="clear no state between examples")
    parser.add_argument("--outputs", type=pathlib.Path, help="write raw outputs to this .npz")
    parser.add_argument("--arena-size", type=count, help="bytes of arena (default: what is needed)")
    parser.add_argument("--times", action="store_true", help="print how long each op took")
    parser.add_argument("--arena", action="store_true", help="print what the arena is used for")


def run(args):
    from millrace.micro import inputs
    from millrace.micro.model_file import ModelFile

    model = ModelFile(args.model.read_bytes())
    hints = inputs.Hints.of(model)
    graph = model.subgraphs[0]
    if not args.inputs:
        wanted = ", ".join(
            f"{t.name} {t.type} {list(t.shape)}" for t in (graph.tensors[i] for i in graph.inputs)
        )
        raise inputs.InputError(f"no input files; the model takes {wanted}")
    runner = _runner(args, args.model, args.arena_size)
    front_end = args.front_end
    if front_end is None and hints.front_end:
        front_end = args.model.parent / hints.front_end
    is_sound = [p.suffix.lower() for p in args.inputs] == [".wav"]
    front = _front_end(args, front_end) if front_end and is_sound else None
    cases = inputs.load(args.inputs, graph, hints, front, args.image_range)
    results = runner.run(cases.inputs, args.keep_state or cases.keep_state)
    _print_results(args, graph, hints, cases, results)
    device = "this machine" if args.target == "host" else f"{args.target} in QEMU"
    if front is not None:
        print(f"front end: {front.arena} bytes of arena, {front.cost}")
    print(f"model: {runner.arena} bytes of arena, {runner.cost}, on {device}")
    if args.times and args.target == "host":
        _print_times(runner)
    if args.arena and args.target == "host":
        runner.interpreter.print_allocations()
    if args.outputs:
        columns = {f"out{i}": np.array(column) for i, column in enumerate(zip(*results))}
        np.savez(args.outputs, **columns)
    return 0


def _runner(args, path, arena_size=None):
    from millrace.micro import runner

    if args.target == "host":
        return runner.HostRunner(path, arena_size, args.times)
    runner.check_target(args.target)
    return runner.DeviceRunner(path, args.target)


def _front_end(args, path):
    from millrace.micro.inputs import InputError
    from millrace.micro.interpreter import MicroError
    from millrace.micro.model_file import ModelFileError

    try:
        return _runner(args, path)
    except (MicroError, ModelFileError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"the front end {path}: {why}") from None


def _print_results(args, graph, hints, cases, results):
    from millrace.micro.quantization import dequantize

    labels = args.labels.read_text().splitlines() if args.labels else list(hints.labels)
    tensors = [graph.tensors[i] for i in graph.outputs]
    if hints.reconstructs:
        print(_reconstruction(graph, hints, cases, results))
        return
    for name, outputs in zip(cases.names, results):
        for tensor, output in zip(tensors, outputs):
            values = dequantize(output, tensor).reshape(-1)
            if labels and len(labels) == values.size:
                text = _ranking(values, labels, args.top)
            else:
                text = f"{tensor.name} {tensor.type} {list(tensor.shape)}: " + np.array2string(
                    values, precision=4, threshold=20, max_line_width=100
                )
            print(f"{name}: {text}")


def _ranking(values, labels, top):
    best = np.argsort(-values, kind="stable")[:top]
    return ", ".join(f"{labels[i]} {values[i]:.3f}" for i in best)


def _reconstruction(graph, hints, cases, results):
    """How far the outputs are from the inputs they should equal."""
    from millrace.micro.quantization import dequantize

    given, made = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    errors = [
        float(np.mean((dequantize(i[0], given) - dequantize(o[0], made)) ** 2))
        for i, o in zip(cases.inputs, results)
    ]
    mean, worst = np.mean(errors), int(np.argmax(errors))
    verdict = "" if not hints.threshold else "unusual" if mean > hints.threshold else "as usual"
    return (
        f"{verdict}: mean squared error {mean:.5f} over {len(errors)} windows, "
        f"the largest {errors[worst]:.5f} at {cases.names[worst]}"
    ).removeprefix(": ")


def _print_times(runner):
    seconds = runner.interpreter.op_seconds()
    total = sum(seconds) or 1.0
    print("op                                us      share")
    for op, each in zip(runner.model_file.subgraphs[0].operators, seconds):
        print(f"{op.index:4} {op.name:24} {each * 1e6:9.1f} {each / total:8.1%}")
