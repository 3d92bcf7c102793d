"""Headers that forward to a folder below the system's include path."""

def _forward_headers_impl(ctx):
    outs = []
    for header in ctx.attr.headers:
        out = ctx.actions.declare_file(ctx.attr.out_dir + "/" + header)
        ctx.actions.write(out, "#include <%s/%s>  // IWYU pragma: export\n" % (ctx.attr.to, header))
        outs.append(out)
    return [DefaultInfo(files = depset(outs))]

forward_headers = rule(
    implementation = _forward_headers_impl,
    attrs = {
        "headers": attr.string_list(mandatory = True),
        "out_dir": attr.string(mandatory = True),
        "to": attr.string(mandatory = True),
    },
    doc = "For each header H writes out_dir/H, which includes <to/H>.",
)
