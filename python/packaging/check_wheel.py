"""Says how large a wheel is, and fails if a library in it needs one that the system may lack.

check_wheel.py WHEEL
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile

# What every Linux with Python and glibc has, by the manylinux policies (auditwheel's).
OF_THE_SYSTEM = re.compile(
    r"(ld-linux-x86-64|lib(c|m|mvec|dl|rt|pthread|resolv|gcc_s|stdc\+\+|z))\.so\."
)


def libraries(folder):
    """The shared libraries below a folder."""
    paths = (os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)
    return sorted(path for path in paths if ".so" in os.path.basename(path))


def found_outside(folder):
    """[(library, what it needs, where the loader finds that)] for what is neither below the folder
    nor the system's."""
    folder = os.path.realpath(folder)
    outside = []
    for library in libraries(folder):
        listed = subprocess.run(
            ["ldd", library],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ["PATH"]},
        )
        for line in listed.stdout.splitlines():
            name, _, path = line.strip().partition(" => ")
            path = re.sub(r" \(0x.*", "", path)
            if not path or OF_THE_SYSTEM.match(os.path.basename(name)):
                continue
            if not os.path.realpath(path).startswith(folder + os.sep):
                outside.append((os.path.relpath(library, folder), name, path))
    return outside


def main(wheel):
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
            on_disk = sum(entry.file_size for entry in archive.infolist())
        outside = found_outside(folder)
        bundled = len(libraries(folder))
    for library, name, path in outside:
        print(f"{library} needs {name}, found at {path}", file=sys.stderr)
    print(
        f"{wheel}: {os.path.getsize(wheel) / 1e6:.1f} MB, {on_disk / 1e6:.1f} MB installed, "
        f"{bundled} libraries"
    )
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
