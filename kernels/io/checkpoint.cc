// SaveV2 and RestoreV2: tensor bundles, TensorFlow's checkpoints.
#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/io/bundle_reader.h"
#include "core/io/bundle_writer.h"
#include "kernels/io/file_kernel.h"

namespace millrace {
namespace {

// Checks inputs 0 to 2: the prefix is one string, names and slices are as many as the tensors.
absl::Status CheckNames(const KernelContext& c, int tensors) {
  if (c.input(0).num_elements() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("Input prefix should have a single element, got ", c.input(0).num_elements()));
  }
  for (int i : {1, 2}) {
    if (c.input(i).rank() != 1 || c.input(i).num_elements() != tensors) {
      return absl::InvalidArgumentError(absl::StrCat("Input ", i, " should be a vector of ",
                                                     tensors, " elements, one a tensor, got shape ",
                                                     c.input(i).shape().ToString()));
    }
  }
  return absl::OkStatus();
}

class SaveKernel final : public FileKernel {
 private:
  absl::Status Work(KernelContext& c) override {
    const int tensors = c.num_inputs() - 3;
    MR_RETURN_IF_ERROR(CheckNames(c, tensors));
    MR_ASSIGN_OR_RETURN(auto writer,
                        BundleWriter::Create(DefaultEnv(), c.input(0).data<std::string>()[0]));
    for (int i = 0; i < tensors; ++i) {
      const std::string& name = c.input(1).data<std::string>()[i];
      const Tensor& tensor = c.input(3 + i);
      MR_ASSIGN_OR_RETURN(const ShapeAndSlice part,
                          ShapeAndSlice::Parse(c.input(2).data<std::string>()[i]));
      MR_RETURN_IF_ERROR(part.whole ? writer->Add(name, tensor)
                                    : writer->AddSlice(name, part.full_shape, part.slice, tensor));
    }
    return writer->Finish();
  }
};

class RestoreKernel final : public FileKernel {
 private:
  absl::Status Work(KernelContext& c) override {
    MR_RETURN_IF_ERROR(CheckNames(c, c.num_outputs()));
    const std::string& prefix = c.input(0).data<std::string>()[0];
    auto reader = BundleReader::Open(DefaultEnv(), prefix);
    if (!reader.ok()) {
      return Annotate(reader.status(), absl::StrCat("Restoring from checkpoint ", prefix));
    }
    for (int i = 0; i < c.num_outputs(); ++i) {
      const std::string& name = c.input(1).data<std::string>()[i];
      MR_ASSIGN_OR_RETURN(const BundleReader::Info info, (*reader)->Find(name));
      if (info.dtype != c.output_type(i)) {
        return absl::InvalidArgumentError(
            absl::StrCat("tensor_name = ", name, "; expected dtype ", DTypeName(c.output_type(i)),
                         " does not equal the saved one, ", DTypeName(info.dtype)));
      }
      MR_ASSIGN_OR_RETURN(Tensor tensor, Read(**reader, info, c.input(2).data<std::string>()[i]));
      c.set_output(i, std::move(tensor));
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Tensor> Read(const BundleReader& reader, const BundleReader::Info& info,
                                     const std::string& shape_and_slice) {
    MR_ASSIGN_OR_RETURN(const ShapeAndSlice part, ShapeAndSlice::Parse(shape_and_slice));
    if (part.whole) return reader.Read(info.name);
    if (part.full_shape != info.shape) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor_name = ", info.name, "; shape in shape_and_slice spec ",
                       part.full_shape.ToString(),
                       " does not match the shape in the checkpoint: ", info.shape.ToString()));
    }
    return reader.ReadSlice(info.name, part.slice);
  }
};

absl::Status SaveShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  return c.WithRank(2, 1).status();
}

absl::Status RestoreShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SaveShape(c));
  return UnknownOutputs(c);
}

}  // namespace

absl::Status RegisterCheckpoint(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SaveV2")
          .Input("prefix: string")
          .Input("tensor_names: string")
          .Input("shape_and_slices: string")
          .Input("tensors: dtypes")
          .Attr("dtypes: list(type) >= 1")
          .Stateful()
          .MayWait()
          .NotDifferentiable()
          .Doc("Saves tensors in the bundle PREFIX.index, PREFIX.data-00000-of-00001. Nothing "
               "is there under these names before all data is on the disk. shape_and_slices: "
               "\"\" a tensor, or the full shape and the slice of a partitioned variable.")
          .Shape(SaveShape)
          .Cpu<SaveKernel>()));
  return r.Add(
      Op("RestoreV2")
          .Input("prefix: string")
          .Input("tensor_names: string")
          .Input("shape_and_slices: string")
          .Output("tensors: dtypes")
          .Attr("dtypes: list(type) >= 1")
          .Stateful()
          .MayWait()
          .NotDifferentiable()
          .Doc("Reads tensors from the bundle PREFIX. NOT_FOUND for a missing file or name, "
               "INVALID_ARGUMENT for another dtype than the saved one, DATA_LOSS for a "
               "damaged file.")
          .Shape(RestoreShape)
          .Cpu<RestoreKernel>());
}

}  // namespace millrace
