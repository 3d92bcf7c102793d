"""Measures how long a model takes: on this machine in microseconds, op by op; on an emulated
device in instructions, which are the same in each run.

    millrace micro bench fashion.tflite
    millrace micro bench fashion.tflite --against tflite_micro
    millrace micro bench fashion.tflite --target m4

Inputs are random. --against runs another package's interpreter in turns with ours, when that
package is installed: tflite_micro, tflite_runtime or ai_edge_litert (with one thread).
"""

import time

import numpy as np

HELP = "measure how long a model takes"
PEERS = ("tflite_micro", "tflite_runtime", "ai_edge_litert")


def add_arguments(parser):
    parser.add_argument("--target", default="host", help="host, or a device: m0, m3, m4, m7, m55")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure")
    parser.add_argument("--against", choices=PEERS, help="a package to compare with")


def run(args):
    from millrace.micro import runner
    from millrace.micro.model_file import ModelFile

    model = ModelFile(args.model.read_bytes())
    inputs = random_inputs(model)
    if args.target != "host":
        runner.check_target(args.target)
        device = runner.DeviceRunner(args.model, args.target)
        figures = device.execute([inputs], repeats=16)
        print(
            f"{args.target}: {figures['init']} instructions to begin, {figures['invoke']} an invoke"
        )
        return 0
    return _on_host(args, model, inputs)


def random_inputs(model):
    """The same each time: uniform over an integer type's range, normal for floats."""
    from millrace.micro.model_file import numpy_type_of

    rng = np.random.default_rng(0)
    arrays = []
    for i in model.subgraphs[0].inputs:
        tensor = model.subgraphs[0].tensors[i]
        dtype = np.dtype(numpy_type_of(tensor.type))
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            array = rng.integers(limits.min, limits.max, tensor.shape, dtype, endpoint=True)
        else:
            array = rng.normal(size=tensor.shape).astype(dtype)
        arrays.append(array)
    return arrays


def _on_host(args, model, inputs):
    from millrace.micro.interpreter import Interpreter

    ours = Interpreter(model.data)
    measured = Interpreter(model.data, measure_ops=True)
    for interpreter in (ours, measured):
        for i, array in enumerate(inputs):
            interpreter.set_input(array, i)
    runs = {"millrace": ours.invoke}
    if args.against:
        runs[args.against] = _peer(args.against, model.data, inputs)
    medians = _in_turns(runs, args.seconds)
    for name, seconds in medians.items():
        print(f"{name}: {seconds * 1e6:.1f} us an invoke")
    if args.against:
        print(f"millrace takes {medians['millrace'] / medians[args.against]:.3f} of its time")
    measured.invoke()
    samples = []
    for _ in range(20):
        measured.invoke()
        samples.append(measured.op_seconds())
    each = np.median(samples, axis=0)
    print("\n  op name                          us     share")
    for op, seconds in zip(model.subgraphs[0].operators, each):
        print(f"{op.index:4} {op.name:24} {seconds * 1e6:9.2f} {seconds / each.sum():8.1%}")
    return 0


def _in_turns(runs, seconds):
    """Median seconds a call of each function, called in turns on the same core."""
    times = {name: [] for name in runs}
    for run in runs.values():
        run()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
    return {name: float(np.median(values)) for name, values in times.items()}


def _peer(package, data, inputs):
    from millrace.micro.runner import DeviceError

    try:
        if package == "tflite_micro":
            from tflite_micro.python.tflite_micro import runtime

            interpreter = runtime.Interpreter.from_bytes(data)
            for i, array in enumerate(inputs):
                interpreter.set_input(array, i)
            return interpreter.invoke
        import importlib

        module = importlib.import_module(f"{package}.interpreter")
    except ImportError as error:
        raise DeviceError(f"{package} is not installed ({error})") from None
    interpreter = module.Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    for detail, array in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(detail["index"], array)
    return interpreter.invoke
