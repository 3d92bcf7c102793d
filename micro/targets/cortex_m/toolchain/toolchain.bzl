"""A platform, a C++ toolchain and a condition for select() for each device of targets.bzl, where the compiler is installed."""

load("@arm_none_eabi//:found.bzl", "INCLUDES", "PREFIX")
load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path")
load("//micro/targets/cortex_m:targets.bzl", "FAST", "LINK_FLAGS", "SECTION_FLAGS", "TARGETS")

_COMPILE = [ACTION_NAMES.assemble, ACTION_NAMES.preprocess_assemble, ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile]

# So that the compiler names its own headers by the folders of INCLUDES, and no file by where it is built or when.
_REPRODUCIBLE = [
    "-no-canonical-prefixes",
    "-fno-canonical-system-headers",
    "-Wno-builtin-macro-redefined",
    "-D__DATE__=\"\"",
    "-D__TIME__=\"\"",
    "-D__TIMESTAMP__=\"\"",
]

def _always(name, actions, flags):
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])],
    )

def _config_impl(ctx):
    tools = {"ar": "ar", "cpp": "cpp", "gcc": "g++", "gcov": "gcov", "ld": "ld", "nm": "nm", "objcopy": "objcopy", "objdump": "objdump", "strip": "strip"}
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = "cortex_" + ctx.attr.cpu,
        host_system_name = "local",
        target_system_name = "arm-none-eabi",
        target_cpu = ctx.attr.cpu,
        target_libc = "newlib",
        compiler = "gcc",
        abi_version = "eabi",
        abi_libc_version = "newlib",
        tool_paths = [tool_path(name = name, path = PREFIX + program) for name, program in tools.items()],
        cxx_builtin_include_directories = INCLUDES,
        features = [
            # Before what the target says itself: -Os there wins.
            _always("default_compile_flags", _COMPILE, ctx.attr.flags + SECTION_FLAGS + [FAST] + _REPRODUCIBLE),
            _always("default_link_flags", [ACTION_NAMES.cpp_link_executable], ctx.attr.flags + LINK_FLAGS),
        ],
    )

_cortex_m_config = rule(
    implementation = _config_impl,
    attrs = {"cpu": attr.string(), "flags": attr.string_list()},
    provides = [CcToolchainConfigInfo],
)

def _toolchain(cpu):
    _cortex_m_config(
        name = cpu + "_config",
        cpu = cpu,
        flags = TARGETS[cpu]["flags"],
    )
    native.cc_toolchain(
        name = cpu + "_cc",
        all_files = ":no_files",
        compiler_files = ":no_files",
        dwp_files = ":no_files",
        linker_files = ":no_files",
        objcopy_files = ":no_files",
        strip_files = ":no_files",
        toolchain_config = ":" + cpu + "_config",
    )
    native.toolchain(
        name = cpu + "_toolchain",
        target_compatible_with = [":cortex_" + cpu],
        toolchain = ":" + cpu + "_cc",
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )

def mr_cortex_m_toolchains():
    """For each device, m4 say: the platform `m4`, its constraint `cortex_m4`, `is_m4` (or `is_device`) for select(), `m4_toolchain`. And `suite`, all of them
    by the names of devices as --cpu."""
    native.constraint_setting(name = "device")
    native.config_setting(
        name = "is_device",
        constraint_values = ["@platforms//os:none"],
    )
    native.filegroup(name = "no_files")
    for cpu in TARGETS:
        native.constraint_value(
            name = "cortex_" + cpu,
            constraint_setting = ":device",
        )
        native.platform(
            name = cpu,
            constraint_values = [":cortex_" + cpu, "@platforms//cpu:arm", "@platforms//os:none"],
        )
        native.config_setting(
            name = "is_" + cpu,
            constraint_values = [":cortex_" + cpu],
        )
        if PREFIX:
            _toolchain(cpu)
    if PREFIX:
        native.cc_toolchain_suite(
            name = "suite",
            tags = ["manual"],  # has nothing for the host
            toolchains = {cpu: ":" + cpu + "_cc" for cpu in TARGETS},
        )
