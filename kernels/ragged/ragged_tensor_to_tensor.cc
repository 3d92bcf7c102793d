// RaggedTensorToTensor: rows of different lengths, padded.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/math/integer_at.h"

namespace millrace {
namespace {

using Lengths = std::vector<int64_t>;

// How many elements each of a level's rows has, by where rows begin.
absl::StatusOr<Lengths> LengthsOfSplits(const Tensor& splits) {
  const int64_t n = splits.num_elements();
  if (splits.rank() != 1 || n == 0 || IntegerAt(splits, 0) != 0)
    return absl::InvalidArgumentError("row splits must be a vector that begins with 0");
  Lengths lengths;
  for (int64_t i = 0; i + 1 < n; ++i) {
    lengths.push_back(IntegerAt(splits, i + 1) - IntegerAt(splits, i));
    if (lengths.back() < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("row splits must not decrease, as splits[", i + 1, "] does"));
    }
  }
  return lengths;
}

// The same by the row of each element.
absl::StatusOr<Lengths> LengthsOfRowIds(const Tensor& ids, int64_t rows) {
  if (ids.rank() != 1) return absl::InvalidArgumentError("row ids must be a vector");
  Lengths lengths(static_cast<size_t>(rows));
  int64_t before = 0;
  for (int64_t i = 0; i < ids.num_elements(); ++i) {
    const int64_t row = IntegerAt(ids, i);
    if (row < before || row >= rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("row ids must be sorted and below ", rows, ", but id ", i, " is ", row));
    }
    ++lengths[row];
    before = row;
  }
  return lengths;
}

// (shape, values, default_value, row_partition_tensors...)
class RaggedToTensorKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("row_partition_types", &types_));
    if (static_cast<int>(types_.size()) != c.num_inputs() - 3 || types_.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(types_.size(), " row_partition_types for ", c.num_inputs() - 3, " tensors"));
    }
    sized_ = types_[0] == "FIRST_DIM_SIZE";
    for (size_t i = sized_ ? 1 : 0; i < types_.size(); ++i) {
      if (types_[i] == "ROW_SPLITS" || (types_[i] == "VALUE_ROWIDS" && i > 0)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Unsupported partition type ", types_[i], " of dimension ", i));
    }
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &values = c.input(1), &otherwise = c.input(2);
    MR_ASSIGN_OR_RETURN(const std::vector<Lengths> levels, Levels(c));
    int64_t elements = 0;
    for (const int64_t n : levels.back()) elements += n;
    if (values.rank() < 1 || values.dim(0) != elements) {
      return absl::InvalidArgumentError(absl::StrCat("the row partitions have ", elements,
                                                     " elements, but values has the shape ",
                                                     values.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const DimVector dims, OutputDims(c.input(0), levels, values.shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    const auto first_inner = dims.begin() + static_cast<int64_t>(levels.size()) + 1;
    MR_ASSIGN_OR_RETURN(const Shape inner, Shape::Create(DimVector(first_inner, dims.end())));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (out->num_elements() == 0) return absl::OkStatus();
    MR_RETURN_IF_ERROR(Fill(otherwise, inner, out));
    const std::vector<int64_t> places = Places(levels, dims);
    const int64_t n = inner.num_elements();
    for (size_t i = 0; i < places.size(); ++i) {
      if (places[i] < 0) continue;
      CopyElements(values.dtype(), ElementAt(values, static_cast<int64_t>(i) * n),
                   MutableElementAt(*out, places[i] * n), n);
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::vector<Lengths>> Levels(const KernelContext& c) const {
    std::vector<Lengths> levels;
    int64_t rows = -1;
    if (sized_) {
      if (c.input(3).rank() != 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            "FIRST_DIM_SIZE must be a scalar, not of shape ", c.input(3).shape().ToString()));
      }
      rows = IntegerAt(c.input(3), 0);
      if (rows < 0 || types_.size() < 2) {
        return absl::InvalidArgumentError(
            absl::StrCat("FIRST_DIM_SIZE is ", rows, ", of ", types_.size() - 1, " dimensions"));
      }
    }
    for (size_t i = sized_ ? 1 : 0; i < types_.size(); ++i) {
      const Tensor& partition = c.input(3 + static_cast<int>(i));
      if (types_[i] == "VALUE_ROWIDS") {
        Tensor room;  // whether there is any for so many rows
        MR_RETURN_IF_ERROR(c.allocate_temp(DType::kInt64, Shape({rows}), &room));
      }
      MR_ASSIGN_OR_RETURN(Lengths lengths, types_[i] == "ROW_SPLITS"
                                               ? LengthsOfSplits(partition)
                                               : LengthsOfRowIds(partition, rows));
      if (rows >= 0 && static_cast<int64_t>(lengths.size()) != rows) {
        return absl::InvalidArgumentError(absl::StrCat("dimension ", i, " has ", lengths.size(),
                                                       " rows, but ", rows, " are expected"));
      }
      rows = 0;
      for (const int64_t n : lengths) rows += n;
      levels.push_back(std::move(lengths));
    }
    return levels;
  }

  // `wanted`, what is unknown of it taken from the longest rows and the values.
  static absl::StatusOr<DimVector> OutputDims(const Tensor& wanted,
                                              const std::vector<Lengths>& levels,
                                              const Shape& values) {
    const int ragged = static_cast<int>(levels.size()), rank = ragged + values.rank();
    const bool any = wanted.rank() == 0 && IntegerAt(wanted, 0) == -1;
    if (!any && (wanted.rank() != 1 || wanted.dim(0) != rank)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "shape must have ", rank, " elements, not the shape ", wanted.shape().ToString()));
    }
    DimVector dims;
    for (int d = 0; d < rank; ++d) {
      const int64_t asked = any ? -1 : IntegerAt(wanted, d);
      int64_t found = static_cast<int64_t>(levels[0].size());
      if (d > ragged) {
        found = values.dim(d - ragged);
      } else if (d > 0) {
        const Lengths& lengths = levels[d - 1];
        found = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
      }
      if (asked < -1 || (d > ragged && asked >= 0 && asked != found)) {
        return absl::InvalidArgumentError(absl::StrCat("dimension ", d, " of shape is ", asked,
                                                       ", that of the values is ", found));
      }
      dims.push_back(asked >= 0 ? asked : found);
    }
    return dims;
  }

  // The default, broadcast to `inner`, everywhere.
  static absl::Status Fill(const Tensor& otherwise, const Shape& inner, Tensor* out) {
    const int lead = inner.rank() - otherwise.rank();
    bool fits = lead >= 0;
    for (int d = 0; fits && d < otherwise.rank(); ++d)
      fits = otherwise.dim(d) == 1 || otherwise.dim(d) == inner.dim(lead + d);
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat("default_value of shape ",
                                                     otherwise.shape().ToString(),
                                                     " cannot be broadcast to ", inner.ToString()));
    }
    const int64_t n = inner.num_elements();
    for (int64_t i = 0; i < out->num_elements(); ++i) {
      if (i >= n && otherwise.num_elements() > 1) {
        CopyElements(out->dtype(), ElementAt(*out, i - n), MutableElementAt(*out, i), n);
        i += n - 1;
        continue;
      }
      int64_t rest = i % n, from = 0, stride = 1;
      for (int d = otherwise.rank() - 1; d >= 0; --d) {
        from += otherwise.dim(d) == 1 ? 0 : rest % inner.dim(lead + d) * stride;
        stride *= otherwise.dim(d);
        rest /= inner.dim(lead + d);
      }
      CopyElements(out->dtype(), ElementAt(otherwise, from), MutableElementAt(*out, i), 1);
    }
    return absl::OkStatus();
  }

  // Which row of the output each row of the values becomes; -1: it is cut off.
  static std::vector<int64_t> Places(const std::vector<Lengths>& levels, const DimVector& dims) {
    std::vector<int64_t> places;
    for (int64_t i = 0; i < static_cast<int64_t>(levels[0].size()); ++i)
      places.push_back(i < dims[0] ? i : -1);
    for (size_t level = 0; level < levels.size(); ++level) {
      const int64_t width = dims[level + 1];
      std::vector<int64_t> next;
      for (size_t row = 0; row < places.size(); ++row) {
        for (int64_t k = 0; k < levels[level][row]; ++k)
          next.push_back(places[row] >= 0 && k < width ? places[row] * width + k : -1);
      }
      places = std::move(next);
    }
    return places;
  }

  std::vector<std::string> types_;
  bool sized_ = false;
};

absl::Status ToTensorShape(ShapeContext& c) {
  std::vector<std::string> types;
  MR_RETURN_IF_ERROR(c.GetAttr("row_partition_types", &types));
  const int ragged =
      static_cast<int>(types.size()) - (!types.empty() && types[0] == "FIRST_DIM_SIZE" ? 1 : 0);
  MR_ASSIGN_OR_RETURN(const PartialShape values, c.WithRankAtLeast(1, 1));
  MR_RETURN_IF_ERROR(c.WithRankAtMost(0, 1).status());
  if (!values.known_rank()) return absl::OkStatus();
  PartialShape out = PartialShape::UnknownOfRank(ragged + values.rank());
  for (int d = 1; d < values.rank(); ++d) out.SetDim(ragged + d, values.dim(d));
  if (c.input(0).known_rank() && c.input(0).rank() == 1) {
    MR_ASSIGN_OR_RETURN(const PartialShape wanted, c.input_as_shape(0));
    const auto merged = out.MergeWith(wanted);
    if (!merged.ok()) return c.Error(0, merged.status().message());
    out = *merged;
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The row that each place of the output shows is found by padding 0, 1, ... likewise.
absl::StatusOr<Gradients> ToTensorGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output values = op.input(1), otherwise = op.input(2), y = op.output(0);
  const auto types = op.attr<std::vector<std::string>>("row_partition_types");
  const int ragged = static_cast<int>(types.size()) - (types[0] == "FIRST_DIM_SIZE" ? 1 : 0);
  const Output rows = b.Slice(b.Shape(values), b.Ints({0}), b.Ints({1}));
  const Output count = b.Squeeze(rows, {0});
  Outputs inputs = {b.Slice(b.Shape(y), b.Ints({0}), b.Ints({ragged + 1})),
                    b.Range(b.Scalar<int32_t>(0), count, b.Scalar<int32_t>(1)), count};
  inputs.insert(inputs.end(), op.inputs().begin() + 3, op.inputs().end());
  const Output shown = b.Reshape(
      b.Op1("RaggedTensorToTensor", inputs, {{"row_partition_types", types}}), b.Ints({-1}));
  const Output inner = b.Slice(b.Shape(values), b.Ints({1}), b.Ints({-1}));
  const Output by_place = b.Reshape(dy[0], b.Concat({b.Ints({-1}), inner}, b.Scalar<int32_t>(0)));
  // What no row shows is counted after the last one.
  const Output sums =
      b.Op1("UnsortedSegmentSum", {by_place, shown, b.Add(count, b.Scalar<int32_t>(1))});
  const Output padding = b.Gather(sums, count);
  Gradients result(op.num_inputs());
  result[1] = b.Slice(sums, b.Concat({b.Ints({0}), b.ZerosLike(inner)}, b.Scalar<int32_t>(0)),
                      b.Shape(values));
  result[2] = b.UnbroadcastGradients(otherwise, padding, padding, padding).first;
  return result;
}

}  // namespace

absl::Status RegisterRaggedTensorToTensor(Registry& r) {
  return r.Add(
      Op("RaggedTensorToTensor")
          .Input("shape: Tshape")
          .Input("values: T")
          .Input("default_value: T")
          .Input("row_partition_tensors: num_row_partition_tensors * Tindex")
          .Output("result: T")
          .Attr("T: type")
          .Attr("Tindex: {int64, int32}")
          .Attr("Tshape: {int64, int32}")
          .Attr("num_row_partition_tensors: int >= 1")
          .Attr("row_partition_types: list(string)")
          .Doc("A ragged tensor as a dense one: shorter rows are filled with default_value, which "
               "broadcasts to an element of values; rows longer than `shape` says are cut off. "
               "Sizes of -1 in `shape`, or all of it if it is the scalar -1, follow from the rows. "
               "row_partition_types: ROW_SPLITS for each ragged dimension, or FIRST_DIM_SIZE and "
               "then VALUE_ROWIDS.")
          .Shape(ToTensorShape)
          .Gradient(ToTensorGradient)
          .Cpu<RaggedToTensorKernel>());
}

}  // namespace millrace
