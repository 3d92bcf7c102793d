"""`millrace micro` from the source tree. Only micro/host has to be built, not the whole package:
the folder python/millrace serves as the package millrace, without its __init__."""

import argparse
import pathlib
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
package = types.ModuleType("millrace")
package.__path__ = [str(ROOT / "python/millrace")]
sys.modules["millrace"] = package

from millrace.micro import commands  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tools/micro")
    commands.add_to(parser)
    sys.exit(commands.main(parser.parse_args()))
