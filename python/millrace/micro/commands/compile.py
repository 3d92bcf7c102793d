"""Writes a model as plain C++: its ops called one by one, its tensors at fixed places; nothing that
reads, verifies or plans a model is linked. The folder holds all that it needs, as `embed`'s does.

    millrace micro compile fashion.tflite --out fashion_m4 --target m4
    cd fashion_m4 && make run
"""

import pathlib
import re
import subprocess
import sys

from millrace.micro.commands.arguments import count

HELP = "write a model as C++ that needs no interpreter"


def add_arguments(parser):
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write")
    parser.add_argument("--target", default="m4", help="m0, m3, m4, m7 or m55 (default: m4)")
    parser.add_argument("--arena-size", type=count, help="bytes (default: found out)")


def run(args):
    from millrace.micro import _source, compiled, runner

    runner.check_target(args.target)
    export, model = _source.tool("export"), args.model.read_bytes()
    text = compiled.generate(args.model)

    def write(arena):
        export.export(args.out, model, args.target, arena, compiled=text)

    arena = args.arena_size
    if arena is None:
        write(_source.tool("cortex_m/image").TARGETS[args.target]["arena"])
        arena = _measured(args) or _estimated(model)
    write(arena)
    print(f"{args.out}: {args.model.name} as C++ for {args.target}, {arena} bytes of arena")
    return 0


def _measured(args):
    """The arena that the project in the folder needs, which now has plenty; None without tools."""
    from millrace.micro import runner

    problem = runner.missing_tools("arm-none-eabi-g++", "qemu-system-arm", "make")
    if problem:
        print(f"millrace micro: {problem}", file=sys.stderr)
        return None
    result = subprocess.run(["make", "run"], cwd=args.out, capture_output=True, text=True)
    found = re.search(r"arena bytes: (\d+)", result.stdout + result.stderr)
    if found is None:
        raise runner.DeviceError(f"the project does not run: {result.stderr.strip()[-500:]}")
    subprocess.run(["make", "clean"], cwd=args.out, capture_output=True)
    return int(found.group(1))


def _estimated(model):
    from millrace.micro.interpreter import Interpreter

    here = Interpreter(model).memory()["total"]
    arena = (here * 5 // 4 + 15) // 16 * 16
    print(
        f"millrace micro: taking {arena} bytes of arena, a quarter more than this machine's "
        "interpreter needs; the program says when that is too little",
        file=sys.stderr,
    )
    return arena
