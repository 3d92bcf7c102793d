#!/usr/bin/env python3
"""image_test.py DEVICE IMAGE WRITE_RESULTS MODEL: the image gives in QEMU what the host gives, and
holds nothing that does not belong on a device."""

import os
import pathlib
import subprocess
import sys

import image
import image_map


def main():
    device, elf, write_results, model = sys.argv[1:]
    folder = pathlib.Path(os.environ["TEST_TMPDIR"])
    inputs, expected, outputs = folder / "inputs", folder / "expected", folder / "outputs"
    subprocess.run([write_results, model, inputs, expected], check=True)
    figures = image.execute(device, elf, inputs, outputs)
    print(f"{device}: {figures['arena']} bytes of arena, {figures['invoke']} instructions")
    if outputs.read_bytes() != expected.read_bytes():
        sys.exit(f"{elf} gives other outputs than the host: see {outputs} and {expected}")
    forbidden = image_map.forbidden_symbols(elf)
    if forbidden:
        sys.exit(f"{elf} holds what does not belong on a device: {' '.join(forbidden)}")


if __name__ == "__main__":
    main()
