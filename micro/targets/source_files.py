"""Which sources an image needs: the whole interpreter, and of the kernels what its ops include."""

import re

import model_ops

ROOT = model_ops.ROOT
_INCLUDE = re.compile(r'^#include "(micro/[^"]+)"', re.M)


def core():
    return sorted(f for f in (ROOT / "micro/core").glob("*.cc") if not is_test(f))


def kernels(ops, loops):
    """Sources of the ops (registrations; None: all) and of all that they include, by path.

    loops: a folder of micro/kernels whose files stand in for those of reference/; may be "".
    Raises KeyError with the ops that there are no kernels for.
    """
    files = model_ops.kernel_files()
    missing = [op for op in ops or () if op not in files]
    if missing:
        raise KeyError(", ".join(missing))
    stems = {files[op] for op in (files if ops is None else ops)}
    waiting = [path for stem in stems for path in ROOT.glob(f"micro/*/{stem}.cc")]
    found = set()
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        for name in _INCLUDE.findall(file.read_text()):
            header = ROOT / name
            waiting += [f for f in (header, _source_of(header, loops)) if f is not None]
    core_folder = ROOT / "micro/core"
    return sorted(f for f in found if f.suffix == ".cc" and f.parent != core_folder)


def is_test(file):
    return file.stem.endswith(("_test", "_fuzz"))


def _source_of(header, loops):
    """The source that defines what the header declares, by the house's rule of names."""
    source = header.with_suffix(".cc")
    if header.parent.name != "loops":
        return source if source.exists() else None
    own = header.parents[1] / loops / source.name if loops else None
    if own is not None and own.exists():
        return own
    reference = header.parents[1] / "reference" / source.name
    return reference if reference.exists() else None
