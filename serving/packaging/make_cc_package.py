#!/usr/bin/env python3
"""Packs what a C++ service needs: make_cc_package.py OUT.tar.gz VERSION LIBRARY HEADER INCLUDE...

HEADER is the public one. What it includes of this workspace is found by the compiler, in the
folders INCLUDE; the package has it under include/millrace/internal, which the .pc file names too.
"""

import io
import os
import subprocess
import sys
import tarfile

PC = """\
prefix=${{pcfiledir}}/../..

Name: millrace
Description: Millrace's C++ API for serving
Version: {version}
Requires: absl_statusor absl_strings absl_time
Cflags: -std=c++17 -I${{prefix}}/include -I${{prefix}}/include/millrace/internal
Libs: -L${{prefix}}/lib -Wl,-rpath,${{prefix}}/lib -lmillrace
"""


def included(header, folders):
    """Files of the workspace that the header needs, itself among them."""
    command = ["g++", "-std=c++17", "-MM", "-x", "c++", header]
    command += [flag for folder in folders for flag in ("-iquote", folder)]
    rule = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return rule.replace("\\\n", " ").split(":", 1)[1].split()


def relative(path, folders):
    """The path that sources include it by."""
    inside = [os.path.relpath(path, f) for f in folders if path.startswith(f + "/") or f == "."]
    return min(inside, key=len)


def add(package, name, data, mode=0o644):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    package.addfile(entry, io.BytesIO(data))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main(out, version, library, header, *folders):
    top = f"millrace-{version}"
    with tarfile.open(out, "w:gz", compresslevel=6) as package:
        for path in sorted(included(header, folders)):
            public = path == header
            name = "millrace/" if public else "millrace/internal/"
            name += os.path.basename(path) if public else relative(path, folders)
            add(package, f"{top}/include/{name}", read(path))
        add(package, f"{top}/lib/libmillrace.so", read(library), 0o755)
        add(package, f"{top}/lib/pkgconfig/millrace.pc", PC.format(version=version).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
