// RaggedRange.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

// Scalars serve every row.
class RaggedRangeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    int64_t rows = -1;
    for (int i = 0; i < 3; ++i) {
      const Tensor& t = c.input(i);
      if (t.rank() > 1 || (t.rank() == 1 && rows >= 0 && t.dim(0) != rows)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "starts, limits and deltas must be scalars or vectors of the same shape; one is ",
            t.shape().ToString()));
      }
      if (t.rank() == 1) rows = t.dim(0);
    }
    if (rows < 0) rows = 1;
    return DispatchWide(c.input(0).dtype(), [&](auto tag) -> absl::Status {
      using W = typename decltype(tag)::type;
      if constexpr (std::is_same_v<W, std::complex<double>>) {
        return absl::UnimplementedError("ranges of complex numbers");
      } else {
        return Fill<W>(c, rows);
      }
    });
  }

 private:
  static int64_t Count(double start, double limit, double delta) {
    const double n = std::ceil((limit - start) / delta);
    return n > 0 ? static_cast<int64_t>(std::min(n, 9e18)) : 0;
  }
  static int64_t Count(int64_t start, int64_t limit, int64_t delta) {
    if ((delta > 0 && start >= limit) || (delta < 0 && start <= limit)) return 0;
    const uint64_t distance = delta > 0
                                  ? static_cast<uint64_t>(limit) - static_cast<uint64_t>(start)
                                  : static_cast<uint64_t>(start) - static_cast<uint64_t>(limit);
    const uint64_t step = delta > 0 ? static_cast<uint64_t>(delta) : -static_cast<uint64_t>(delta);
    return static_cast<int64_t>((distance - 1) / step + 1);
  }

  template <typename W>
  static absl::Status Fill(KernelContext& c, int64_t rows) {
    const std::vector<W> starts = LoadWide<W>(c.input(0)), limits = LoadWide<W>(c.input(1)),
                         deltas = LoadWide<W>(c.input(2));
    const auto at = [](const std::vector<W>& v, const Tensor& t, int64_t i) {
      return v[t.rank() == 0 ? 0 : static_cast<size_t>(i)];
    };
    Tensor* splits;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({rows + 1}), &splits));
    constexpr int64_t kMost = int64_t{1} << 40;
    std::vector<int64_t> counts(rows);
    int64_t total = 0;
    SetIntegerAt(splits, 0, 0);
    for (int64_t i = 0; i < rows; ++i) {
      const W delta = at(deltas, c.input(2), i);
      if (delta == W(0)) return absl::InvalidArgumentError("Requires delta != 0");
      counts[i] = Count(at(starts, c.input(0), i), at(limits, c.input(1), i), delta);
      if (counts[i] > kMost - total ||
          (splits->dtype() == DType::kInt32 && total + counts[i] > 0x7fffffff)) {
        return absl::InvalidArgumentError(
            absl::StrCat("the range of row ", i, " has too many elements: ", counts[i]));
      }
      total += counts[i];
      SetIntegerAt(splits, i + 1, total);
    }
    Tensor* values;
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({total}), &values));
    // The numbers are made in the wide type; whether there is room for them is found out first.
    Tensor room;
    MR_RETURN_IF_ERROR(c.allocate_temp(DType::kDouble, Shape({total}), &room));
    room.Reset();
    std::vector<W> all;
    all.reserve(static_cast<size_t>(total));
    for (int64_t i = 0; i < rows; ++i) {
      W value = at(starts, c.input(0), i);
      for (int64_t k = 0; k < counts[i]; ++k) {
        all.push_back(value);
        if (k + 1 < counts[i]) value += at(deltas, c.input(2), i);
      }
    }
    StoreWide(all, values);
    return absl::OkStatus();
  }
};

absl::Status RaggedRangeShape(ShapeContext& c) {
  for (int i = 0; i < 3; ++i) MR_RETURN_IF_ERROR(c.WithRankAtMost(i, 1).status());
  c.set_output(0, PartialShape::UnknownOfRank(1));
  c.set_output(1, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterRaggedRange(Registry& r) {
  return r.Add(
      Op("RaggedRange")
          .Input("starts: T")
          .Input("limits: T")
          .Input("deltas: T")
          .Output("rt_nested_splits: Tsplits")
          .Output("rt_dense_values: T")
          .Attr("T: {bfloat16, float, double, int32, int64} = DT_INT32")
          .Attr("Tsplits: {int32, int64} = DT_INT64")
          .Doc("A row starts[i], starts[i] + deltas[i], ... up to limits[i] for each i, ragged.")
          .Shape(RaggedRangeShape)
          .NotDifferentiable()
          .Cpu<RaggedRangeKernel>());
}

}  // namespace millrace
