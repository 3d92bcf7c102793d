"""C++ targets with the house's flags. Optimisation and target machine are in .bazelrc, where --config can change them."""

COPTS = [
    "-std=c++17",
    # What libmillrace.so exports is said by its version script; within it, calls are direct.
    "-fno-semantic-interposition",
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
    # A precompiled header that does not fit the flags is an error, not a slow build.
    "-Winvalid-pch",
]

# Kernels' loops besides: they are vectorised more often, and no value changes by these.
KERNEL_COPTS = [
    "-fno-math-errno",
    "-fno-trapping-math",
]

# A test's own code runs for milliseconds and is compiled for seconds.
TEST_COPTS = COPTS + [
    "-O0",
    "-Wno-dangling-else",  # `if (c) EXPECT_EQ(...)` is fine.
    "-Wno-cpp",  # _FORTIFY_SOURCE asks for optimisation.
]

_PRECOMPILED = "//third_party/precompiled:common"
_PRECOMPILED_TEST = "//third_party/precompiled:common_test"

def include_precompiled(precompiled):
    """The flags with which a source begins with an mr_precompiled_header, given by its whole label."""
    package, _, name = precompiled[2:].partition(":")
    return ["-include", "%s/compiled/%s.h" % (package, name)]

# For every source: the common headers, precompiled with the same flags.
_CC_COPTS = COPTS + include_precompiled(_PRECOMPILED)
_CC_TEST_COPTS = TEST_COPTS + include_precompiled(_PRECOMPILED_TEST)

def mr_cc_library(name, copts = [], deps = [], test_code = False, precompiled = _PRECOMPILED, **kwargs):
    """A cc_library; an archive only, never a shared library of its own.

    Args:
      name: of the target.
      copts: compiler flags besides the house's.
      deps: targets.
      test_code: compile it as tests are.
      precompiled: the mr_precompiled_header it begins with, made with the same flags; None where copts has others, or flags that GCC
        keeps with each function (a header compiled without them brings its own back).
      **kwargs: as of cc_library.
    """
    if test_code and precompiled == _PRECOMPILED:
        precompiled = _PRECOMPILED_TEST
    native.cc_library(
        name = name,
        copts = (TEST_COPTS if test_code else COPTS) + (include_precompiled(precompiled) if precompiled else []) + copts,
        linkstatic = True,
        deps = deps + ([precompiled] if precompiled else []),
        **kwargs
    )

def mr_cc_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A GoogleTest test; its main function comes along."""
    native.cc_test(
        name = name,
        copts = _CC_TEST_COPTS + copts,
        deps = deps + [_PRECOMPILED_TEST, "@system//:gtest_main"],
        linkstatic = True,
        size = size,
        **kwargs
    )

def mr_cc_binary(name, copts = [], deps = [], **kwargs):
    """A program, or with linkshared = True a shared library."""
    native.cc_binary(
        name = name,
        copts = _CC_COPTS + copts,
        linkstatic = True,
        deps = deps + [_PRECOMPILED],
        **kwargs
    )

def _headers_only_impl(ctx):
    contexts = [dep[CcInfo].compilation_context for dep in ctx.attr.deps]
    merged = cc_common.merge_cc_infos(cc_infos = [CcInfo(compilation_context = c) for c in contexts])
    return [CcInfo(compilation_context = merged.compilation_context)]

mr_headers_only = rule(
    implementation = _headers_only_impl,
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
    doc = "What deps offer for compiling, without what they offer for linking: for programs that link libmillrace.so.",
)

def mr_program(name, srcs, deps = [], system_deps = [], copts = [], **kwargs):
    """A program over libmillrace.so. deps give their headers only; their code is in the library."""
    mr_headers_only(name = name + ".headers", deps = deps)
    mr_cc_binary(
        name = name,
        srcs = srcs + ["//:libmillrace.so"],
        copts = copts,
        deps = [":" + name + ".headers", "@system//:absl"] + system_deps,
        **kwargs
    )

def mr_program_test(name, srcs, deps = [], system_deps = [], copts = [], size = "small", **kwargs):
    """A GoogleTest test over libmillrace.so, as a user's program links it."""
    mr_headers_only(name = name + ".headers", deps = deps, testonly = True)
    native.cc_test(
        name = name,
        srcs = srcs + ["//:libmillrace.so"],
        copts = _CC_TEST_COPTS + copts,
        deps = [":" + name + ".headers", _PRECOMPILED_TEST, "@system//:absl", "@system//:gtest_main"] + system_deps,
        size = size,
        **kwargs
    )

def _whole_archives_impl(ctx):
    toolchain = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo]
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain)
    inputs = []
    for dep in ctx.attr.deps:
        for linker_input in dep[CcInfo].linking_context.linker_inputs.to_list():
            whole = []
            for library in linker_input.libraries:
                whole.append(cc_common.create_library_to_link(
                    actions = ctx.actions,
                    feature_configuration = features,
                    cc_toolchain = toolchain,
                    pic_static_library = library.pic_static_library or library.static_library,
                    alwayslink = True,
                ))
            inputs.append(cc_common.create_linker_input(
                owner = linker_input.owner,
                libraries = depset(whole),
                user_link_flags = depset(linker_input.user_link_flags),
            ))
    return [CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset(inputs)))]

mr_whole_archives = rule(
    implementation = _whole_archives_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    doc = "All code of deps and of what they need, used or not: for a shared library, which exports it.",
)
