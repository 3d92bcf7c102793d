#!/usr/bin/env python3
"""Hunts for input that makes the interpreter misbehave: libFuzzer, address and UB sanitizer.

fuzz.py model            bytes of models
fuzz.py signal           audio front ends: their ops' options and shapes, and sounds
fuzz.py model signal --seconds 3600 --corpus FOLDER --jobs 2

Needs clang. Ends with status 1 and the file of the culprit when there is one.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import platform
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "micro/targets"))
import model_ops  # noqa: E402
import op_corpus  # noqa: E402

TESTS, TESTING = ROOT / "micro/tests", ROOT / "micro/testing"
FLAGS = ["-O1", "-gline-tables-only", f"-I{ROOT}", "-fno-sanitize-recover=undefined"]
FLAGS += ["-fsanitize=fuzzer-no-link,address,undefined"]
# The loops that programs on this machine run on.
LOOPS = "x86" if platform.machine() == "x86_64" else ""
FLAGS += ["-march=x86-64-v3"] if LOOPS else []
# The interpreter's flags; makers of models use the C++ library as they like.
MICRO = [*model_ops.flags(), *FLAGS]
HOST = ["-std=c++17", *FLAGS]
MAX_BYTES = {"model": 20000, "signal": 4000}


def ops_for(kind):
    """The names of the ops that a fuzzer knows."""
    names = list(model_ops.kernel_files())
    return names if kind == "model" else [name for name in names if name.startswith("Signal")]


def all_ops(names):
    """The source of AllOps."""
    files = sorted({model_ops.kernel_files()[name] for name in names})
    headers = "".join(f'#include "micro/kernels/{file}.h"\n' for file in files)
    ops = ", ".join(f"&k{name}Op" for name in names)
    return (
        f'#include "micro/core/look_up_weights.h"\n#include "micro/kernels/all_ops.h"\n{headers}'
        f"namespace millrace::micro {{\nstatic const OpRegistration* const kOps[] = {{{ops}}};\n"
        f"OpResolver AllOps() {{ return OpResolver(kOps, {len(names)}, &kLookUpWeights); }}\n}}\n"
    )


class Build:
    """Objects are kept in the folder, by the text they are compiled from."""

    def __init__(self, folder, jobs):
        self.folder = folder
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        folder.mkdir(parents=True, exist_ok=True)

    def _object(self, source, flags):
        command = ["clang++", *flags]
        text = subprocess.run([*command, "-E", source], capture_output=True, check=True).stdout
        key = hashlib.sha256(text + " ".join(flags).encode()).hexdigest()[:20]
        out = self.folder / f"{source.stem}-{key}.o"
        if not out.exists():
            subprocess.run([*command, "-c", source, "-o", out.with_suffix(".new")], check=True)
            out.with_suffix(".new").rename(out)
        return out

    def program(self, name, sources, flags=()):
        """sources: [(file, flags)]. The program's path."""
        objects = list(self.pool.map(lambda each: self._object(*each), sources))
        out = self.folder / name
        subprocess.run(["clang++", *FLAGS, *flags, *objects, "-o", out], check=True)
        return out


def interpreter(kind, folder):
    """The sources of the interpreter with the ops of a fuzzer."""
    names = ops_for(kind)
    resolver = folder / f"{kind}_ops.cc"
    resolver.write_text(all_ops(names))
    core = [f for f in sorted((ROOT / "micro/core").glob("*.cc")) if not model_ops.is_test(f)]
    return [(f, MICRO) for f in [*core, *model_ops.kernel_sources(names, LOOPS), resolver]]


def builders():
    """The sources of what makes models."""
    files = [*TESTING.glob("*_writer.cc"), TESTING / "model_builder.cc"]
    files.append(TESTING / "compression_entry.cc")
    return [(f, HOST) for f in files]


def fuzzer(kind, build):
    sources = [*interpreter(kind, build.folder), (TESTS / f"run_{kind}_bytes.cc", HOST)]
    sources.append((TESTS / f"{kind}_fuzz.cc", HOST))
    return build.program(f"{kind}_fuzzer", sources + builders(), ["-fsanitize=fuzzer"])


def write_model_seeds(build, corpus, folders):
    core = ROOT / "micro/core"
    sources = [TESTS / "write_seeds_main.cc", TESTS / "seed_models.cc"]
    sources = [(f, HOST) for f in sources] + builders()
    sources += [(core / name, MICRO) for name in ("schema.cc", "flatbuffer.cc", "tensor_view.cc")]
    subprocess.run([build.program("write_seeds", sources), corpus], check=True)
    for name, model, _ in op_corpus.read():
        (corpus / f"{name.replace('/', '_')}.tflite").write_bytes(model)
    for folder in folders:
        for model in folder.rglob("*.tflite"):
            if model.stat().st_size <= MAX_BYTES["model"]:
                shutil.copy(model, corpus / model.name)


def write_signal_seeds(corpus):
    """Bytes by chance, of which a good part makes a model that runs."""
    for seed in range(200):
        generator = random.Random(seed)
        (corpus / f"random{seed}").write_bytes(generator.randbytes(generator.randrange(800)))


def hunt(kind, build, args):
    """Whether nothing was found."""
    print(f"building the {kind} fuzzer", flush=True)
    program = fuzzer(kind, build)
    findings = build.folder / f"{kind}-findings"
    corpus = (args.corpus or build.folder / "corpus") / kind
    for folder in (findings, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    if kind == "model":
        write_model_seeds(build, corpus, args.seeds)
    else:
        write_signal_seeds(corpus)
    print(f"{kind}: {args.seconds} s", flush=True)
    log = findings / "log"
    with open(log, "w") as file:
        result = subprocess.run(
            [program, corpus, "-len_control=0", f"-max_total_time={args.seconds}", "-timeout=20",
             "-rss_limit_mb=2000", f"-max_len={MAX_BYTES[kind]}",
             f"-artifact_prefix={findings}/", "-print_final_stats=1"],
            stderr=file,
        )  # fmt: skip
    lines = log.read_text(errors="replace").splitlines()
    if result.returncode != 0:
        print("\n".join(lines[-60:]))
        print(f"{kind}: found something: see {findings}")
        return False
    runs = [line.split()[-1] for line in lines if "number_of_executed_units" in line]
    coverage = [line.split("cov: ")[1].split()[0] for line in lines if "cov: " in line]
    print(f"{kind}: {runs[0]} runs, {coverage[-1]} edges, nothing found")
    return True


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="+", choices=MAX_BYTES)
    parser.add_argument("--seconds", type=int, default=60, help="for each kind (default: 60)")
    parser.add_argument("--corpus", type=pathlib.Path, help="folder that is kept and added to")
    parser.add_argument("--seeds", type=pathlib.Path, nargs="*", default=[], help="model folders")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at a time")
    args = parser.parse_args()
    if shutil.which("clang++") is None:
        sys.exit("fuzz.py: clang++ is not installed: apt-get install clang libclang-rt-14-dev")
    build = Build(pathlib.Path(tempfile.gettempdir()) / "millrace-micro-fuzz", args.jobs)
    sys.exit(0 if all([hunt(kind, build, args) for kind in args.kinds]) else 1)


if __name__ == "__main__":
    main()
