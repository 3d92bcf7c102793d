"""python -m millrace: small tools."""

import argparse
import sys


def main(argv=None):
    parser = argparse.ArgumentParser(prog="millrace", description="Tools for Millrace.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="look at this machine and installation, and say what to do")
    commands.add_parser("ops", help="list the registered ops with their kernels")
    ckpt = commands.add_parser("ckpt", help="look into a checkpoint")
    ckpt.add_argument("action", choices=["ls"])
    ckpt.add_argument("path", help="a folder, or the prefix of a checkpoint")
    micro = commands.add_parser("micro", help="models for small devices: run, inspect, build")
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] == ["micro"]:
        from millrace.micro import commands as micro_commands

        micro_commands.add_to(micro)
        return micro_commands.main(parser.parse_args(words))
    options = parser.parse_args(words)
    if options.command == "doctor":
        from millrace.doctor import run

        return run()
    if options.command == "ops":
        return _list_ops()
    return _list_checkpoint(options.path)


def _list_ops():
    from millrace._load import native

    for name in native.op_names():
        kernels = [
            f"{device}{'' if not types else ':' + ','.join(types.values())}"
            for device, types in native.kernels(name)
        ]
        print(f"{name}\t{' '.join(kernels)}")
    return 0


def _list_checkpoint(path):
    from millrace.io import load_checkpoint

    try:
        reader = load_checkpoint(path)
    except Exception as error:
        print(f"millrace: {error}", file=sys.stderr)
        return 1
    for name, (dtype, shape) in sorted(reader._infos.items()):
        print(f"{name}\t{dtype.name}\t{list(shape)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
