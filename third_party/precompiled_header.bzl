"""Headers parsed once for a whole build.

A target that depends on `mr_precompiled_header(name = "x", hdr = "x.h")` and is compiled with `-include <package>/compiled/x.h` starts from
x.h.gch. The compiler uses that file only where its flags agree with the source's; -Winvalid-pch says where they do not.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")

def _impl(ctx):
    # In a folder of their own, or the compiler would find the source of the header first, which has no compiled one beside it.
    header = ctx.actions.declare_file("compiled/" + ctx.file.hdr.basename)
    compiled = ctx.actions.declare_file("compiled/" + ctx.file.hdr.basename + ".gch")
    ctx.actions.symlink(output = header, target_file = ctx.file.hdr)
    toolchain = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo]
    deps = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]).compilation_context
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain)
    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        source_file = ctx.file.hdr.path,
        output_file = compiled.path,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ctx.attr.copts + ["-x", "c++-header"],
        include_directories = deps.includes,
        quote_include_directories = depset([".", ctx.bin_dir.path], transitive = [deps.quote_includes]),
        system_include_directories = deps.system_includes,
        use_pic = True,
    )
    flags = {"feature_configuration": features, "action_name": CPP_COMPILE_ACTION_NAME, "variables": variables}
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(feature_configuration = features, action_name = CPP_COMPILE_ACTION_NAME),
        arguments = cc_common.get_memory_inefficient_command_line(**flags),
        env = cc_common.get_environment_variables(**flags),
        inputs = depset([ctx.file.hdr] + ctx.files.textual_hdrs, transitive = [toolchain.all_files, deps.headers]),
        outputs = [compiled],
        mnemonic = "CppPrecompile",
        progress_message = "Precompiling %s" % ctx.file.hdr.short_path,
    )
    headers = depset([header, compiled] + ctx.files.textual_hdrs, transitive = [deps.headers])
    return [CcInfo(compilation_context = cc_common.create_compilation_context(headers = headers))]

mr_precompiled_header = rule(
    implementation = _impl,
    attrs = {
        "copts": attr.string_list(),
        "hdr": attr.label(allow_single_file = [".h"], mandatory = True),
        "deps": attr.label_list(providers = [CcInfo], doc = "Whose headers hdr includes."),
        "textual_hdrs": attr.label_list(allow_files = [".h"], doc = "What hdr includes of this workspace besides."),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
)
