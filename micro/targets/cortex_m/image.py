#!/usr/bin/env python3
"""Builds a bare-metal image of a model and the ops it uses, runs it in QEMU, counts instructions.

image.py --target m4 --model MODEL.tflite [--inputs IN] [--outputs OUT] [--loops arm] [--out DIR]
"""

import argparse
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import model_ops  # noqa: E402

ROOT = model_ops.ROOT
KERNELS = ROOT / "micro/kernels"
# Beside these, which are but a part of what ops compute.
LOOPS_OF_AN_OP = re.compile(
    r'#include "micro/kernels/loops/(?!dynamic_quantization|float_activation)'
)
M7_FLAGS = ["-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"]
M4_FLAGS = ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"]
# GCC 12 makes conditional conversions (vcvtne) that its assembler takes for other instructions.
M55_FLAGS = ["-mcpu=cortex-m55", "-mfloat-abi=hard", "-fno-if-conversion2"]
# target: (compiler flags, QEMU's machine, linker script, picoseconds of a system timer tick, arena)
TARGETS = {
    "m0": (["-mcpu=cortex-m0"], "microbit", "microbit.ld", 62500, 12 << 10),
    "m3": (["-mcpu=cortex-m3"], "mps2-an385", "mps2.ld", 40000, 3 << 20),
    "m4": (M4_FLAGS, "mps2-an386", "mps2.ld", 40000, 3 << 20),
    "m7": (M7_FLAGS, "mps2-an500", "an500.ld", 40000, 3 << 20),
    "m55": (M55_FLAGS, "mps3-an547", "an547.ld", 31250, 448 << 10),
}
FLAGS = [
    "-mthumb", "-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fwrapv",
    "-ffp-contract=off", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Werror",
    "-Wno-unused-parameter", "-Wno-sign-compare", "-Wno-maybe-uninitialized", f"-I{ROOT}",
]  # fmt: skip


def run(command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result.stdout


def compile_object(source, flags, cache):
    """The object of a source, compiled unless the preprocessed text and flags were before."""
    command = ["arm-none-eabi-g++", *FLAGS, *flags]
    text = run([*command, "-E", "-P", source])
    key = hashlib.sha256((text + " ".join(flags)).encode()).hexdigest()[:20]
    out = cache / f"{source.stem}-{key}.o"
    if not out.exists():
        run([*command, "-c", source, "-o", out])
    return out


def default_loops(target):
    """The folder of micro/kernels whose loops a target takes: its own where there is one."""
    return {"m4": "arm/dsp", "m7": "arm/dsp", "m55": "arm/mve"}.get(target, "")


def sources(ops, loops):
    """[(file, optimisation)]: the interpreter for size, loops for speed."""
    core = sorted((ROOT / "micro/core").glob("*.cc"))
    start = [HERE / "start.cc", HERE / "semihosting.cc", HERE / "run_model.cc"]
    try:
        kernels = model_ops.kernel_sources(ops, loops)
    except KeyError as error:
        raise RuntimeError(f"no kernel for {error}") from None
    small = [f for f in core + start if not model_ops.is_test(f)]
    # Ops whose loops are elsewhere only prepare and call.
    small += [f for f in kernels if f.parent == KERNELS and LOOPS_OF_AN_OP.search(f.read_text())]
    return [(f, "-Os") for f in small] + [(f, "-O2") for f in kernels if f not in small]


def write_resolver(ops, path):
    files = model_ops.kernel_files()
    headers = sorted({h for op in ops for h in ROOT.glob(f"micro/*/{files[op]}.h")})
    includes = [f'#include "{header.relative_to(ROOT)}"' for header in headers]
    listed = ", ".join(f"&k{op}Op" for op in ops)
    path.write_text(
        '#include "micro/core/resolver.h"\n'
        + "\n".join(includes)
        + "\nnamespace millrace::micro {\n"
        f"static const OpRegistration* const kOps[] = {{{listed}}};\n"
        f"OpResolver ModelOps() {{ return OpResolver(kOps, {len(ops)}); }}\n}}\n"
    )


def write_model(model, path):
    path.write_text(
        '.section .model, "a", %progbits\n.balign 16\n.global kModel\nkModel:\n'
        f'.incbin "{model}"\n.balign 4\n.section .rodata.kModelSize, "a"\n.global kModelSize\n'
        f"kModelSize: .word {model.stat().st_size}\n"
    )


def build(target, model, out, loops=None, extra_flags=(), cache=None):
    """Returns the image's path; beside it lies image.map.

    loops: a folder of micro/kernels, "" for the reference alone, None for the target's default.
    """
    cpu, _, script, tick, arena = TARGETS[target]
    loops = default_loops(target) if loops is None else loops
    cache = cache or pathlib.Path(tempfile.gettempdir()) / "millrace-micro-objects"
    cache.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    flags = [*cpu, f"-DMR_ARENA_BYTES={arena}", f"-DMR_TICK_PICOSECONDS={tick}", *extra_flags]
    ops = model_ops.ops_of(model.read_bytes())
    objects = [compile_object(file, [*flags, level], cache) for file, level in sources(ops, loops)]
    write_resolver(ops, out / "resolver.cc")
    write_model(model.resolve(), out / "model.S")
    objects.append(compile_object(out / "resolver.cc", [*flags, "-Os"], cache))
    image = out / "image.elf"
    link = [
        "-nostartfiles",
        "--specs=nano.specs",
        "-Wl,--gc-sections",
        f"-L{HERE}",
        "-T",
        HERE / script,
    ]
    link += [f"-Wl,-Map={out / 'image.map'}", "-o", image]
    run(["arm-none-eabi-g++", *FLAGS, *cpu, *objects, out / "model.S", *link])
    return image


def execute(target, image, inputs, outputs, reset=True, repeats=1):
    """Runs the image on a file of inputs; returns what it printed, {key: number}."""
    machine = TARGETS[target][1]
    arguments = ",".join(
        f"arg={word}" for word in ["run", inputs, outputs, "reset" if reset else "keep", repeats]
    )
    command = [
        "qemu-system-arm",
        "-M",
        machine,
        "-nographic",
        "-monitor",
        "none",
        "-serial",
        "null",
    ]
    command += ["-semihosting-config", f"enable=on,target=native,{arguments}"]
    command += ["-icount", "shift=0", "-kernel", str(image)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    text = result.stdout + result.stderr
    if result.returncode != 0:
        raise RuntimeError(f"the image ended with status {result.returncode}: {text.strip()}")
    return {key: int(value) for key, value in re.findall(r"^(\w+) (\d+)$", text, re.M)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=TARGETS, default="m4")
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--inputs", type=pathlib.Path, help="raw bytes of the inputs, case by case")
    parser.add_argument("--outputs", type=pathlib.Path, default=pathlib.Path("/dev/null"))
    parser.add_argument("--loops", help="folder of micro/kernels with loops; '': the reference's")
    parser.add_argument("--repeats", type=int, default=16, help="of the invoke that is timed")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("micro-image"))
    args = parser.parse_args()
    image = build(args.target, args.model, args.out, args.loops)
    inputs = args.inputs or pathlib.Path("/dev/null")  # no case at all
    for key, value in execute(args.target, image, inputs, args.outputs, True, args.repeats).items():
        print(f"{key:16} {value}")


if __name__ == "__main__":
    main()
