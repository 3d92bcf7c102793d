"""Says how much memory a model needs, without a board: arena and code for each kind of device.

    millrace micro size fashion.tflite
    millrace micro size fashion.tflite --target m4 m55

For each target an image with the model and only the ops it uses is built with arm-none-eabi-g++;
run in QEMU it says how large its arena must be, to the byte. Code is what the linker put into
flash: core (the interpreter), kernels, and the compiler's own library; the model comes on top.
"""

import re

HELP = "arena and code size for each target, without a board"


def add_arguments(parser):
    parser.add_argument("--target", nargs="+", help="devices (default: m0 m3 m4 m7 m55)")


def run(args):
    from millrace.micro import _source, runner
    from millrace.micro.interpreter import Interpreter
    from millrace.micro.model_file import ModelFile

    model = ModelFile(args.model.read_bytes())
    host = Interpreter(model.data).memory()["total"]
    print(f"model {len(model.data)} bytes; ops: {' '.join(model.used_ops())}")
    print(f"\n{'target':8} {'arena':>8} {'core':>7} {'kernels':>8} {'library':>8}  instructions")
    print(f"{'host':8} {host:8}")
    known = runner.targets()
    failed = False
    for target in args.target or known:
        runner.check_target(target)
        try:
            device = runner.DeviceRunner(args.model, target)
            groups = _groups(device, _source)
            figures = device.execute([_zeros(model)])
        except runner.DeviceError as error:
            print(f"{target:8} {_shorten(str(error))}")
            failed = True
            if runner.missing_tools("arm-none-eabi-g++", "qemu-system-arm"):
                break
            continue
        code = " ".join(
            f"{groups[name]:{width}}"
            for name, width in (("core", 7), ("kernels", 8), ("library", 8))
        )
        print(
            f"{target:8} {figures['arena']:8} {code}  "
            f"init {figures['init']}, invoke {figures['invoke']}"
        )
    if failed:
        print(f"\nThe arena on this machine ({host} bytes) is enough for any of them.")
    return 0


def _groups(device, source):
    maps = source.tool("cortex_m/image_map")
    core = {path.stem for path in (source.ROOT / "micro/core").glob("*.cc")}
    return maps.by_group((device.folder / "image.map").read_text(), core)


def _zeros(model):
    import numpy as np

    graph = model.subgraphs[0]
    return [np.zeros(graph.tensors[i].bytes, np.uint8) for i in graph.inputs]


def _shorten(text):
    lines = [line for line in text.splitlines() if line.strip()]
    useful = [line for line in lines if re.search(r"error:|overflow|needed|undefined", line)]
    return (useful or lines or [""])[0][:160]
