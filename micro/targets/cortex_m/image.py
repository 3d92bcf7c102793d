#!/usr/bin/env python3
"""Builds a bare-metal image of a model and the ops it uses, runs it in QEMU, counts instructions.

image.py --target m4 --model MODEL.tflite [--inputs IN] [--outputs OUT] [--loops arm] [--out DIR]
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import model_assembly  # noqa: E402
import model_ops  # noqa: E402

ROOT = model_ops.ROOT
_DEVICES = model_ops.constants("micro/targets/cortex_m/targets.bzl")
TARGETS = _DEVICES["TARGETS"]
SECTION_FLAGS = _DEVICES["SECTION_FLAGS"]
LINK_FLAGS = _DEVICES["LINK_FLAGS"]


def run(command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result.stdout


def compile_object(source, flags, cache):
    """The object of a source, compiled unless the preprocessed text and flags were before."""
    flags = [*model_ops.flags(), *flags]
    command = ["arm-none-eabi-g++", *flags, f"-I{ROOT}"]
    text = run([*command, "-E", "-P", source])
    key = hashlib.sha256((text + " ".join(flags)).encode()).hexdigest()[:20]
    out = cache / f"{source.stem}-{key}.o"
    if not out.exists():
        made = out.with_suffix(f".{os.getpid()}")
        run([*command, "-c", source, "-o", made])
        made.rename(out)  # whole, whoever else compiles the same
    return out


def compile_objects(files, cache, progress=None):
    """files: [(source, flags)]. progress(done, all) is called after each."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(compile_object, source, flags, cache) for source, flags in files]
        try:
            for done, task in enumerate(concurrent.futures.as_completed(tasks), 1):
                task.result()
                if progress:
                    progress(done, len(tasks))
        finally:
            pool.shutdown(cancel_futures=True)
    return [task.result() for task in tasks]


def sources(ops, loops):
    """[(file, optimisation)]: the interpreter for size, loops for speed."""
    core = [f for f in sorted((ROOT / "micro/core").glob("*.cc")) if not model_ops.is_test(f)]
    start = [HERE / "start.cc", HERE / "semihosting.cc", HERE / "run_model.cc"]
    try:
        kernels = model_ops.kernel_sources(ops, loops)
    except KeyError as error:
        raise RuntimeError(f"no kernel for {error}") from None
    lists = model_ops.constants("micro/kernels/ops.bzl")
    names = {"kernels": lists["OVER_LOOPS"], "common": lists["PREPARE_ONLY"]}
    small = [f for f in kernels if f.stem in names.get(f.parent.name, ())]
    fast = [f for f in kernels if f not in small]
    return [(f, _DEVICES["SMALL"]) for f in core + start + small] + [
        (f, _DEVICES["FAST"]) for f in fast
    ]


def write_resolver(model, path):
    """model: the file's bytes."""
    ops, decompression = model_ops.ops_of(model), model_ops.decompression_of(model)
    files = model_ops.kernel_files()
    headers = sorted({h for op in ops for h in ROOT.glob(f"micro/*/{files[op]}.h")})
    includes = [f'#include "{header.relative_to(ROOT)}"' for header in headers]
    listed = ", ".join(f"&k{op}Op" for op in ops)
    path.write_text(
        '#include "micro/core/look_up_weights.h"\n#include "micro/core/resolver.h"\n'
        + "\n".join(includes)
        + "\nnamespace millrace::micro {\n"
        f"static const OpRegistration* const kOps[] = {{{listed}}};\n"
        f"OpResolver ModelOps() {{ return OpResolver(kOps, {len(ops)}, {decompression}); }}\n}}\n"
    )


def build(target, model, out, loops=None, extra_flags=(), cache=None, progress=None):
    """Returns the image's path; beside it lies image.map.

    loops: a folder of micro/kernels, "" for the reference alone, None for the target's own.
    progress(done, all): called after each file that is compiled.
    """
    device = TARGETS[target]
    loops = device["loops"] if loops is None else loops
    cache = cache or pathlib.Path(tempfile.gettempdir()) / "millrace-micro-objects"
    cache.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    flags = [*SECTION_FLAGS, *device["flags"], f"-DMR_ARENA_BYTES={device['arena']}"]
    flags += [f"-DMR_TICK_PICOSECONDS={device['tick']}", *extra_flags]
    data = model.read_bytes()
    write_resolver(data, out / "resolver.cc")
    (out / "model.S").write_text(model_assembly.text(data))
    files = [*sources(model_ops.ops_of(data), loops), (out / "resolver.cc", _DEVICES["SMALL"])]
    files = [(source, [*flags, level]) for source, level in files]
    objects = compile_objects(files, cache, progress)
    image = out / "image.elf"
    link = [*LINK_FLAGS, f"-L{HERE}", "-T", HERE / device["script"]]
    link += [f"-Wl,-Map={out / 'image.map'}", "-o", image]
    run(["arm-none-eabi-g++", *device["flags"], *objects, out / "model.S", *link])
    return image


def qemu_flags(target, arguments=""):
    """Those of qemu-system-arm, the image excepted; it counts instructions as time."""
    return [
        *("-M", TARGETS[target]["machine"], "-nographic", "-monitor", "none", "-serial", "null"),
        *("-semihosting-config", f"enable=on,target=native{arguments}", "-icount", "shift=0"),
    ]


def execute(target, image, inputs, outputs, reset=True, repeats=1):
    """Runs the image on a file of inputs; returns what it printed, {key: number}."""
    words = ["run", inputs, outputs, "reset" if reset else "keep", repeats]
    arguments = "".join(f",arg={word}" for word in words)
    command = ["qemu-system-arm", *qemu_flags(target, arguments), "-kernel", str(image)]
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
