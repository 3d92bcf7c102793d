"""Runs the conformance cases (cases.tar.xz: graphs with the values TensorFlow gives) by run_graph.

  python3 tests/conformance/run_cases.py                   all whose ops are registered
  python3 tests/conformance/run_cases.py ops/abs control   those whose names begin so
  python3 tests/conformance/run_cases.py --cases DIR       other cases of the same form
  python3 tests/conformance/run_cases.py --scatter 7       each stateless node on one of three
                                                           devices, drawn at random from that seed

Prints each failing case with what differs, then how many passed, failed and were left out because
an op of theirs is not registered. Exit status 1 if any failed.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN_GRAPH = ROOT / "bazel-bin" / "tools" / "run_graph"
TIMEOUT = 60


def registered_ops():
    listing = subprocess.run([RUN_GRAPH, "--list_ops"], capture_output=True, text=True, check=True)
    return {line.split("\t")[0] for line in listing.stdout.splitlines()}


def run_case(folder, scatter):
    """("passed" | "failed", what was printed)."""
    try:
        done = subprocess.run(
            [RUN_GRAPH, "--case", folder, *(["--scatter", str(scatter)] if scatter else [])],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "failed", f"did not end within {TIMEOUT} s"
    if done.returncode == 0:
        return "passed", ""
    ended = f"\nended by signal {-done.returncode}" if done.returncode < 0 else ""
    return "failed", done.stdout.strip() + ended


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prefixes", nargs="*", help="only cases GROUP/NAME that begin so")
    parser.add_argument("--cases", type=pathlib.Path, help="a folder of cases instead of ours")
    parser.add_argument("--summary", type=pathlib.Path, help='write "PASSED FAILED" here')
    parser.add_argument("--missing", action="store_true", help="list ops that are not registered")
    parser.add_argument("--scatter", type=int, default=0, metavar="SEED", help="0: one device")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def select(top, options, ops):
    """(cases to run, cases left out by group, how many cases each missing op leaves out)."""
    chosen, left_out, missing = [], collections.Counter(), collections.Counter()
    for path in sorted(top.glob("*/*/case.json")):
        name = f"{path.parts[-3]}/{path.parts[-2]}"
        if options.prefixes and not name.startswith(tuple(options.prefixes)):
            continue
        case = json.loads(path.read_text())
        unknown = set(case.get("ops") or ()) - ops
        # A case about an op that nobody knows wants just that.
        wants_unknown = all(step.get("error") == "NOT_FOUND" for step in case["steps"])
        if unknown and not wants_unknown:
            left_out[path.parts[-3]] += 1
            missing.update(unknown)
        else:
            chosen.append((name, path.parent))
    return chosen, left_out, missing


def run_all(top, options):
    chosen, left_out, missing = select(top, options, registered_ops())
    counts = collections.defaultdict(collections.Counter)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda case: run_case(case[1], options.scatter), chosen)
        for n, ((name, _), (verdict, text)) in enumerate(zip(chosen, results), 1):
            counts[name.partition("/")[0]][verdict] += 1
            if sys.stderr.isatty():
                sys.stderr.write(f"\r\x1b[K{n}/{len(chosen)} {name}\r")
            if verdict == "failed":
                print(f"{name}: {text}")
    for group in sorted(set(counts) | set(left_out)):
        count = counts[group]
        print(
            f"{group:10} {count['passed']:4} passed, {count['failed']:4} failed, "
            f"{left_out[group]:4} not registered"
        )
    if options.missing:
        print(" ".join(f"{op}:{n}" for op, n in missing.most_common()))
    return (
        sum(c["passed"] for c in counts.values()),
        sum(c["failed"] for c in counts.values()),
        sum(left_out.values()),
    )


def main():
    options = parse_arguments()
    work = pathlib.Path(tempfile.mkdtemp(prefix="conformance"))
    try:
        if options.cases:  # on a copy: cases write files
            shutil.copytree(options.cases, work / "cases", copy_function=shutil.copyfile)
        else:
            with tarfile.open(pathlib.Path(__file__).with_name("cases.tar.xz")) as archive:
                archive.extractall(work)
        passed, failed, left_out = run_all(work / "cases", options)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"conformance: {passed} cases passed, {failed} failed, {left_out} not registered")
    if options.summary:
        options.summary.write_text(f"{passed} {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
