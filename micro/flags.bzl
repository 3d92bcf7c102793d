"""What code of micro/ is compiled with on every machine. Bazel reads it, and Python (micro/targets/model_ops.py)."""

MICRO_FLAGS = [
    "-std=c++17",
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    # Hostile models make sums overflow: they wrap then.
    "-fwrapv",
    # The same floats on each machine, fused multiplication or not.
    "-ffp-contract=off",
]
