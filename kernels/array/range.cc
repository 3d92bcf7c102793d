// Range, LinSpace: evenly spaced numbers.
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/scalar_arg.h"

namespace millrace {
namespace {

template <typename T>
using Wide = std::conditional_t<std::is_integral_v<T>,
                                std::conditional_t<std::is_unsigned_v<T>, uint64_t, int64_t>,
                                std::conditional_t<std::is_same_v<T, double>, double, float>>;

absl::Status RangeError(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("Range: ", why));
}

// How many numbers from `start` by `delta` lie before `limit`.
template <typename T>
absl::StatusOr<int64_t> RangeSize(T start_value, T limit_value, T delta_value) {
  const Wide<T> start(start_value), limit(limit_value), delta(delta_value);
  if (delta == 0) return RangeError("delta must be != 0");
  if (delta > 0 ? start > limit : start < limit) {
    return RangeError(absl::StrCat("requires start ", delta > 0 ? "<=" : ">=", " limit when delta ",
                                   delta > 0 ? ">" : "<", " 0: ", start, " and ", limit));
  }
  if constexpr (std::is_integral_v<T>) {
    // Distances are taken in uint64, where no difference of int64s overflows.
    const uint64_t distance =
        delta > 0 ? uint64_t(limit) - uint64_t(start) : uint64_t(start) - uint64_t(limit);
    const uint64_t step = delta > 0 ? uint64_t(delta) : uint64_t{0} - uint64_t(delta);
    const uint64_t size = distance / step + (distance % step != 0 ? 1 : 0);
    if (size > uint64_t(std::numeric_limits<int64_t>::max()))
      return RangeError("too many elements");
    return static_cast<int64_t>(size);
  } else {
    const double size = std::ceil(std::abs((limit - start) / delta));
    if (!(size < 9.2e18)) return RangeError("too many elements");
    return static_cast<int64_t>(size);
  }
}

template <typename T>
class RangeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    for (int i = 0; i < 3; ++i) {
      if (c.input(i).num_elements() != 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "start, limit and delta must be scalars, got shape ", c.input(i).shape().ToString()));
      }
    }
    const T start = c.input(0).scalar<T>(), delta = c.input(2).scalar<T>();
    MR_ASSIGN_OR_RETURN(const int64_t size, RangeSize<T>(start, c.input(1).scalar<T>(), delta));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({size}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    T* values = out->mutable_data<T>();
    // As TensorFlow: a running sum, in the type itself.
    T value = start;
    for (int64_t i = 0; i < size; ++i) {
      values[i] = value;
      if constexpr (std::is_integral_v<T>) {
        value = static_cast<T>(uint64_t(value) + uint64_t(delta));
      } else {
        value = T(value + delta);
      }
    }
    return absl::OkStatus();
  }
};

template <typename T>
absl::StatusOr<int64_t> ConstantRangeSize(const ShapeContext& c) {
  return RangeSize<T>(c.input_value(0)->scalar<T>(), c.input_value(1)->scalar<T>(),
                      c.input_value(2)->scalar<T>());
}

absl::StatusOr<int64_t> ConstantRangeSize(const ShapeContext& c) {
  switch (c.input_type(0)) {
    case DType::kInt32:
      return ConstantRangeSize<int32_t>(c);
    case DType::kInt64:
      return ConstantRangeSize<int64_t>(c);
    case DType::kFloat:
      return ConstantRangeSize<float>(c);
    case DType::kDouble:
      return ConstantRangeSize<double>(c);
    default:
      return PartialShape::kUnknownDim;
  }
}

absl::Status RangeShape(ShapeContext& c) {
  bool known = true;
  for (int i = 0; i < 3; ++i) {
    MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
    known = known && c.input_value(i) != nullptr && c.input_value(i)->num_elements() == 1;
  }
  int64_t size = PartialShape::kUnknownDim;
  if (known) {
    MR_ASSIGN_OR_RETURN(size, ConstantRangeSize(c));
  }
  c.set_output(0, PartialShape::Of({size}));
  return absl::OkStatus();
}

template <typename T>
class LinSpaceKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    for (int i = 0; i < 2; ++i) {
      if (c.input(i).rank() != 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            i == 0 ? "start" : "stop", " must be a scalar, got ", c.input(i).shape().ToString()));
      }
    }
    if (c.input(2).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("num must be a scalar, got ", c.input(2).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const int64_t num, IntScalarArg(c.input(2), "num"));
    if (num <= 0) return absl::InvalidArgumentError(absl::StrCat("Requires num > 0: ", num));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({num}), &out));
    const T start = c.input(0).scalar<T>(), stop = c.input(1).scalar<T>();
    T* values = out->mutable_data<T>();
    values[0] = start;
    if (num > 1) {
      const T step((stop - start) / static_cast<Wide<T>>(num - 1));
      for (int64_t i = 1; i + 1 < num; ++i) values[i] = T(start + step * static_cast<Wide<T>>(i));
      values[num - 1] = stop;
    }
    return absl::OkStatus();
  }
};

absl::Status LinSpaceShape(ShapeContext& c) {
  for (int i = 0; i < 3; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  int64_t size = PartialShape::kUnknownDim;
  if (const auto num = c.input_as_ints(2); num.has_value() && num->size() == 1) {
    size = (*num)[0];
    if (size <= 0) return c.Error(2, absl::StrCat("Requires num > 0: ", size));
  }
  c.set_output(0, PartialShape::Of({size}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRange(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Range")
                               .Input("start: Tidx")
                               .Input("limit: Tidx")
                               .Input("delta: Tidx")
                               .Output("output: Tidx")
                               .Attr("Tidx: {bfloat16, half, float, double, int8, int16, int32, "
                                     "int64, uint16, uint32, uint64} = DT_INT32")
                               .Doc("start, start + delta, ... as long as it is before `limit`.")
                               .Shape(RangeShape)
                               .NotDifferentiable()
                               .CpuFor<RangeKernel, bfloat16, half, float, double, int8_t, int16_t,
                                       int32_t, int64_t, uint16_t, uint32_t, uint64_t>("Tidx")));
  return r.Add(Op("LinSpace")
                   .Input("start: T")
                   .Input("stop: T")
                   .Input("num: Tidx")
                   .Output("output: T")
                   .Attr("T: {bfloat16, half, float, double}")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Doc("`num` evenly spaced numbers from `start` to `stop`, both included.")
                   .Shape(LinSpaceShape)
                   .NotDifferentiable()
                   .Cpu<LinSpaceKernel, bfloat16, half, float, double>());
}

}  // namespace millrace
