"""C++ code from .proto files with the system's protoc; imports are paths from the root of the workspace."""

_ProtoSources = provider("The .proto files of a target and of what it imports.", fields = ["sources"])

def _proto_gen_impl(ctx):
    sources = depset(
        ctx.files.srcs,
        transitive = [dep[_ProtoSources].sources for dep in ctx.attr.deps],
    )
    suffixes = [".pb.h", ".pb.cc"] + ([".grpc.pb.h", ".grpc.pb.cc"] if ctx.attr.grpc else [])
    headers = []
    code = []
    for src in ctx.files.srcs:
        for suffix in suffixes:
            out = ctx.actions.declare_file(src.basename[:-len(".proto")] + suffix)
            (headers if suffix.endswith(".h") else code).append(out)
    out_dir = ctx.bin_dir.path
    command = "exec protoc -I. --cpp_out=" + out_dir
    if ctx.attr.grpc:
        command += " --grpc_out=%s --plugin=protoc-gen-grpc=$(command -v grpc_cpp_plugin)" % out_dir
    ctx.actions.run_shell(
        inputs = sources,
        outputs = headers + code,
        command = command + " " + " ".join([src.path for src in ctx.files.srcs]),
        mnemonic = "Protoc",
        progress_message = "Generating %s" % ctx.label,
        use_default_shell_env = True,
    )
    return [
        DefaultInfo(files = depset(headers + code)),
        OutputGroupInfo(headers = depset(headers), code = depset(code)),
        _ProtoSources(sources = sources),
    ]

_proto_gen = rule(
    implementation = _proto_gen_impl,
    attrs = {
        "deps": attr.label_list(providers = [_ProtoSources]),
        "grpc": attr.bool(),
        "srcs": attr.label_list(allow_files = [".proto"], mandatory = True),
    },
)

def _absolute(label):
    if label.startswith(":"):
        return "//" + native.package_name() + label
    return label if ":" in label else label + ":" + label.split("/")[-1]

def _library(name, srcs, deps, system_deps, grpc, visibility, **kwargs):
    deps = [_absolute(dep) for dep in deps]
    _proto_gen(
        name = name + ".gen",
        srcs = srcs,
        deps = [dep + ".gen" for dep in deps],
        grpc = grpc,
        visibility = visibility,
    )
    native.filegroup(name = name + ".headers", srcs = [":" + name + ".gen"], output_group = "headers")
    native.filegroup(name = name + ".code", srcs = [":" + name + ".gen"], output_group = "code")
    native.cc_library(
        name = name,
        srcs = [":" + name + ".code"],
        hdrs = [":" + name + ".headers"],
        copts = ["-std=c++17", "-w"],
        linkstatic = True,
        deps = deps + system_deps,
        visibility = visibility,
        **kwargs
    )

def mr_proto_library(name, srcs, deps = [], visibility = None, **kwargs):
    """Messages in C++: `#include "protos/x.pb.h"`. deps are other mr_proto_library targets, for what srcs import."""
    _library(name, srcs, deps, ["@system//:protobuf"], False, visibility, **kwargs)

def mr_grpc_library(name, srcs, deps = [], visibility = None, **kwargs):
    """Messages and services: also `#include "protos/x.grpc.pb.h"`."""
    _library(name, srcs, deps, ["@system//:grpc"], True, visibility, **kwargs)
