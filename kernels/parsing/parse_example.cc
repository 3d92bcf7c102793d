// ParseExample, ParseExampleV2, ParseSingleExample: serialised Example messages as tensors.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/parsing/feature_columns.h"
#include "protos/example.pb.h"

namespace millrace {
namespace {

// The messages of a batch, and views of their features.
struct Batch {
  std::vector<Example> examples;
  std::vector<const Features*> features;
  const Tensor* names = nullptr;

  absl::Status Parse(const Tensor& serialized) {
    examples.resize(static_cast<size_t>(serialized.num_elements()));
    for (size_t i = 0; i < examples.size(); ++i) {
      if (!examples[i].ParseFromString(serialized.data<std::string>()[i])) {
        return absl::InvalidArgumentError(
            absl::StrCat("Could not parse example input, value number ", i));
      }
      features.push_back(&examples[i].features());
    }
    return absl::OkStatus();
  }
};

absl::StatusOr<std::string> KeyFrom(const Tensor& t) {
  if (t.num_elements() == 1) return t.data<std::string>()[0];
  return absl::InvalidArgumentError(
      absl::StrCat("a key must be a scalar, not of shape ", t.shape().ToString()));
}

absl::StatusOr<std::vector<std::string>> KeysFrom(const Tensor& t, size_t count,
                                                  absl::string_view what) {
  if (t.rank() == 1 && t.num_elements() == static_cast<int64_t>(count)) {
    const auto keys = t.flat<std::string>();
    return std::vector<std::string>(keys.begin(), keys.end());
  }
  return absl::InvalidArgumentError(absl::StrCat(what, " must be a vector of ", count,
                                                 " keys, not of shape ", t.shape().ToString()));
}

absl::Status CheckNames(const Tensor& serialized, const Tensor& names) {
  if (names.num_elements() == 0 || names.num_elements() == serialized.num_elements())
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Expected len(names) == len(serialized), but got: ", names.num_elements(),
                   " vs. ", serialized.num_elements()));
}

// What the three forms have in common.
class ParseKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<DType> dense_types;
    std::vector<PartialShape> dense_shapes;
    MR_RETURN_IF_ERROR(c.GetAttr("sparse_types", &wanted_.sparse_types));
    MR_RETURN_IF_ERROR(c.GetAttr("Tdense", &dense_types));
    MR_RETURN_IF_ERROR(c.GetAttr("dense_shapes", &dense_shapes));
    if (dense_types.size() != dense_shapes.size()) {
      return absl::InvalidArgumentError(absl::StrCat("len(dense_shapes) is ", dense_shapes.size(),
                                                     ", but there are ", dense_types.size(),
                                                     " dense features"));
    }
    int64_t sparse, dense = static_cast<int64_t>(dense_types.size());
    MR_RETURN_IF_ERROR(c.GetAttr(c.attrs().Has("Nsparse") ? "Nsparse" : "num_sparse", &sparse));
    if (c.attrs().Has("Ndense")) MR_RETURN_IF_ERROR(c.GetAttr("Ndense", &dense));
    if (sparse != static_cast<int64_t>(wanted_.sparse_types.size()) ||
        dense != static_cast<int64_t>(dense_types.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("there are ", sparse, " sparse and ", dense, " dense features, but ",
                       wanted_.sparse_types.size(), " and ", dense_types.size(), " types"));
    }
    for (size_t k = 0; k < dense_types.size(); ++k)
      wanted_.dense.push_back({dense_types[k], dense_shapes[k], Tensor()});
    return absl::OkStatus();
  }

 protected:
  // A copy, with the defaults from input `first` on.
  FeaturesWanted WithDefaults(KernelContext& c, int first) const {
    FeaturesWanted wanted = wanted_;
    for (size_t k = 0; k < wanted.dense.size(); ++k)
      wanted.dense[k].otherwise = c.input(first + static_cast<int>(k));
    return wanted;
  }

  FeaturesWanted wanted_;
};

// (serialized, names, sparse_keys..., dense_keys..., dense_defaults...)
class ParseExampleKernel final : public ParseKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &serialized = c.input(0), &names = c.input(1);
    if (serialized.rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected serialized to be a vector, got "
                       "shape: ",
                       serialized.shape().ToString()));
    }
    MR_RETURN_IF_ERROR(CheckNames(serialized, names));
    const int sparse = static_cast<int>(wanted_.sparse_types.size());
    const int dense = static_cast<int>(wanted_.dense.size());
    FeaturesWanted wanted = WithDefaults(c, 2 + sparse + dense);
    for (int i = 0; i < sparse + dense; ++i) {
      MR_ASSIGN_OR_RETURN(std::string key, KeyFrom(c.input(2 + i)));
      (i < sparse ? wanted.sparse_keys : wanted.dense_keys).push_back(std::move(key));
    }
    Batch batch;
    batch.names = &names;
    MR_RETURN_IF_ERROR(batch.Parse(serialized));
    return SetFeatures(c, wanted, batch.features, batch.names, /*batched=*/true).status();
  }
};

// (serialized, names, sparse_keys, dense_keys, ragged_keys, dense_defaults...)
class ParseExampleV2Kernel final : public ParseKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(ParseKernel::Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("ragged_value_types", &wanted_.ragged_types));
    MR_RETURN_IF_ERROR(c.GetAttr("ragged_split_types", &wanted_.split_types));
    if (wanted_.ragged_types.size() == wanted_.split_types.size()) return absl::OkStatus();
    return absl::InvalidArgumentError("ragged_value_types and ragged_split_types must be as long");
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &serialized = c.input(0), &names = c.input(1);
    if (serialized.rank() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected serialized to be a scalar or vector, got shape: ",
                       serialized.shape().ToString()));
    }
    MR_RETURN_IF_ERROR(CheckNames(serialized, names));
    FeaturesWanted wanted = WithDefaults(c, 5);
    MR_ASSIGN_OR_RETURN(wanted.sparse_keys,
                        KeysFrom(c.input(2), wanted.sparse_types.size(), "sparse_keys"));
    MR_ASSIGN_OR_RETURN(wanted.dense_keys, KeysFrom(c.input(3), wanted.dense.size(), "dense_keys"));
    MR_ASSIGN_OR_RETURN(wanted.ragged_keys,
                        KeysFrom(c.input(4), wanted.ragged_types.size(), "ragged_keys"));
    Batch batch;
    batch.names = &names;
    MR_RETURN_IF_ERROR(batch.Parse(serialized));
    return SetFeatures(c, wanted, batch.features, batch.names, serialized.rank() == 1).status();
  }
};

// (serialized, dense_defaults...); the keys are attributes.
class ParseSingleExampleKernel final : public ParseKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(ParseKernel::Init(c));
    MR_RETURN_IF_ERROR(c.GetAttr("sparse_keys", &wanted_.sparse_keys));
    MR_RETURN_IF_ERROR(c.GetAttr("dense_keys", &wanted_.dense_keys));
    if (wanted_.sparse_keys.size() == wanted_.sparse_types.size() &&
        wanted_.dense_keys.size() == wanted_.dense.size()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError("there must be a key for each type");
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Expected serialized to be a scalar, got shape: ", c.input(0).shape().ToString()));
    }
    Batch batch;
    MR_RETURN_IF_ERROR(batch.Parse(c.input(0)));
    return SetFeatures(c, WithDefaults(c, 1), batch.features, batch.names, /*batched=*/false)
        .status();
  }
};

// `batch`: [size] of the batch, or [] of a single example; unknown if it may be either.
absl::Status ColumnShapes(ShapeContext& c, const PartialShape& batch) {
  std::vector<DType> sparse, ragged;
  std::vector<PartialShape> dense;
  MR_RETURN_IF_ERROR(c.GetAttr("sparse_types", &sparse));
  MR_RETURN_IF_ERROR(c.GetAttr("dense_shapes", &dense));
  int output = 0;
  const int rank = batch.known_rank() ? batch.rank() + 1 : -1, n = static_cast<int>(sparse.size());
  for (int k = 0; k < n; ++k, ++output) {
    c.set_output(output, PartialShape::Of({-1, rank}));
    c.set_output(output + n, PartialShape::UnknownOfRank(1));
    c.set_output(output + 2 * n, PartialShape::Of({rank}));
  }
  output = 3 * n;
  for (const PartialShape& shape : dense) {
    if (output >= c.num_outputs())
      return absl::InvalidArgumentError("there are more dense shapes than dense features");
    PartialShape out = shape.known_rank() ? batch : PartialShape();
    for (int d = 0; d < shape.rank(); ++d) out.AddDim(shape.dim(d));
    c.set_output(output++, std::move(out));
  }
  for (; output < c.num_outputs(); ++output) c.set_output(output, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

absl::Status ParseExampleShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape batch, c.WithRank(0, 1));
  return ColumnShapes(c, batch);
}

absl::Status ParseExampleV2Shape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape batch, c.WithRankAtMost(0, 1));
  return ColumnShapes(c, batch);
}

absl::Status ParseSingleExampleShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape batch, c.WithRank(0, 0));
  return ColumnShapes(c, batch);
}

}  // namespace

absl::Status RegisterParseExample(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("ParseExample")
                .Input("serialized: string")
                .Input("names: string")
                .Input("sparse_keys: Nsparse * string")
                .Input("dense_keys: Ndense * string")
                .Input("dense_defaults: Tdense")
                .Output("sparse_indices: Nsparse * int64")
                .Output("sparse_values: sparse_types")
                .Output("sparse_shapes: Nsparse * int64")
                .Output("dense_values: Tdense")
                .Attr("Nsparse: int >= 0")
                .Attr("Ndense: int >= 0")
                .Attr("sparse_types: list({float, int64, string}) >= 0")
                .Attr("Tdense: list({float, int64, string}) >= 0")
                .Attr("dense_shapes: list(shape) >= 0")
                .Doc("A batch of serialised Example messages as dense tensors, [batch] + "
                     "dense_shapes, and sparse tensors of shape [batch, longest].")
                .Shape(ParseExampleShape)
                .NotDifferentiable()
                .Cpu<ParseExampleKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("ParseExampleV2")
                .Input("serialized: string")
                .Input("names: string")
                .Input("sparse_keys: string")
                .Input("dense_keys: string")
                .Input("ragged_keys: string")
                .Input("dense_defaults: Tdense")
                .Output("sparse_indices: num_sparse * int64")
                .Output("sparse_values: sparse_types")
                .Output("sparse_shapes: num_sparse * int64")
                .Output("dense_values: Tdense")
                .Output("ragged_values: ragged_value_types")
                .Output("ragged_row_splits: ragged_split_types")
                .Attr("Tdense: list({float, int64, string}) >= 0")
                .Attr("num_sparse: int >= 0")
                .Attr("sparse_types: list({float, int64, string}) >= 0")
                .Attr("ragged_value_types: list({float, int64, string}) >= 0")
                .Attr("ragged_split_types: list({int32, int64}) >= 0")
                .Attr("dense_shapes: list(shape) >= 0")
                .Doc("Serialised Example messages, a batch or a single one, as dense, sparse and "
                     "ragged tensors.")
                .Shape(ParseExampleV2Shape)
                .NotDifferentiable()
                .Cpu<ParseExampleV2Kernel>()));
  return r.Add(Op("ParseSingleExample")
                   .Input("serialized: string")
                   .Input("dense_defaults: Tdense")
                   .Output("sparse_indices: num_sparse * int64")
                   .Output("sparse_values: sparse_types")
                   .Output("sparse_shapes: num_sparse * int64")
                   .Output("dense_values: Tdense")
                   .Attr("num_sparse: int >= 0")
                   .Attr("sparse_keys: list(string) >= 0")
                   .Attr("dense_keys: list(string) >= 0")
                   .Attr("sparse_types: list({float, int64, string}) >= 0")
                   .Attr("Tdense: list({float, int64, string}) >= 0")
                   .Attr("dense_shapes: list(shape) >= 0")
                   .Doc("A serialised Example message as dense and sparse tensors.")
                   .Shape(ParseSingleExampleShape)
                   .NotDifferentiable()
                   .Cpu<ParseSingleExampleKernel>());
}

}  // namespace millrace
