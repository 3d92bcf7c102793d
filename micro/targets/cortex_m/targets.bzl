"""The devices: one emulated board each. Bazel reads this, and Python (image.py, export.py)."""

# So that the linker can leave out what is not used.
SECTION_FLAGS = [
    "-ffunction-sections",
    "-fdata-sections",
]

LINK_FLAGS = [
    "-nostartfiles",
    "--specs=nano.specs",
    "-Wl,--gc-sections",
]

# The interpreter, and ops whose loops are elsewhere.
SMALL = "-Os"

# Loops.
FAST = "-O2"

# name: flags of the machine, QEMU's machine, linker script, folder of micro/kernels with its own loops, picoseconds of a tick of the system timer,
# bytes of the arena in run_model.cc.
TARGETS = {
    "m0": {
        "flags": ["-mthumb", "-mcpu=cortex-m0"],
        "machine": "microbit",
        "script": "microbit.ld",
        "loops": "",
        "tick": 62500,
        "arena": 12 << 10,
    },
    "m3": {
        "flags": ["-mthumb", "-mcpu=cortex-m3"],
        "machine": "mps2-an385",
        "script": "mps2.ld",
        "loops": "",
        "tick": 40000,
        "arena": 3 << 20,
    },
    "m4": {
        "flags": ["-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
        "machine": "mps2-an386",
        "script": "mps2.ld",
        "loops": "arm/dsp",
        "tick": 40000,
        "arena": 3 << 20,
    },
    "m7": {
        "flags": ["-mthumb", "-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"],
        "machine": "mps2-an500",
        "script": "an500.ld",
        "loops": "arm/dsp",
        "tick": 40000,
        "arena": 3 << 20,
    },
    "m55": {
        # GCC 12 makes conditional conversions (vcvtne) that its assembler takes for other instructions.
        "flags": ["-mthumb", "-mcpu=cortex-m55", "-mfloat-abi=hard", "-fno-if-conversion2"],
        "machine": "mps3-an547",
        "script": "an547.ld",
        "loops": "arm/mve",
        "tick": 31250,
        "arena": 448 << 10,
    },
}
