#!/usr/bin/env python3
"""Writes a plain folder that a vendor's SDK can take in: the interpreter's sources, with a model
also that as a C array, the list of its ops, a program that runs it, a linker script. It builds
with make or CMake, on its own.

    tools/micro_export FOLDER                           the interpreter with all ops, as a library
    tools/micro_export FOLDER --model MODEL.tflite      a program around the model, only its ops
    tools/micro_export FOLDER --model MODEL.tflite --target m55 --arena 12345
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "cortex_m")]
import image  # noqa: E402
import model_ops  # noqa: E402
import project_text  # noqa: E402

ROOT = model_ops.ROOT


class ExportError(RuntimeError):
    pass


def sources(ops, loops):
    """All .cc files of the library."""
    core = [f for f in sorted((ROOT / "micro/core").glob("*.cc")) if not model_ops.is_test(f)]
    try:
        return core + model_ops.kernel_sources(ops, loops)
    except KeyError as error:
        raise ExportError(f"there is no kernel for {error}") from None


def copy_library(folder, ops, loops):
    """Copies the library's sources and all headers below folder/micro. The sources' paths there:
    those for any machine, and those for the target."""
    lists = [sources(ops, ""), sources(ops, loops)]
    headers = [
        h
        for part in ("core", "kernels", "signal")
        for h in (ROOT / "micro" / part).rglob("*.h")
        if h.name != "all_ops.h"
    ]
    for file in {*lists[0], *lists[1], *headers}:
        _copy(file, folder / file.relative_to(ROOT))
    return [[str(f.relative_to(ROOT)) for f in found] for found in lists]


def copy_board(folder, target):
    """The start-up code and linker scripts of the emulated board."""
    for name in ("start.cc", "semihosting.cc", "semihosting.h"):
        _copy(HERE / "cortex_m" / name, folder / "micro/targets/cortex_m" / name)
    for name in ("sections.ld", image.TARGETS[target]["script"]):
        _copy(HERE / "cortex_m" / name, folder / "board" / name)


def _copy(source, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, to)


def write_model(folder, data):
    lines = [", ".join(str(b) for b in data[i : i + 24]) for i in range(0, len(data), 24)]
    (folder / "model.cc").write_text(
        project_text.MODEL_CC.format(size=len(data), bytes=",\n    ".join(lines))
    )
    (folder / "model.h").write_text(project_text.MODEL_H)


def write_ops(folder, model):
    files, ops = model_ops.kernel_files(), model_ops.ops_of(model)
    headers = sorted({header_of(files[op]) for op in ops})
    (folder / "ops.cc").write_text(
        project_text.OPS_CC.format(
            includes="\n".join(f'#include "{h}"' for h in headers),
            ops="\n".join(f"    &k{op}Op," for op in ops),
            decompression=model_ops.decompression_of(model),
        )
    )


def header_of(file):
    (header,) = ROOT.glob(f"micro/*/{file}.h")
    return header.relative_to(ROOT)


def write_build(folder, libraries, program, target):
    any_machine, on_target = libraries
    device = image.TARGETS[target]
    words = {
        "cpu": " ".join(device["flags"]),
        "machine": device["machine"],
        "script": device["script"],
        "link": " ".join(image.LINK_FLAGS),
        "target": target,
        "flags": " ".join([*model_ops.flags(), *image.SECTION_FLAGS]),
        "sources": " \\\n  ".join(any_machine),
        "target_sources": " \\\n  ".join(on_target),
        "sources_cmake": "\n  ".join(any_machine),
        "target_sources_cmake": "\n  ".join(on_target),
        "program": " ".join(program),
        "qemu": " ".join(image.qemu_flags(target)),
    }
    (folder / "Makefile").write_text(
        project_text.MAKEFILE.format(**words)
        + (project_text.MAKE_IMAGE.format(**words) if program else "")
    )
    parts = [project_text.CMAKE, project_text.CMAKE_LIBRARY]
    if program:
        parts.insert(1, project_text.CMAKE_TARGET)
        parts.append(project_text.CMAKE_PROGRAM)
        toolchain = project_text.CMAKE_TOOLCHAIN.format(**words)
        (folder / "board" / f"{target}.cmake").write_text(toolchain)
    (folder / "CMakeLists.txt").write_text("".join(part.format(**words) for part in parts))


def export(folder, model=None, target="m4", arena=None, loops=None, compiled=None):
    """model: bytes of a .tflite file. arena: bytes the model needs on the target. compiled: C++
    that takes the place of the list of ops."""
    folder.mkdir(parents=True, exist_ok=True)
    if loops is None:
        # A library alone is for any machine.
        loops = image.TARGETS[target]["loops"] if model is not None else ""
    ops = None if model is None else model_ops.ops_of(model)
    libraries = copy_library(folder, ops, loops)
    program = []
    if model is not None:
        copy_board(folder, target)
        write_model(folder, model)
        if compiled is None:
            write_ops(folder, model)
        else:
            (folder / "compiled_model.cc").write_text(compiled)
        (folder / "arena.h").write_text(project_text.ARENA_H.format(bytes=arena, target=target))
        (folder / "main.cc").write_text(project_text.MAIN_CC)
        program = ["main.cc", "model.cc", "ops.cc" if compiled is None else "compiled_model.cc"]
    write_build(folder, libraries, program, target)
    readme = project_text.README_PROGRAM if program else project_text.README
    if compiled is not None:
        readme += project_text.README_COMPILED
    cpu = " ".join(image.TARGETS["m4"]["flags"])
    words = {"target": target, "arena": arena, "cpu": cpu, "ops": program[2] if program else ""}
    (folder / "README.md").write_text(readme.format(**words))


def arena_of(model, target):
    """Bytes that the model at the path needs on the target, by running it in QEMU; without the
    tools for that, all that the board has."""
    missing = [t for t in ("arm-none-eabi-g++", "qemu-system-arm") if shutil.which(t) is None]
    if missing:
        arena = image.TARGETS[target]["arena"]
        print(
            f"micro_export: {' and '.join(missing)} not found: taking {arena} bytes of arena; the "
            "program prints how many it needs, --arena says them",
            file=sys.stderr,
        )
        return arena
    with tempfile.TemporaryDirectory() as folder:
        try:
            built = image.build(target, model, pathlib.Path(folder))
            return image.execute(target, built, "/dev/null", "/dev/null")["arena"]
        except RuntimeError as error:
            raise ExportError(f"the model does not run on {target}: {error}") from None


def main():
    parser = argparse.ArgumentParser(
        prog="tools/micro_export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=pathlib.Path, help="is made, files in it are overwritten")
    parser.add_argument("--model", type=pathlib.Path, help="a .tflite file")
    parser.add_argument("--target", choices=image.TARGETS, default="m4")
    parser.add_argument(
        "--arena", type=int, help="bytes (default: as many as the model needs, found out in QEMU)"
    )
    parser.add_argument("--loops", help="a folder of micro/kernels (default: the target's own)")
    args = parser.parse_args()
    try:
        model = args.model.read_bytes() if args.model else None
        if model is not None and args.arena is None:
            args.arena = arena_of(args.model, args.target)
        export(args.folder, model, args.target, args.arena, args.loops)
    except (ExportError, OSError) as error:
        print(f"micro_export: {error}", file=sys.stderr)
        return 1
    what = f"a program for {args.target}" if args.model else "the interpreter with all ops"
    print(f"{args.folder}: {what}; see README.md there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
