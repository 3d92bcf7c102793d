"""Writes the wheel of the package from its files: pure zip work, no build system.

make_wheel.py OUT.whl VERSION FILE=PATH_IN_WHEEL...
"""

import base64
import hashlib
import os
import sys
import zipfile

_METADATA = """\
Metadata-Version: 2.1
Name: millrace
Version: {version}
Summary: A dataflow engine for machine learning
License: Apache-2.0
Requires-Python: >=3.9
Requires-Dist: numpy>=1.22
"""
_WHEEL = """\
Wheel-Version: 1.0
Generator: millrace
Root-Is-Purelib: false
Tag: {tag}
"""
_ENTRY_POINTS = "[console_scripts]\nmillrace = millrace.__main__:main\n"
_TIME = (2020, 1, 1, 0, 0, 0)  # the same input gives the same bytes


def main(out, version, files):
    info = f"millrace-{version}.dist-info"
    tag = "-".join(os.path.basename(out)[: -len(".whl")].split("-")[2:])
    record = []

    def add(archive, name, data, mode=0o644):
        entry = zipfile.ZipInfo(name, _TIME)
        entry.external_attr = (0o100000 | mode) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, data, compresslevel=1)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(data)}\n")

    with zipfile.ZipFile(out, "w") as archive:
        for path, name in files:
            with open(path, "rb") as f:
                add(archive, name, f.read(), 0o755 if name.endswith(".so") else 0o644)
        add(archive, f"{info}/METADATA", _METADATA.format(version=version).encode())
        add(archive, f"{info}/WHEEL", _WHEEL.format(tag=tag).encode())
        add(archive, f"{info}/entry_points.txt", _ENTRY_POINTS.encode())
        record.append(f"{info}/RECORD,,\n")
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", _TIME), "".join(record))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], [pair.split("=", 1) for pair in sys.argv[3:]])
