"""Looks for the compiler of bare-metal Arm and for QEMU.

@arm_none_eabi//:found.bzl has PREFIX ("/usr/bin/arm-none-eabi-", "" where there is no compiler), INCLUDES (folders the compiler has of its
own) and REQUIRES_COMPILER, REQUIRES_EMULATOR: what target_compatible_with of a target says that wants one. Where it is missing the target is
skipped. The search is repeated when Bazel's server starts, or by `bazel sync --configure`.
"""

_PACKAGES = "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib qemu-system-arm"

_BUILD = """\
package(default_visibility = ["//visibility:public"])

constraint_setting(name = "missing")

# No platform has these.
constraint_value(name = "arm-none-eabi-g++_is_not_installed", constraint_setting = ":missing")

constraint_value(name = "qemu-system-arm_is_not_installed", constraint_setting = ":missing")
"""

def _includes(ctx, compiler):
    result = ctx.execute([compiler, "-xc++", "-E", "-v", "/dev/null"])
    text = result.stderr
    begin, end = "#include <...> search starts here:", "End of search list."
    if result.return_code != 0 or begin not in text or end not in text:
        fail("%s does not tell its include folders:\n%s" % (compiler, text))
    listed = text.split(begin)[1].split(end)[0].strip().split("\n")
    return [str(ctx.path(line.strip())) for line in listed]

def _impl(ctx):
    requires, missing = {}, []
    for program in ["arm-none-eabi-g++", "qemu-system-arm"]:
        found = ctx.which(program) != None
        requires[program] = [] if found else ["@arm_none_eabi//:%s_is_not_installed" % program]
        if not found:
            missing.append(program)
    if missing:
        # buildifier: disable=print
        print("images for Cortex-M are skipped: %s not installed (apt-get install %s; then bazel sync --configure)" % (
            " and ".join(missing),
            _PACKAGES,
        ))
    compiler = ctx.which("arm-none-eabi-g++")
    ctx.file("BUILD", _BUILD)
    ctx.file("found.bzl", "\n".join([
        "PREFIX = %r" % (str(compiler)[:-len("g++")] if compiler else ""),
        "INCLUDES = %r" % (_includes(ctx, compiler) if compiler else []),
        "REQUIRES_COMPILER = %r" % requires["arm-none-eabi-g++"],
        "REQUIRES_EMULATOR = %r" % requires["qemu-system-arm"],
    ]) + "\n")

arm_none_eabi = repository_rule(
    implementation = _impl,
    configure = True,
    environ = ["PATH"],
    local = True,
)
