"""`millrace micro` from the source tree."""

import argparse
import sys

import micro_package

micro_package.use_source_tree()

from millrace.micro import commands  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tools/micro")
    commands.add_to(parser)
    sys.exit(commands.main(parser.parse_args()))
