// BroadcastGradientArgs: the axes over which the gradients of a broadcasting op are summed.
#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// r0 (r1): the axes of the broadcast shape along which s0 (s1) was repeated, that is where its size
// is 1 and the other's is not; where both are 1, the axis is in both.
template <typename T>
class BroadcastGradientArgsKernel final : public Kernel {
 public:
  bool cheap() const override { return true; }

  absl::Status Compute(KernelContext& c) override {
    absl::Span<const T> s[2];
    for (int k = 0; k < 2; ++k) {
      if (c.input(k).rank() != 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "In[", k, "] must be a vector, not of shape ", c.input(k).shape().ToString()));
      }
      s[k] = c.input(k).flat<T>();
    }
    const size_t rank = std::max(s[0].size(), s[1].size());
    absl::InlinedVector<T, 4> axes[2];
    // TensorFlow gives no axis at all for equal shapes.
    const bool equal = s[0] == s[1];
    for (size_t i = 0; i < rank && !equal; ++i) {
      T size[2];
      for (int k = 0; k < 2; ++k) {
        const size_t missing = rank - s[k].size();
        size[k] = i < missing ? T(1) : s[k][i - missing];
      }
      if (size[0] != size[1] && size[0] != 1 && size[1] != 1) {
        return absl::InvalidArgumentError(absl::StrCat("Incompatible shapes: [",
                                                       absl::StrJoin(s[0], ","), "] vs. [",
                                                       absl::StrJoin(s[1], ","), "]"));
      }
      const bool both_one = size[0] == 1 && size[1] == 1;
      for (int k = 0; k < 2; ++k) {
        if (both_one || (size[k] == 1 && size[1 - k] != 1)) axes[k].push_back(static_cast<T>(i));
      }
    }
    for (int k = 0; k < 2; ++k) {
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(k, Shape({static_cast<int64_t>(axes[k].size())}), &out));
      std::copy(axes[k].begin(), axes[k].end(), out->mutable_data<T>());
    }
    return absl::OkStatus();
  }
};

absl::Status TwoVectors(ShapeContext& c) {
  for (int k = 0; k < 2; ++k) {
    MR_RETURN_IF_ERROR(c.WithRank(k, 1).status());
    c.set_output(k, PartialShape::UnknownOfRank(1));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterBroadcastGradientArgs(Registry& r) {
  return r.Add(Op("BroadcastGradientArgs")
                   .Input("s0: T")
                   .Input("s1: T")
                   .Output("r0: T")
                   .Output("r1: T")
                   .Attr("T: {int32, int64} = DT_INT32")
                   .Doc("The axes over which to sum a gradient of the broadcast shape of s0 and "
                        "s1, to get one of shape s0 (r0) and one of shape s1 (r1).")
                   .Shape(TwoVectors)
                   .NotDifferentiable()
                   .Cpu<BroadcastGradientArgsKernel, int32_t, int64_t>());
}

}  // namespace millrace
