// The features of examples as tensors: dense, sparse or ragged, one column a feature.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "protos/example.pb.h"

namespace millrace {

// One feature of each example of a batch; null where an example has it not.
struct FeatureColumn {
  std::string key;
  std::vector<const Feature*> features;
  const Tensor* names = nullptr;  // of the examples, for messages; may be empty

  // The feature `key` of each of these.
  static FeatureColumn Of(absl::Span<const Features* const> examples, const std::string& key,
                          const Tensor* names = nullptr);

  // INVALID_ARGUMENT, naming example and key, unless all features there hold `dtype`: float, int64
  // or string.
  absl::Status CheckType(DType dtype) const;
  // How many values feature i has; 0 if it is not there.
  int64_t Length(size_t i) const;
  int64_t TotalLength() const;
  // The values of all features, one after the other. REQUIRES: CheckType.
  absl::StatusOr<Tensor> Values(DType dtype) const;
  // "Name: x, Key: y"
  std::string Describe(size_t i) const;
};

// How a dense feature looks: `shape` may have an unknown first dimension, to which shorter examples
// are padded with the only element of `otherwise`; else `otherwise` is the value of an example
// without the feature, or has no elements, where each must have it.
struct DenseSpec {
  DType dtype;
  PartialShape shape;
  Tensor otherwise;

  bool padded() const { return shape.rank() > 0 && shape.dim(0) < 0; }
  // INVALID_ARGUMENT for a shape with other unknown dimensions, or a default that does not fit.
  absl::Status Check(const std::string& key) const;
};

// [batch] + shape, or the shape alone of a single example.
absl::StatusOr<Tensor> DenseTensor(const FeatureColumn& column, const DenseSpec& spec,
                                   bool batched);

struct SparseTensors {
  Tensor indices, values, shape;
};
// Indices [n, 2] (example, place) and shape [2]; of a single example [n, 1] and [1].
absl::StatusOr<SparseTensors> SparseTensor(const FeatureColumn& column, DType dtype, bool batched);

// Where the values of each example begin and end, [batch + 1] of type int32 or int64.
absl::StatusOr<Tensor> RowSplits(const FeatureColumn& column, DType dtype);

// Which features are wanted, and as what.
struct FeaturesWanted {
  std::vector<std::string> sparse_keys, dense_keys, ragged_keys;
  std::vector<DType> sparse_types, ragged_types, split_types;
  std::vector<DenseSpec> dense;
};
// Sets the first outputs: the indices of all sparse ones, their values, their shapes, the dense
// ones, the values of the ragged ones, their splits. Returns which output is next.
absl::StatusOr<int> SetFeatures(KernelContext& c, const FeaturesWanted& wanted,
                                absl::Span<const Features* const> examples, const Tensor* names,
                                bool batched);

}  // namespace millrace
