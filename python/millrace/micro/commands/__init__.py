"""millrace micro: one module a command, each with HELP, add_arguments(parser) and run(args)."""

import argparse
import importlib
import pathlib
import sys

NAMES = ("run", "inspect", "size", "embed", "compile", "plan", "compress", "bench")


def add_to(parser):
    """Adds the commands as subcommands of `millrace micro`."""
    commands = parser.add_subparsers(dest="micro_command", required=True, metavar="COMMAND")
    for name in NAMES:
        module = importlib.import_module(f"millrace.micro.commands.{name}")
        sub = commands.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("model", type=pathlib.Path, help="a .tflite file")
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)


def _text(error):
    """Of an OSError without its number."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def main(args):
    """The exit status; errors are told in a line."""
    from millrace.micro.compression import CompressionError
    from millrace.micro.image_file import ImageError
    from millrace.micro.inputs import InputError
    from millrace.micro.interpreter import MicroError
    from millrace.micro.model_file import ModelFileError
    from millrace.micro.runner import DeviceError
    from millrace.micro.sound_file import SoundError

    try:
        return args.run(args)
    except (MicroError, ModelFileError, CompressionError) as error:
        print(f"millrace micro: {args.model}: {error}", file=sys.stderr)
    except (InputError, ImageError, SoundError, DeviceError, OSError) as error:
        print(f"millrace micro: {_text(error)}", file=sys.stderr)
    return 1
