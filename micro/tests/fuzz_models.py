#!/usr/bin/env python3
"""Hunts for model bytes that make the interpreter misbehave: libFuzzer, address and UB sanitizer.

fuzz_models.py [--seconds 60] [--loops x86] [--corpus FOLDER] [--seeds FOLDER-OF-TFLITE ...]

Needs clang. Ends with status 1 and the file of the culprit when there is one.
"""

import argparse
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "micro/targets"))
import model_ops  # noqa: E402
import op_corpus  # noqa: E402

FLAGS = ["-std=c++17", "-O1", "-gline-tables-only", "-fwrapv", "-ffp-contract=off", f"-I{ROOT}"]
FLAGS += ["-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=undefined"]
MAX_SEED_BYTES = 20000


def all_ops(path):
    files = model_ops.kernel_files()
    includes = "".join(
        f'#include "micro/kernels/{file}.h"\n' for file in sorted(set(files.values()))
    )
    ops = ", ".join(f"&k{name}Op" for name in files)
    path.write_text(
        f'#include "micro/kernels/all_ops.h"\n{includes}'
        f"namespace millrace::micro {{\nstatic const OpRegistration* const kOps[] = {{{ops}}};\n"
        f"OpResolver AllOps() {{ return OpResolver(kOps, {len(files)}); }}\n}}\n"
    )


def compile_all(sources, build, flags, jobs=2):
    """Object files of the sources."""
    objects, running = [], []
    for source in sources:
        objects.append(build / (str(source).strip("/").replace("/", "_") + ".o"))
        running.append(subprocess.Popen(["clang++", *flags, "-c", source, "-o", objects[-1]]))
        while len([p for p in running if p.poll() is None]) >= jobs:
            running[0].wait()
            running = [p for p in running if p.poll() is None]
    if any(p.wait() != 0 for p in running) or not all(o.exists() for o in objects):
        sys.exit("the fuzzer does not compile")
    return objects


def sources(loops):
    core = [f for f in sorted((ROOT / "micro/core").glob("*.cc")) if not model_ops.is_test(f)]
    return [*core, *model_ops.kernel_sources(None, loops)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--loops",
        choices=["x86", "reference"],
        default="x86" if platform.machine() == "x86_64" else "reference",
        help="the inner loops that kernels run on",
    )
    parser.add_argument("--corpus", type=pathlib.Path, help="kept and added to")
    parser.add_argument("--seeds", type=pathlib.Path, nargs="*", default=[])
    args = parser.parse_args()
    build = pathlib.Path(tempfile.mkdtemp(prefix="micro-fuzz-"))
    corpus = args.corpus or build / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    all_ops(build / "all_ops.cc")
    tests = ROOT / "micro/tests"
    on_x86 = args.loops == "x86"
    flags = [*FLAGS, "-march=x86-64-v3"] if on_x86 else FLAGS
    files = [*sources("x86" if on_x86 else ""), build / "all_ops.cc", tests / "run_model_bytes.cc"]
    objects = compile_all(files, build, flags)
    fuzzer = build / "fuzzer"
    link = ["clang++", *flags, "-fsanitize=fuzzer", *objects, tests / "model_fuzz.cc", "-o", fuzzer]
    subprocess.run(link, check=True)
    writers = [tests / "write_seeds_main.cc", tests / "seed_models.cc"]
    writers += sorted((ROOT / "micro/testing").glob("*_writer.cc"))
    writers += [ROOT / "micro/testing/model_builder.cc", *(ROOT / "micro/core").glob("schema.cc")]
    writers += [ROOT / "micro/core/flatbuffer.cc"]
    subprocess.run(
        ["g++", "-std=c++17", f"-I{ROOT}", *writers, "-o", build / "write_seeds"], check=True
    )
    subprocess.run([build / "write_seeds", corpus], check=True)
    for name, model, _ in op_corpus.read():
        (corpus / f"{name.replace('/', '_')}.tflite").write_bytes(model)
    for folder in args.seeds:
        for model in folder.rglob("*.tflite"):
            if model.stat().st_size <= MAX_SEED_BYTES:
                shutil.copy(model, corpus / model.name)
    result = subprocess.run(
        [fuzzer, corpus, f"-max_total_time={args.seconds}", "-timeout=20", "-rss_limit_mb=2000",
         f"-max_len={MAX_SEED_BYTES}", f"-artifact_prefix={build}/", "-print_final_stats=1"]
    )  # fmt: skip
    print(f"build and findings: {build}")
    sys.exit(1 if result.returncode != 0 else 0)


if __name__ == "__main__":
    main()
