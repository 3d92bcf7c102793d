"""millrace doctor: looks at this machine and installation, and says what to do about what is
wrong."""

import os
import shutil
import sys
import time

_NEEDED_FLAGS = ("avx2", "fma", "bmi2", "f16c")


def _import_time():
    start = time.perf_counter()
    import millrace

    return millrace, time.perf_counter() - start


def _cpu_flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            line = next((x for x in f if x.startswith("flags")), "")
    except OSError:
        return None
    return set(line.split())


def _memory_bytes():
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _check_step(mr):
    with mr.Graph().as_default():
        x = mr.constant([[1.0, 2.0], [3.0, 4.0]])
        y = mr.matmul(x, x)
        with mr.Session() as session:
            found = session.run(y).tolist()
    return found == [[7.0, 10.0], [15.0, 22.0]], f"a matrix product gave {found}"


def _checks():
    """(what, whether it is well, what was found, what to do)"""
    yield "Python", sys.version_info >= (3, 9), sys.version.split()[0], "use Python 3.9 or later"
    flags = _cpu_flags()
    if flags is not None:
        missing = [f for f in _NEEDED_FLAGS if f not in flags]
        yield (
            "processor",
            not missing,
            f"{len(os.sched_getaffinity(0))} cores"
            + (f", without {', '.join(missing)}" if missing else ""),
            "this build is for x86-64-v3 processors; build with --config=native on this machine",
        )
    memory = _memory_bytes()
    if memory:
        yield "memory", memory > 1e9, f"{memory / 1e9:.1f} GB", "training needs about 1 GB"
    free = shutil.disk_usage(os.getcwd()).free
    yield "disk", free > 1e9, f"{free / 1e9:.1f} GB free here", "checkpoints need room: free some"
    import numpy

    yield "numpy", True, numpy.__version__, ""
    try:
        mr, seconds = _import_time()
    except ImportError as error:
        yield "millrace", False, str(error), "install it again: tools/install VENV"
        return
    yield (
        "millrace",
        seconds < 1,
        f"{mr.__version__}, imported in {seconds * 1000:.0f} ms",
        "the disk may be slow",
    )
    try:
        well, found = _check_step(mr)
    except Exception as error:  # anything at all is what we want to know
        well, found = False, f"{type(error).__name__}: {error}"
    yield (
        "a step",
        well,
        "right" if well else found,
        "the installation is damaged: install it again",
    )
    threads = os.environ.get("MILLRACE_NUM_THREADS")
    if threads is not None:
        good = threads.isdigit() and int(threads) > 0
        yield "MILLRACE_NUM_THREADS", good, threads, "set it to a number of threads, or not at all"


def run(stream=None):
    """Prints a line for each check; 0 if all is well, else 1."""
    stream = sys.stdout if stream is None else stream
    bad = 0
    for what, well, found, advice in _checks():
        print(f"{'ok ' if well else 'BAD'}  {what}: {found}", file=stream)
        if not well:
            bad += 1
            print(f"     {advice}", file=stream)
    return 1 if bad else 0
