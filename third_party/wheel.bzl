"""The Python package as a wheel."""

def _wheel_impl(ctx):
    pairs = []
    for f in ctx.files.srcs:
        pairs.append("%s=%s" % (f.path, f.short_path[len(ctx.label.package) + 1:]))
    for f in ctx.files.libs:
        pairs.append("%s=%s/%s" % (f.path, ctx.attr.package, f.basename))
    for f in ctx.files.sources:
        pairs.append("%s=%s/%s" % (f.path, ctx.attr.sources_at, f.short_path))
    arguments = ctx.actions.args()
    arguments.add(ctx.file.tool)
    arguments.add(ctx.outputs.out)
    arguments.add(ctx.attr.version)
    arguments.add_all(pairs)
    ctx.actions.run(
        executable = "/usr/bin/python3",
        arguments = [arguments],
        inputs = ctx.files.srcs + ctx.files.libs + ctx.files.sources + [ctx.file.tool],
        outputs = [ctx.outputs.out],
        mnemonic = "Wheel",
    )
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

mr_wheel = rule(
    implementation = _wheel_impl,
    attrs = {
        "libs": attr.label_list(allow_files = True, doc = "Shared libraries, put at the top of the package."),
        "out": attr.output(mandatory = True),
        "package": attr.string(default = "millrace"),
        "sources": attr.label_list(allow_files = True, doc = "Files of any folder, by their paths in the repository under sources_at."),
        "sources_at": attr.string(),
        "srcs": attr.label_list(allow_files = True, doc = "Files of this folder, at their own paths."),
        "tool": attr.label(default = "//python:packaging/make_wheel.py", allow_single_file = True),
        "version": attr.string(mandatory = True),
    },
)
