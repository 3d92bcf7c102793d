"""Opens the extension and tells it of the package's classes. Everything else gets it from here."""

import os
import sys


def _open():
    # The library brings its own protobuf and gRPC, as TensorFlow does: each looks for its symbols
    # at home first.
    # Sanitizers cannot work so; MILLRACE_NO_DEEPBIND=1 is for them.
    # Millrace's own symbols are bound at once all the same, as its libraries say.
    flags = os.RTLD_LAZY
    if not os.environ.get("MILLRACE_NO_DEEPBIND"):
        flags |= getattr(os, "RTLD_DEEPBIND", 0)
    before = sys.getdlopenflags()
    sys.setdlopenflags(flags)
    try:
        from millrace import _native
    except ImportError as error:
        raise ImportError(
            f"{error}. The extension of millrace is built by `tools/install VENV` (or "
            "`tools/quickstart`) from the source tree; a bare checkout has none."
        ) from None
    finally:
        sys.setdlopenflags(before)
    return _native


native = _open()
public = native.public_function
