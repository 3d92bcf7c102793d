"""Targets of the kernels from the list of ops.bzl: one library and one test a file, the loops of each machine, and resolvers."""

load("//micro:micro.bzl", "WIDE_ON_HOST", "mr_micro_library", "mr_micro_test")
load("//micro/targets/cortex_m:targets.bzl", "TARGETS")
load("//third_party:kernel_family.bzl", "write_source")

_RESOLVER_CC = """\
// Generated from ops.bzl.
#include "micro/core/look_up_weights.h"
#include "micro/core/resolver.h"
{includes}

namespace millrace::micro {{
namespace {{

const OpRegistration* const kOps[] = {{
{ops}
}};

}}  // namespace

OpResolver {function}() {{
  return OpResolver(kOps, sizeof(kOps) / sizeof(kOps[0]), {decompression});
}}

}}  // namespace millrace::micro
"""

def _loops_of(folder):
    """From a folder, then from the one above it (what several machines share), then the reference's."""
    files = []
    above = ["arm"] if folder.startswith("arm/") else []
    for from_folder in ([folder] if folder else []) + above + ["reference"]:
        names = [file.split("/")[-1] for file in files]
        files += [file for file in native.glob([from_folder + "/*.cc"], exclude = ["**/*_test.cc"]) if file.split("/")[-1] not in names]
    return files

def _headers_of(folder):
    return native.glob(["reference/*.h"] + {
        "": [],
        "x86": ["x86/*.h"],
    }.get(folder, ["arm/*.h", folder + "/*.h"]))

def mr_micro_loops(name, deps):
    """The inner loops for a machine: its own folder's, and the reference's where there is none of that name."""
    folders = {"//micro/targets/cortex_m/toolchain:is_" + device: TARGETS[device]["loops"] for device in TARGETS}
    folders["//conditions:default"] = "x86"
    mr_micro_library(
        name = name,
        srcs = select({condition: _loops_of(folder) for condition, folder in folders.items()}),
        hdrs = select({condition: _headers_of(folder) for condition, folder in folders.items()}),
        deps = deps,
    )

def write_resolver(name, out, function, files, compressed):
    """A source that defines `OpResolver millrace::micro::FUNCTION()`. files: {file of micro/kernels: [registration]}. compressed: for models with compressed weights too."""
    write_source(
        name = name,
        out = out,
        content = _RESOLVER_CC.format(
            decompression = "&kLookUpWeights" if compressed else "nullptr",
            function = function,
            includes = "\n".join(["#include \"micro/kernels/%s.h\"" % file for file in sorted(files)]),
            ops = "\n".join(["    &k%sOp," % op for file in sorted(files) for op in files[file]]),
        ),
    )

def mr_micro_kernels(files, over_loops, deps, test_deps):
    """files: {file: [registration]}. over_loops: those whose loops are elsewhere. deps: what any may include. test_deps: {file, or "all": [label]}."""
    for file in files:
        mr_micro_library(
            name = file,
            srcs = [file + ".cc"],
            hdrs = [file + ".h"],
            copts = WIDE_ON_HOST,
            small = file in over_loops,
            deps = deps,
        )
        mr_micro_test(
            name = file + "_test",
            srcs = [file + "_test.cc"],
            deps = [":" + file] + test_deps.get(file, []) + test_deps["all"],
        )
    write_resolver(
        name = "all_ops_source",
        out = "all_ops.cc",
        function = "AllOps",
        files = files,
        compressed = True,
    )
    mr_micro_library(
        name = "all_ops",
        srcs = ["all_ops.cc"],
        hdrs = ["all_ops.h"],
        deps = [":" + file for file in files] + [
            "//micro/core:look_up_weights",
            "//micro/core:op",
        ],
    )
