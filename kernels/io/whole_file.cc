// ReadFile, WriteFile: a file's contents as one string.
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/io/file_kernel.h"

namespace millrace {
namespace {

class ReadFileKernel final : public FileKernel {
 private:
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string path, ScalarString(c, 0, "filename"));
    MR_ASSIGN_OR_RETURN(std::string contents, DefaultEnv()->ReadFileToString(path));
    c.set_output(0, Tensor::Scalar<std::string>(std::move(contents)));
    return absl::OkStatus();
  }
};

class WriteFileKernel final : public FileKernel {
 private:
  absl::Status Work(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string path, ScalarString(c, 0, "filename"));
    MR_ASSIGN_OR_RETURN(const std::string contents, ScalarString(c, 1, "contents"));
    MR_RETURN_IF_ERROR(DefaultEnv()->CreateDirRecursively(Dirname(path)));
    return DefaultEnv()->WriteStringToFile(path, contents);
  }
};

absl::Status WriteFileShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  return c.WithRank(1, 0).status();
}

absl::Status ReadFileShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  return ScalarOutputs(c);
}

}  // namespace

absl::Status RegisterWholeFile(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ReadFile")
                               .Input("filename: string")
                               .Output("contents: string")
                               .MayWait()
                               .NotDifferentiable()
                               .Doc("All of a file. NOT_FOUND if there is none.")
                               .Shape(ReadFileShape)
                               .Cpu<ReadFileKernel>()));
  return r.Add(Op("WriteFile")
                   .Input("filename: string")
                   .Input("contents: string")
                   .Stateful()
                   .MayWait()
                   .NotDifferentiable()
                   .Doc("Makes a file of these contents, and the folders it lies in.")
                   .Shape(WriteFileShape)
                   .Cpu<WriteFileKernel>());
}

}  // namespace millrace
