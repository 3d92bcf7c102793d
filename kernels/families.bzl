"""The list of the kernel families; whoever adds a folder adds a line."""

load("//third_party:kernel_family.bzl", "camel_case", "write_source")
load("//third_party:millrace.bzl", "mr_cc_library")

FAMILIES = [
    "accumulator",
    "array",
    "audio",
    "codec",
    "control_flow",
    "data",
    "debug",
    "fft",
    "image",
    "io",
    "linalg",
    "math",
    "nn",
    "parsing",
    "quantize",
    "queue",
    "ragged",
    "random",
    "reader",
    "rnn",
    "sampling",
    "sparse",
    "state",
    "strings",
    "table",
    "tensor_array",
    # Last: it adds kernels to ops of other families.
    "list",
]

_ALL_CC = """\
// Generated from kernels/families.bzl.
#include "kernels/all.h"

{includes}

namespace millrace {{

absl::Status RegisterAllKernels(Registry& r) {{
{calls}
  return absl::OkStatus();
}}

}}  // namespace millrace
"""

def mr_all_kernels(name, srcs, hdrs, deps):
    """//kernels:all: RegisterAllKernels calls each family's Register function."""
    write_source(
        name = name + "_source",
        out = "register_all.cc",
        content = _ALL_CC.format(
            includes = "\n".join(['#include "kernels/%s/register_%s.h"' % (f, f) for f in FAMILIES]),
            calls = "\n".join([
                "  if (absl::Status s = Register%sKernels(r); !s.ok()) return s;" % camel_case(f)
                for f in FAMILIES
            ]),
        ),
    )
    mr_cc_library(
        name = name,
        srcs = srcs + ["register_all.cc"],
        hdrs = hdrs,
        deps = deps + ["//kernels/" + f for f in FAMILIES],
        visibility = ["//visibility:public"],
    )
