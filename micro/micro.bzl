"""C++ rules of micro/: code for machines without a heap, exceptions or an operating system, built and tested on the host too."""

load("//micro:flags.bzl", "MICRO_FLAGS")
load("//micro/targets/cortex_m:targets.bzl", "SMALL")
load("//third_party:cc.bzl", "COPTS", "TEST_COPTS", "include_precompiled")

MICRO_COPTS = COPTS + [flag for flag in MICRO_FLAGS if flag not in COPTS]

_PRECOMPILED_TEST = "//third_party/precompiled:gmock_test"

_SMALL_ON_DEVICE = select({
    "//micro/targets/cortex_m/toolchain:is_device": [SMALL],
    "//conditions:default": [],
})

# For plain loops over elements: a host's compiler makes them wide ones. No value changes by these.
WIDE_ON_HOST = select({
    "//micro/targets/cortex_m/toolchain:is_device": [],
    "//conditions:default": [
        "-ftree-vectorize",
        "-fvect-cost-model=dynamic",  # -O3 makes half as much code again, and no more speed in all
        "-fno-math-errno",
        "-fno-trapping-math",
    ],
})

def mr_micro_library(name, copts = [], small = False, **kwargs):
    """A cc_library that could run on a device; small: there it is compiled for size, not speed."""
    native.cc_library(
        name = name,
        copts = MICRO_COPTS + copts + (_SMALL_ON_DEVICE if small else []),
        linkstatic = True,
        **kwargs
    )

def mr_micro_tool_library(name, **kwargs):
    """A cc_library of ordinary C++ that tools of the build are made of: nothing is precompiled for them."""
    native.cc_library(
        name = name,
        copts = COPTS,
        linkstatic = True,
        **kwargs
    )

def mr_micro_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test of such code; the test itself is ordinary C++."""
    native.cc_test(
        name = name,
        copts = TEST_COPTS + ["-fwrapv"] + include_precompiled(_PRECOMPILED_TEST) + copts,
        deps = deps + [_PRECOMPILED_TEST, "@system//:gtest_main"],
        linkstatic = True,
        size = size,
        **kwargs
    )
