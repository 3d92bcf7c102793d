#!/usr/bin/env python3
"""Builds a bare-metal image that holds a model and only the ops it uses, runs it in QEMU, counts instructions.

image.py --target m4 --model MODEL.tflite [--inputs IN.npy ...] [--outputs OUT.bin] [--loops arm] [--out DIR]
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
M7_FLAGS = ["-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"]
M4_FLAGS = ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"]
M55_FLAGS = ["-mcpu=cortex-m55", "-mfloat-abi=hard"]
# target: (compiler flags, QEMU's machine, linker script, picoseconds of a system timer tick, arena)
TARGETS = {
    "m0": (["-mcpu=cortex-m0"], "microbit", "microbit.ld", 62500, 12 << 10),
    "m3": (["-mcpu=cortex-m3"], "mps2-an385", "mps2.ld", 40000, 3 << 20),
    "m4": (M4_FLAGS, "mps2-an386", "mps2.ld", 40000, 3 << 20),
    "m7": (M7_FLAGS, "mps2-an500", "mps2.ld", 40000, 3 << 20),
    "m55": (M55_FLAGS, "mps3-an547", "an547.ld", 31250, 448 << 10),
}
FLAGS = [
    "-mthumb", "-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fwrapv",
    "-ffp-contract=off", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Werror",
    "-Wno-unused-parameter", "-Wno-sign-compare", f"-I{ROOT}",
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


def sources(loops):
    """[(file, optimisation)]: the interpreter for size, kernels for speed."""
    core = sorted((ROOT / "micro/core").glob("*.cc"))
    start = [HERE / "start.cc", HERE / "semihosting.cc", HERE / "run_model.cc"]
    kernels = ROOT / "micro/kernels"
    own = {f.name: f for f in (kernels / loops).glob("*.cc")} if loops else {}
    inner = {f.name: f for f in (kernels / "reference").glob("*.cc")} | own
    files = [*kernels.glob("*.cc"), *(kernels / "common").glob("*.cc"), *inner.values()]
    files += (ROOT / "micro/signal").glob("*.cc")
    return [(f, "-Os") for f in core + start if not is_test(f)] + [
        (f, "-O2") for f in sorted(files) if not is_test(f)
    ]


def is_test(file):
    return file.stem.endswith(("_test", "_fuzz")) or file.name == "all_ops.cc"


def write_resolver(ops, path):
    files = model_ops.kernel_files()
    missing = [op for op in ops if op not in files]
    if missing:
        raise RuntimeError(f"no kernels for {', '.join(missing)}")
    includes = sorted({f'#include "micro/kernels/{files[op]}.h"' for op in ops})
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


def build(target, model, out, loops="", extra_flags=(), cache=None):
    """Returns the image's path; beside it lies image.map."""
    cpu, _, script, tick, arena = TARGETS[target]
    cache = cache or pathlib.Path(tempfile.gettempdir()) / "millrace-micro-objects"
    cache.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    flags = [*cpu, f"-DMR_ARENA_BYTES={arena}", f"-DMR_TICK_PICOSECONDS={tick}", *extra_flags]
    objects = [compile_object(source, [*flags, level], cache) for source, level in sources(loops)]
    write_resolver(model_ops.ops_of(model.read_bytes()), out / "resolver.cc")
    write_model(model.resolve(), out / "model.S")
    objects.append(compile_object(out / "resolver.cc", [*flags, "-Os"], cache))
    image = out / "image.elf"
    run(
        ["arm-none-eabi-g++", *FLAGS, *cpu, *objects, out / "model.S", "-nostartfiles", "--specs=nano.specs",
         "-Wl,--gc-sections", f"-Wl,-Map={out / 'image.map'}", f"-L{HERE}", "-T", HERE / script, "-o", image]
    )  # fmt: skip
    return image


def execute(target, image, inputs, outputs, reset=True, repeats=1):
    """Runs the image on a file of inputs; returns what it printed, {key: number}."""
    machine = TARGETS[target][1]
    arguments = ",".join(
        f"arg={word}" for word in ["run", inputs, outputs, "reset" if reset else "keep", repeats]
    )
    command = ["qemu-system-arm", "-M", machine, "-nographic", "-monitor", "none", "-serial", "null",
               "-semihosting-config", f"enable=on,target=native,{arguments}",
               "-icount", "shift=0", "-kernel", str(image)]  # fmt: skip
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
    parser.add_argument(
        "--loops", default="", help="folder of micro/kernels with the target's loops"
    )
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("micro-image"))
    args = parser.parse_args()
    image = build(args.target, args.model, args.out, args.loops)
    inputs = args.inputs or pathlib.Path("/dev/zero")
    for key, value in execute(args.target, image, inputs, args.outputs, True, args.repeats).items():
        print(f"{key:16} {value}")


if __name__ == "__main__":
    main()
