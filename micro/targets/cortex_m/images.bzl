"""Images for Cortex-M from any build: the transition to a device's platform and toolchain is in the rule."""

load("@arm_none_eabi//:found.bzl", "REQUIRES_COMPILER", "REQUIRES_EMULATOR")
load("//micro:micro.bzl", "mr_micro_library")
load("//micro/kernels:kernels.bzl", "write_resolver")
load("//micro/kernels:ops.bzl", "MICRO_OPS")
load(":targets.bzl", "TARGETS")

_TOOLCHAIN = "//micro/targets/cortex_m/toolchain:"

def _to_device_impl(settings, attr):
    # What .bazelrc and the command line say for the host goes.
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": [],
        "//command_line_option:cpu": attr.device,
        "//command_line_option:crosstool_top": _TOOLCHAIN + "suite",
        "//command_line_option:cxxopt": [],
        "//command_line_option:force_pic": False,
        "//command_line_option:linkopt": [],
        "//command_line_option:platforms": [_TOOLCHAIN + attr.device],
    }

_to_device = transition(
    implementation = _to_device_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:cpu",
        "//command_line_option:crosstool_top",
        "//command_line_option:cxxopt",
        "//command_line_option:force_pic",
        "//command_line_option:linkopt",
        "//command_line_option:platforms",
    ],
)

def _image_impl(ctx):
    image = ctx.actions.declare_file(ctx.label.name + ".elf")
    program = ctx.files.program[0]
    ctx.actions.run_shell(
        command = "cp %s %s" % (program.path, image.path),
        inputs = [program],
        outputs = [image],
        mnemonic = "Image",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

_image = rule(
    implementation = _image_impl,
    attrs = {
        "device": attr.string(values = TARGETS.keys()),
        "program": attr.label(cfg = _to_device),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    doc = "The program, built for the device.",
)

def by_device(values):
    """A select() of lists: values[device]; nothing for the host, where what says so is not built."""
    choices = {_TOOLCHAIN + "is_" + device: values[device] for device in TARGETS}
    choices["//conditions:default"] = []
    return select(choices)

def _files_of(ops):
    files = {file: [op for op in MICRO_OPS[file] if op in ops] for file in MICRO_OPS}
    files = {file: names for file, names in files.items() if names}
    for op in ops:
        if not [True for names in files.values() if op in names]:
            fail("micro/kernels/ops.bzl has no op %s" % op)
    return files

def mr_cortex_m_image(name, model, ops, devices = TARGETS.keys(), compressed = False, testonly = False):
    """For each device, m4 say: NAME_m4, the file NAME_m4.elf, and NAME_m4_test, which runs it in QEMU and compares it with the host.

    They are skipped where the compiler or the emulator is not installed.

    Args:
      name: of all.
      model: a .tflite file.
      ops: the names of the registrations that it needs; no other is linked.
      devices: of targets.bzl.
      compressed: whether the model's weights are compressed (metadata COMPRESSION_METADATA).
      testonly: as everywhere.
    """
    files = _files_of(ops)
    write_resolver(
        name = name + "_resolver",
        out = name + "_resolver.cc",
        function = "ModelOps",
        files = files,
        compressed = compressed,
    )
    native.genrule(
        name = name + "_assembly",
        testonly = testonly,
        srcs = [model, "model_assembly.py"],
        outs = [name + "_model.S"],
        cmd = "/usr/bin/python3 $(location model_assembly.py) $(location %s) $@" % model,
    )
    native.cc_library(
        name = name + "_model",
        testonly = testonly,
        srcs = [name + "_model.S"],
        target_compatible_with = ["@platforms//os:none"],
    )
    mr_micro_library(
        name = name + "_ops",
        srcs = [name + "_resolver.cc"],
        small = True,
        deps = [
            "//micro/core:look_up_weights",
            "//micro/core:op",
        ] + ["//micro/kernels:" + file for file in files],
        target_compatible_with = ["@platforms//os:none"],
    )
    native.cc_binary(
        name = name + "_program",
        testonly = testonly,
        additional_linker_inputs = [
            "sections.ld",
        ] + by_device({device: [TARGETS[device]["script"]] for device in TARGETS}),
        linkopts = [
            "-L" + native.package_name(),
        ] + by_device({device: ["-T" + TARGETS[device]["script"]] for device in TARGETS}),
        tags = ["manual"],
        target_compatible_with = ["@platforms//os:none"],
        deps = [
            ":run_model",
            ":%s_model" % name,
            ":%s_ops" % name,
        ],
    )
    for device in devices:
        image = "%s_%s" % (name, device)
        _image(
            name = image,
            testonly = testonly,
            device = device,
            # Without a toolchain the program cannot even be looked at.
            program = None if REQUIRES_COMPILER else ":%s_program" % name,
            target_compatible_with = REQUIRES_COMPILER,
            visibility = ["//visibility:public"],
        )
        _image_test(image, device, model)

def _image_test(image, device, model):
    native.sh_test(
        name = image + "_test",
        size = "small",
        srcs = ["image_test.py"],
        args = [
            device,
            "$(location :%s)" % image,
            "$(location //micro/tests:write_results)",
            "$(location %s)" % model,
        ],
        data = [
            model,
            ":" + image,
            "//micro:device_sources",
            "//micro/tests:write_results",
        ],
        target_compatible_with = REQUIRES_COMPILER + REQUIRES_EMULATOR,
    )
