"""Targets of the kernels from the list of ops.bzl: one library and one test a file, and the resolver of all."""

load("//micro:micro.bzl", "mr_micro_library", "mr_micro_test")
load("//third_party:kernel_family.bzl", "write_source")

_ALL_OPS_CC = """\
// Generated from ops.bzl.
#include "micro/kernels/all_ops.h"

{includes}

namespace millrace::micro {{
namespace {{

const OpRegistration* const kOps[] = {{
{ops}
}};

}}  // namespace

OpResolver AllOps() {{ return OpResolver(kOps, sizeof(kOps) / sizeof(kOps[0])); }}

}}  // namespace millrace::micro
"""

def mr_micro_kernels(files, deps, test_deps):
    """files: {file: [registration]}. deps: what any kernel may include. test_deps: {file, or "all": [label]}."""
    for file in files:
        mr_micro_library(
            name = file,
            srcs = [file + ".cc"],
            hdrs = [file + ".h"],
            deps = deps,
        )
        mr_micro_test(
            name = file + "_test",
            srcs = [file + "_test.cc"],
            deps = [":" + file] + test_deps.get(file, []) + test_deps["all"],
        )
    write_source(
        name = "all_ops_source",
        out = "all_ops.cc",
        content = _ALL_OPS_CC.format(
            includes = "\n".join(["#include \"micro/kernels/%s.h\"" % file for file in sorted(files)]),
            ops = "\n".join([
                "    &k%sOp," % name
                for file in sorted(files)
                for name in files[file]
            ]),
        ),
    )
    mr_micro_library(
        name = "all_ops",
        srcs = ["all_ops.cc"],
        hdrs = ["all_ops.h"],
        deps = [":" + file for file in files] + ["//micro/core:op"],
    )
