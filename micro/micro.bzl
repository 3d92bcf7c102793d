"""C++ rules of micro/: code for machines without a heap, exceptions or an operating system, built and tested on the host too."""

load("//third_party:cc.bzl", "COPTS", "TEST_COPTS")

MICRO_COPTS = COPTS + [
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    # Hostile models make sums overflow: they wrap then.
    "-fwrapv",
    # The same floats on each machine, fused multiplication or not.
    "-ffp-contract=off",
]

def mr_micro_library(name, copts = [], **kwargs):
    """A cc_library that could run on a device."""
    native.cc_library(
        name = name,
        copts = MICRO_COPTS + copts,
        linkstatic = True,
        **kwargs
    )

def mr_micro_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test of such code; the test itself is ordinary C++."""
    native.cc_test(
        name = name,
        copts = TEST_COPTS + ["-fwrapv"] + copts,
        deps = deps + ["@system//:gtest_main"],
        linkstatic = True,
        size = size,
        **kwargs
    )
