"""The C++ API as a package for services that are not built here."""

def _cc_package_impl(ctx):
    headers = depset(transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.attr.deps])
    ctx.actions.run(
        executable = "/usr/bin/python3",
        arguments = [
            ctx.file.tool.path,
            ctx.outputs.out.path,
            ctx.attr.version,
            ctx.file.library.path,
            ctx.file.header.path,
            ".",
            ctx.bin_dir.path,
        ],
        inputs = depset([ctx.file.tool, ctx.file.library, ctx.file.header], transitive = [headers]),
        outputs = [ctx.outputs.out],
        use_default_shell_env = True,
        mnemonic = "CcPackage",
    )
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

mr_cc_package = rule(
    implementation = _cc_package_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo], doc = "What header includes."),
        "header": attr.label(allow_single_file = [".h"], doc = "The public header."),
        "library": attr.label(allow_single_file = [".so"]),
        "out": attr.output(mandatory = True),
        "tool": attr.label(default = "//serving:packaging/make_cc_package.py", allow_single_file = True),
        "version": attr.string(mandatory = True),
    },
)
