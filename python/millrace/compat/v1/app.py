"""tf.app: running a program's main function."""

import sys

from millrace._load import public
from millrace.compat.v1 import flags


@public
def run(main=None, argv=None):
    """Reads the flags, calls main([program, what is no flag, ...]) and exits with what it returns.

    Args:
      main: that of the program's own file if left out.
    """
    if main is None:
        main = sys.modules["__main__"].main
    sys.exit(main(flags.FLAGS(argv)))


__all__ = ["flags", "run"]
