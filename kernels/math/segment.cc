// SegmentSum, SegmentMean, SegmentProd, SegmentMin, SegmentMax, and the Unsorted ones: rows
// combined by segment.
#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/integer_at.h"
#include "kernels/math/segment_gradient.h"

namespace millrace {
namespace {

enum class How { kSum, kMean, kProd, kMin, kMax };

template <How how, typename T>
T Combine(T x, T y) {
  using A = ArithmeticType<T>;
  if constexpr (how == How::kSum || how == How::kMean) {
    return static_cast<T>(Plus(static_cast<A>(x), static_cast<A>(y)));
  } else if constexpr (how == How::kProd) {
    return static_cast<T>(Times(static_cast<A>(x), static_cast<A>(y)));
  } else if constexpr (how == How::kMin) {
    return static_cast<A>(y) < static_cast<A>(x) ? y : x;
  } else {
    return static_cast<A>(x) < static_cast<A>(y) ? y : x;
  }
}

// What combining starts with: of an unsorted segment without rows, the result.
template <How how, typename T>
T Start() {
  if constexpr (how == How::kProd) {
    return static_cast<T>(1.0f);
  } else if constexpr (how == How::kMin) {
    return std::numeric_limits<T>::max();
  } else if constexpr (how == How::kMax) {
    return std::numeric_limits<T>::lowest();
  } else {
    return static_cast<T>(0.0f);
  }
}

// `ids` has the first dimensions of `data`; those left are a row.
absl::Status CheckIds(const Tensor& data, const Tensor& ids) {
  bool fits = ids.rank() <= data.rank();
  for (int d = 0; d < ids.rank() && fits; ++d) fits = ids.dim(d) == data.dim(d);
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("data.shape = ", data.shape().ToString(),
                   " does not start with segment_ids.shape = ", ids.shape().ToString()));
}

absl::StatusOr<Shape> OutputShape(const Tensor& data, const Tensor& ids, int64_t segments) {
  DimVector dims = {segments};
  for (int d = ids.rank(); d < data.rank(); ++d) dims.push_back(data.dim(d));
  return Shape::Create(dims);
}

// Rows with a negative id are left out.
template <How how, typename T>
class UnsortedKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& data = c.input(0);
    const Tensor& ids = c.input(1);
    if (c.input(2).num_elements() != 1 || c.input(2).rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat("num_segments should be a scalar, not shape ",
                                                     c.input(2).shape().ToString()));
    }
    const int64_t segments = IntegerAt(c.input(2), 0);
    if (segments < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num_segments must be at least 0, not ", segments));
    }
    MR_RETURN_IF_ERROR(CheckIds(data, ids));
    MR_ASSIGN_OR_RETURN(const Shape shape, OutputShape(data, ids, segments));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    T* y = out->mutable_data<T>();
    std::fill_n(y, out->num_elements(), Start<how, T>());
    const int64_t rows = ids.num_elements(), row = rows == 0 ? 0 : data.num_elements() / rows;
    const T* x = data.data<T>();
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t id = IntegerAt(ids, i);
      if (id < 0) continue;
      if (id >= segments) {
        return absl::InvalidArgumentError(
            absl::StrCat("segment_ids[", i, "] = ", id, " is out of range [0, ", segments, ")"));
      }
      for (int64_t j = 0; j < row; ++j)
        y[id * row + j] = Combine<how>(y[id * row + j], x[i * row + j]);
    }
    return absl::OkStatus();
  }
};

// Ids do not decrease; the last one says how many segments there are. A segment without rows is 1
// for a product, else 0.
template <How how, typename T>
class SortedKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& data = c.input(0);
    const Tensor& ids = c.input(1);
    if (ids.rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("segment_ids should be a vector, not of shape ", ids.shape().ToString()));
    }
    MR_RETURN_IF_ERROR(CheckIds(data, ids));
    const int64_t rows = ids.num_elements(), row = rows == 0 ? 0 : data.num_elements() / rows;
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t id = IntegerAt(ids, i);
      if (id < 0) return absl::InvalidArgumentError("segment ids must be >= 0");
      if (i > 0 && id < IntegerAt(ids, i - 1))
        return absl::InvalidArgumentError("segment ids are not increasing");
    }
    const int64_t last = rows == 0 ? -1 : IntegerAt(ids, rows - 1);
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        OutputShape(data, ids, last < INT64_MAX ? last + 1 : INT64_MAX));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    T* y = out->mutable_data<T>();
    std::fill_n(y, out->num_elements(), static_cast<T>(how == How::kProd ? 1.0f : 0.0f));
    const T* x = data.data<T>();
    for (int64_t begin = 0, end; begin < rows; begin = end) {
      const int64_t id = IntegerAt(ids, begin);
      for (end = begin + 1; end < rows && IntegerAt(ids, end) == id;) ++end;
      Segment(x + begin * row, end - begin, row, y + id * row);
    }
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  static void Segment(const T* x, int64_t rows, int64_t row, T* y) {
    std::copy_n(x, row, y);
    for (int64_t i = 1; i < rows; ++i) {
      for (int64_t j = 0; j < row; ++j) y[j] = Combine<how>(y[j], x[i * row + j]);
    }
    if constexpr (how == How::kMean) {
      for (int64_t j = 0; j < row; ++j)
        y[j] = static_cast<T>(static_cast<A>(y[j]) / static_cast<A>(static_cast<double>(rows)));
    }
  }
};

template <typename T>
using UnsortedSumKernel = UnsortedKernel<How::kSum, T>;
template <typename T>
using UnsortedProdKernel = UnsortedKernel<How::kProd, T>;
template <typename T>
using UnsortedMinKernel = UnsortedKernel<How::kMin, T>;
template <typename T>
using UnsortedMaxKernel = UnsortedKernel<How::kMax, T>;
template <typename T>
using SortedSumKernel = SortedKernel<How::kSum, T>;
template <typename T>
using SortedMeanKernel = SortedKernel<How::kMean, T>;
template <typename T>
using SortedProdKernel = SortedKernel<How::kProd, T>;
template <typename T>
using SortedMinKernel = SortedKernel<How::kMin, T>;
template <typename T>
using SortedMaxKernel = SortedKernel<How::kMax, T>;

// [segments] and the dimensions of data that ids does not have.
absl::Status ShapeOf(ShapeContext& c, int64_t segments) {
  const PartialShape& data = c.input(0);
  const PartialShape& ids = c.input(1);
  if (!data.known_rank() || !ids.known_rank()) return absl::OkStatus();
  if (ids.rank() > data.rank()) return c.Error(1, "has more dimensions than the data");
  PartialShape shape = PartialShape::UnknownOfRank(1 + data.rank() - ids.rank());
  shape.SetDim(0, segments);
  for (int d = 0; d < ids.rank(); ++d) {
    const auto merged = ShapeContext::MergeDim(data.dim(d), ids.dim(d));
    if (!merged.ok()) return c.Error(1, merged.status().message());
  }
  for (int d = ids.rank(); d < data.rank(); ++d) shape.SetDim(1 + d - ids.rank(), data.dim(d));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status UnsortedShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  const Tensor* segments = c.input_value(2);
  const int64_t known = segments == nullptr ? PartialShape::kUnknownDim : IntegerAt(*segments, 0);
  if (known < PartialShape::kUnknownDim || (segments != nullptr && known < 0))
    return c.Error(2, "must be at least 0");
  return ShapeOf(c, known);
}

absl::Status SortedShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  return ShapeOf(c, PartialShape::kUnknownDim);
}

}  // namespace

absl::Status RegisterSegment(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("UnsortedSegmentSum")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Input("num_segments: Tnumsegments")
                .Output("output: T")
                .Attr("T: numbertype")
                .Attr("Tindices: {int16, int32, int64}")
                .Attr("Tnumsegments: {int32, int64} = DT_INT32")
                .Doc("The sums of the rows of each segment; 0 for none. Negative ids are left out.")
                .Shape(UnsortedShape)
                .Gradient(SegmentSumGradient)
                .Cpu<UnsortedSumKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("UnsortedSegmentProd")
          .Input("data: T")
          .Input("segment_ids: Tindices")
          .Input("num_segments: Tnumsegments")
          .Output("output: T")
          .Attr("T: numbertype")
          .Attr("Tindices: {int32, int64}")
          .Attr("Tnumsegments: {int32, int64} = DT_INT32")
          .Doc("The products of the rows of each segment; 1 for none. Negative ids are left out.")
          .Shape(UnsortedShape)
          .Gradient(SegmentProdGradient)
          .Cpu<UnsortedProdKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
               uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("UnsortedSegmentMin")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Input("num_segments: Tnumsegments")
                .Output("output: T")
                .Attr("T: realnumbertype")
                .Attr("Tindices: {int32, int64}")
                .Attr("Tnumsegments: {int32, int64} = DT_INT32")
                .Doc("The minima of the rows of each segment; the largest number for none. "
                     "Negative ids are left out.")
                .Shape(UnsortedShape)
                .Gradient(SegmentExtremeGradient)
                .Cpu<UnsortedMinKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("UnsortedSegmentMax")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Input("num_segments: Tnumsegments")
                .Output("output: T")
                .Attr("T: realnumbertype")
                .Attr("Tindices: {int32, int64}")
                .Attr("Tnumsegments: {int32, int64} = DT_INT32")
                .Doc("The maxima of the rows of each segment; the least number for none. Negative "
                     "ids are left out.")
                .Shape(UnsortedShape)
                .Gradient(SegmentExtremeGradient)
                .Cpu<UnsortedMaxKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SegmentSum")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Output("output: T")
                .Attr("T: numbertype")
                .Attr("Tindices: {int32, int64}")
                .Doc("The sums of the rows of each segment, ids being sorted; 0 for none.")
                .Shape(SortedShape)
                .Gradient(SegmentSumGradient)
                .Cpu<SortedSumKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SegmentMean")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Output("output: T")
                .Attr("T: numbertype")
                .Attr("Tindices: {int32, int64}")
                .Doc("The means of the rows of each segment, ids being sorted; 0 for none.")
                .Shape(SortedShape)
                .Gradient(SegmentMeanGradient)
                .Cpu<SortedMeanKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SegmentProd")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Output("output: T")
                .Attr("T: numbertype")
                .Attr("Tindices: {int32, int64}")
                .Doc("The products of the rows of each segment, ids being sorted; 1 for none.")
                .Shape(SortedShape)
                .Gradient(SegmentProdGradient)
                .Cpu<SortedProdKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t, complex64, complex128>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SegmentMin")
                .Input("data: T")
                .Input("segment_ids: Tindices")
                .Output("output: T")
                .Attr("T: realnumbertype")
                .Attr("Tindices: {int32, int64}")
                .Doc("The minima of the rows of each segment, ids being sorted; 0 for none.")
                .Shape(SortedShape)
                .Gradient(SegmentExtremeGradient)
                .Cpu<SortedMinKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                     int64_t, uint8_t, uint16_t, uint32_t, uint64_t>()));
  return r.Add(Op("SegmentMax")
                   .Input("data: T")
                   .Input("segment_ids: Tindices")
                   .Output("output: T")
                   .Attr("T: realnumbertype")
                   .Attr("Tindices: {int32, int64}")
                   .Doc("The maxima of the rows of each segment, ids being sorted; 0 for none.")
                   .Shape(SortedShape)
                   .Gradient(SegmentExtremeGradient)
                   .Cpu<SortedMaxKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t,
                        int64_t, uint8_t, uint16_t, uint32_t, uint64_t>());
}

}  // namespace millrace
