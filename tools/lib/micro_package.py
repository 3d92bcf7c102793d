"""`millrace.micro` from the source tree: only micro/host has to be built for it, not the whole
package. The folder python/millrace serves as the package millrace, without its __init__."""

import importlib.machinery
import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def use_source_tree():
    """From now on `import millrace.micro` takes the source tree's."""
    spec = importlib.machinery.ModuleSpec("millrace", None, is_package=True)
    spec.submodule_search_locations.append(str(ROOT / "python/millrace"))
    sys.modules["millrace"] = importlib.util.module_from_spec(spec)
