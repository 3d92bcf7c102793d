"""Writes a model as plain C++: its ops called one by one, its tensors at fixed places; nothing that
reads, verifies or plans a model is linked. The folder holds all that it needs, as `embed`'s does.

    millrace micro compile fashion.tflite --out fashion_m4 --target m4
    cd fashion_m4 && make run
"""

import pathlib

HELP = "write a model as C++ that needs no interpreter"


def add_arguments(parser):
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write")
    parser.add_argument("--target", default="m4", help="m0, m3, m4, m7 or m55 (default: m4)")
    parser.add_argument("--arena-size", type=int, help="bytes (default: found out)")


def run(args):
    from millrace.micro import _source, compiled, runner
    from millrace.micro.commands import embed

    runner.check_target(args.target)
    export = _source.tool("export")
    text = compiled.generate(args.model)
    # The interpreter's arena is enough: it holds the same and tables besides.
    arena = args.arena_size or embed.arena_bytes(args.model, args.target)
    export.export(args.out, args.model.read_bytes(), args.target, arena, compiled=text)
    print(f"{args.out}: {args.model.name} as C++ for {args.target}; see README.md there")
    return 0
