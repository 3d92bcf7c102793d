// ShardedFilename, ShardedFilespec: "NAME-00001-of-00003", and the pattern of all shards.
#include "absl/strings/str_format.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/io/file_kernel.h"

namespace millrace {
namespace {

absl::StatusOr<int32_t> ScalarInt(const KernelContext& c, int i, absl::string_view name) {
  if (c.input(i).rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must be a scalar, got shape ", c.input(i).shape().ToString()));
  }
  return c.input(i).scalar<int32_t>();
}

class ShardedFilenameKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string name, ScalarString(c, 0, "basename"));
    MR_ASSIGN_OR_RETURN(const int32_t shard, ScalarInt(c, 1, "shard"));
    MR_ASSIGN_OR_RETURN(const int32_t shards, ScalarInt(c, 2, "num_shards"));
    c.set_output(
        0, Tensor::Scalar<std::string>(absl::StrFormat("%s-%05d-of-%05d", name, shard, shards)));
    return absl::OkStatus();
  }
};

class ShardedFilespecKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string name, ScalarString(c, 0, "basename"));
    MR_ASSIGN_OR_RETURN(const int32_t shards, ScalarInt(c, 1, "num_shards"));
    c.set_output(
        0, Tensor::Scalar<std::string>(absl::StrFormat("%s-\?\?\?\?\?-of-%05d", name, shards)));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterShardedFilename(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ShardedFilename")
                               .Input("basename: string")
                               .Input("shard: int32")
                               .Input("num_shards: int32")
                               .Output("filename: string")
                               .NotDifferentiable()
                               .Doc("The name of one file of a sharded set: "
                                    "BASENAME-00001-of-00003.")
                               .Shape(ScalarOutputs)
                               .Cpu<ShardedFilenameKernel>()));
  return r.Add(Op("ShardedFilespec")
                   .Input("basename: string")
                   .Input("num_shards: int32")
                   .Output("filename: string")
                   .NotDifferentiable()
                   .Doc("The pattern of all files of a sharded set: BASENAME-\?\?\?\?\?-of-00003.")
                   .Shape(ScalarOutputs)
                   .Cpu<ShardedFilespecKernel>());
}

}  // namespace millrace
