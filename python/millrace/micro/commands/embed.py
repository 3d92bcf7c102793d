"""Writes a folder with everything a firmware needs to run a model: the model as a C array, the list
of only the ops it uses, its exact arena size, a main program, a linker script, the interpreter's
sources, a Makefile and a CMakeLists.txt.

    millrace micro embed fashion.tflite --out fashion_m4 --target m4
    cd fashion_m4 && make run
"""

import pathlib
import sys

from millrace.micro.commands.arguments import count

HELP = "write a C++ project around a model"


def add_arguments(parser):
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write")
    parser.add_argument("--target", default="m4", help="m0, m3, m4, m7 or m55 (default: m4)")
    parser.add_argument("--arena-size", type=count, help="bytes (default: found out)")


def run(args):
    from millrace.micro import _source, runner

    export = _source.tool("export")
    runner.check_target(args.target)
    arena = args.arena_size or arena_bytes(args.model, args.target)
    try:
        export.export(args.out, args.model.read_bytes(), args.target, arena)
    except export.ExportError as error:
        raise runner.DeviceError(str(error)) from None
    print(f"{args.out}: a project for {args.target}, {arena} bytes of arena; see README.md there")
    return 0


def arena_bytes(path, target):
    """Exactly what the target needs, by running it in QEMU; without the tools for that, what this
    machine needs, which is more."""
    from millrace.micro import runner
    from millrace.micro.interpreter import Interpreter

    host = Interpreter(path.read_bytes()).memory()["total"]
    try:
        return runner.DeviceRunner(path, target).execute()["arena"]
    except runner.DeviceError as error:
        print(f"millrace micro: {error}; taking the {host} bytes of this machine", file=sys.stderr)
        return host
