#!/usr/bin/env python3
"""A model as assembly for an image: kModel, in the section where the board wants it, kModelSize.

model_assembly.py MODEL.tflite OUT.S
"""

import pathlib
import sys


def text(model):
    """model: the file's bytes."""
    lines = [".byte " + ",".join(map(str, model[i : i + 32])) for i in range(0, len(model), 32)]
    return "\n".join(
        [
            '.section .model, "a", %progbits',
            ".balign 16",
            ".global kModel",
            "kModel:",
            *lines,
            ".balign 4",
            '.section .rodata.kModelSize, "a"',
            ".global kModelSize",
            f"kModelSize: .word {len(model)}",
            "",
        ]
    )


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_text(text(pathlib.Path(sys.argv[1]).read_bytes()))
