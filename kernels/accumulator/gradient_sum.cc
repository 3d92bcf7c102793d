#include "kernels/accumulator/gradient_sum.h"

#include <complex>
#include <cstdint>
#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

using Numbers =
    std::variant<std::vector<double>, std::vector<int64_t>, std::vector<std::complex<double>>>;

Numbers Load(const Tensor& t) {
  return DispatchWide(
      t.dtype(), [&](auto tag) -> Numbers { return LoadWide<typename decltype(tag)::type>(t); });
}

absl::Status CheckDType(DType wanted, DType got) {
  if (wanted == got) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the accumulator holds ", DTypeName(wanted),
                                                 ", the gradient is ", DTypeName(got)));
}

absl::Status ShapeMismatch(const std::string& wanted, const std::string& got) {
  return absl::InvalidArgumentError(
      absl::StrCat("Shape mismatch: expected ", wanted, ", got ", got));
}

class DenseSum final : public GradientSum {
 public:
  DenseSum(DType dtype, PartialShape shape) : dtype_(dtype), shape_(std::move(shape)) {}

  absl::Status Add(const GradientTuple& gradient) override {
    const Tensor& values = gradient[0];
    MR_RETURN_IF_ERROR(CheckDType(dtype_, values.dtype()));
    if (!shape_.IsCompatibleWith(values.shape()))
      return ShapeMismatch(shape_.ToString(), values.shape().ToString());
    if (count_ > 0 && values.shape() != sum_shape_)
      return ShapeMismatch(sum_shape_.ToString(), values.shape().ToString());
    Numbers added = Load(values);
    if (count_ > 0) {
      std::visit(
          [&](auto& to) {
            const auto& sum = std::get<std::decay_t<decltype(to)>>(sum_);
            for (size_t i = 0; i < to.size(); ++i) to[i] += sum[i];
          },
          added);
    }
    sum_ = std::move(added);
    sum_shape_ = values.shape();
    ++count_;
    return absl::OkStatus();
  }

  absl::StatusOr<GradientTuple> Result(bool mean) const override {
    MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype_, sum_shape_));
    std::visit(
        [&](auto values) {
          using W = typename decltype(values)::value_type;
          for (W& v : values) v /= static_cast<W>(mean ? count_ : 1);
          StoreWide(values, &out);
        },
        sum_);
    return GradientTuple{std::move(out)};
  }

  void Reset() override { count_ = 0; }

 private:
  const DType dtype_;
  const PartialShape shape_;
  Numbers sum_;
  Shape sum_shape_;
  int64_t count_ = 0;
};

class SparseSum final : public GradientSum {
 public:
  SparseSum(DType dtype, PartialShape shape) : dtype_(dtype), shape_(std::move(shape)) {}

  absl::Status Add(const GradientTuple& gradient) override {
    MR_RETURN_IF_ERROR(Check(gradient));
    const Tensor &indices = gradient[0], &values = gradient[1];
    std::visit(
        [&](const auto& added) {
          const size_t width = indices.dim(0) == 0 ? 0 : added.size() / indices.dim(0);
          for (int64_t i = 0; i < indices.dim(0); ++i) {
            const auto begin = added.begin() + i * static_cast<int64_t>(width);
            AddRow(indices.data<int64_t>()[i], std::decay_t<decltype(added)>(begin, begin + width));
          }
        },
        Load(values));
    row_shape_ = values.shape();
    row_shape_.RemoveDim(0);
    started_ = true;
    return absl::OkStatus();
  }

  absl::StatusOr<GradientTuple> Result(bool mean) const override {
    const int64_t n = static_cast<int64_t>(rows_.size());
    Shape values_shape = row_shape_;
    MR_RETURN_IF_ERROR(values_shape.InsertDim(0, n));
    MR_ASSIGN_OR_RETURN(Tensor indices, Tensor::Create(DType::kInt64, Shape({n})));
    MR_ASSIGN_OR_RETURN(Tensor values, Tensor::Create(dtype_, values_shape));
    int64_t at = 0;
    for (const auto& entry : rows_) indices.mutable_data<int64_t>()[at++] = entry.first;
    DispatchWide(dtype_, [&](auto tag) {
      using W = typename decltype(tag)::type;
      std::vector<W> all;
      for (const auto& entry : rows_) {
        for (const W& v : std::get<std::vector<W>>(entry.second.sum))
          all.push_back(v / static_cast<W>(mean ? entry.second.count : 1));
      }
      StoreWide(all, &values);
    });
    // The number of rows is the accumulator's to know.
    DimVector dims = {shape_.known_rank() && shape_.rank() > 0 ? shape_.dim(0) : -1};
    dims.insert(dims.end(), row_shape_.dims().begin(), row_shape_.dims().end());
    return GradientTuple{std::move(indices), std::move(values),
                         Tensor::Vector<int64_t>(absl::MakeConstSpan(dims))};
  }

  void Reset() override {
    rows_.clear();
    started_ = false;
  }

 private:
  struct Row {
    Numbers sum;
    int64_t count = 1;
  };

  template <typename W>
  void AddRow(int64_t index, std::vector<W> values) {
    const auto [at, is_new] = rows_.try_emplace(index);
    Row& row = at->second;
    if (!is_new) {
      ++row.count;
      const auto& sum = std::get<std::vector<W>>(row.sum);
      for (size_t i = 0; i < values.size(); ++i) values[i] += sum[i];
    }
    row.sum = std::move(values);
  }

  absl::Status Check(const GradientTuple& gradient) const {
    const Tensor &indices = gradient[0], &values = gradient[1], &shape = gradient[2];
    MR_RETURN_IF_ERROR(CheckDType(dtype_, values.dtype()));
    if (indices.rank() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input indices should be vector but received shape ", indices.shape().ToString()));
    }
    if (values.rank() < 1) return absl::InvalidArgumentError("Values cannot be 0-dimensional.");
    if (values.dim(0) != indices.dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("there are ", indices.dim(0), " indices and ", values.dim(0), " values"));
    }
    Shape row = values.shape();
    row.RemoveDim(0);
    if (started_ && row != row_shape_) return ShapeMismatch(row_shape_.ToString(), row.ToString());
    if (shape_.known_rank()) {
      PartialShape whole = PartialShape::Of({-1});
      for (const int64_t d : row.dims()) whole.AddDim(d);
      if (!shape_.IsCompatibleWith(whole))
        return ShapeMismatch(shape_.ToString(), whole.ToString());
    }
    if (!shape.initialized()) return absl::OkStatus();
    if (shape.rank() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input shape should be a vector but received shape ", shape.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const PartialShape given, PartialShape::Create(shape.flat<int64_t>()));
    if (!shape_.IsCompatibleWith(given)) return ShapeMismatch(shape_.ToString(), given.ToString());
    return absl::OkStatus();
  }

  const DType dtype_;
  const PartialShape shape_;
  std::map<int64_t, Row> rows_;  // by index
  Shape row_shape_;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<GradientSum> NewDenseSum(DType dtype, PartialShape shape) {
  return std::make_unique<DenseSum>(dtype, std::move(shape));
}

std::unique_ptr<GradientSum> NewSparseSum(DType dtype, PartialShape shape) {
  return std::make_unique<SparseSum>(dtype, std::move(shape));
}

}  // namespace millrace
