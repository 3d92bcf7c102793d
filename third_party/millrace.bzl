"""The rules every BUILD file here uses: C++ with the house's flags, protos, and families of kernels."""

load("//third_party:kernel_family.bzl", _mr_kernel_family = "mr_kernel_family")
load(
    "//third_party:cc.bzl",
    _mr_cc_binary = "mr_cc_binary",
    _mr_cc_library = "mr_cc_library",
    _mr_cc_test = "mr_cc_test",
    _mr_headers_only = "mr_headers_only",
    _mr_program = "mr_program",
    _mr_program_test = "mr_program_test",
    _mr_whole_archives = "mr_whole_archives",
)
load("//third_party:cc_package.bzl", _mr_cc_package = "mr_cc_package")
load("//third_party:wheel.bzl", _mr_wheel = "mr_wheel")
load("//third_party:proto.bzl", _mr_grpc_library = "mr_grpc_library", _mr_proto_library = "mr_proto_library")

mr_cc_binary = _mr_cc_binary
mr_cc_library = _mr_cc_library
mr_cc_package = _mr_cc_package
mr_cc_test = _mr_cc_test
mr_grpc_library = _mr_grpc_library
mr_headers_only = _mr_headers_only
mr_kernel_family = _mr_kernel_family
mr_program = _mr_program
mr_program_test = _mr_program_test
mr_proto_library = _mr_proto_library
mr_wheel = _mr_wheel
mr_whole_archives = _mr_whole_archives
