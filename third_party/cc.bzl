"""C++ targets with the house's flags. Optimisation and target machine are in .bazelrc, where --config can change them."""

COPTS = [
    "-std=c++17",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
    "-Wno-sign-compare",
    "-Werror",
    # GCC 12 takes the inline part of small vectors and tensors for uninitialised or overrun; the sanitizer builds know better.
    "-Wno-maybe-uninitialized",
    "-Wno-array-bounds",
    "-Wno-stringop-overflow",
    "-Wno-stringop-overread",
]

def mr_cc_library(name, copts = [], **kwargs):
    """A cc_library; an archive only, never a shared library of its own."""
    native.cc_library(
        name = name,
        copts = COPTS + copts,
        linkstatic = True,
        **kwargs
    )

def mr_cc_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test; its main function comes along."""
    native.cc_test(
        name = name,
        copts = COPTS + ["-Wno-dangling-else"] + copts,  # `if (c) EXPECT_EQ(...)` is fine.
        deps = deps + ["@system//:gtest_main"],
        linkstatic = True,
        size = size,
        **kwargs
    )

def mr_cc_binary(name, copts = [], **kwargs):
    """A program, or with linkshared = True a shared library."""
    native.cc_binary(
        name = name,
        copts = COPTS + copts,
        linkstatic = True,
        **kwargs
    )
