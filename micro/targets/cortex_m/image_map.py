"""What an image holds: from the linker's map bytes by object file, from the image its symbols."""

import collections
import re
import subprocess

_SECTION = re.compile(
    r"^ (\.\S+)(?:\n)? +0x[0-9a-f]+ +0x([0-9a-f]+) (\S+)$",
    re.M,
)
_HASH = re.compile(r"-[0-9a-f]{20}\.o$")
# What allocates, throws, ends programs or asks for types at run time.
_FORBIDDEN = re.compile(
    r"^(_?_?malloc(_r)?|_?_?free(_r)?|calloc|realloc|_sbrk(_r)?|printf|fopen|_Zn[wa].*|_Zd[la].*"
    r"|__cxa_.*|_Unwind_.*|__gxx_personality.*|_ZT[IS].*|__aeabi_atexit)$"
)


def sections(map_text):
    """[(section, bytes, object file)] of what is in flash, the model excepted."""
    body = map_text[map_text.index("Linker script and memory map") :]
    result = []
    for name, size, path in _SECTION.findall(body):
        if int(size, 16) == 0 or not name.startswith((".text", ".rodata", ".data", ".isr_vector")):
            continue
        file = path.rsplit("/", 1)[-1]
        result.append((name, int(size, 16), _HASH.sub(".o", file)))
    return result


def by_object(map_text):
    """{object file: bytes}; members of archives are archive(member)."""
    total = collections.Counter()
    for _, size, file in sections(map_text):
        total[file] += size
    return total


def group(file, core_files):
    """core, kernels, start (of the image) or library (the compiler's and C's)."""
    stem = file.removesuffix(".o")
    if "(" in file or not file.endswith(".o"):
        return "library"
    if stem in core_files:
        return "core"
    if stem in ("start", "semihosting", "run_model", "resolver", "model"):
        return "start"
    return "kernels"


def by_group(map_text, core_files):
    """{group: bytes}. core_files: stems of micro/core's sources."""
    total = collections.Counter()
    for file, size in by_object(map_text).items():
        total[group(file, core_files)] += size
    return total


def forbidden_symbols(elf):
    """The names in the image that do not belong on a device."""
    listing = subprocess.run(["arm-none-eabi-nm", elf], capture_output=True, text=True, check=True)
    names = [line.split()[-1] for line in listing.stdout.splitlines()]
    return [name for name in names if _FORBIDDEN.match(name)]
