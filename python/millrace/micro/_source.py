"""The C++ sources of micro/ and the tools beside them: they come with the package, as images for
devices are built from them. In the source tree they are where they are."""

import functools
import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE / "source" if (HERE / "source").is_dir() else HERE.resolve().parents[2]


@functools.cache
def tool(name):
    """The module micro/targets/NAME.py."""
    path = ROOT / f"micro/targets/{name}.py"
    spec = importlib.util.spec_from_file_location(f"millrace.micro.{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module
