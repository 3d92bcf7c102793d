// InvertPermutation.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

template <typename T>
class InvertPermutationKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("invert_permutation expects a 1D vector, got ", in.shape().ToString()));
    }
    const int64_t n = in.num_elements();
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    T* inverse = out->mutable_data<T>();
    std::fill_n(inverse, n, T(-1));
    const T* perm = in.data<T>();
    for (int64_t i = 0; i < n; ++i) {
      if (perm[i] < 0 || perm[i] >= n) {
        return absl::InvalidArgumentError(absl::StrCat(perm[i], " is not between 0 and ", n));
      }
      if (inverse[perm[i]] != -1) {
        return absl::InvalidArgumentError(absl::StrCat(perm[i], " is duplicated in the input."));
      }
      inverse[perm[i]] = static_cast<T>(i);
    }
    return absl::OkStatus();
  }
};

absl::Status VectorInput(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.WithRank(0, 1));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterInvertPermutation(Registry& r) {
  return r.Add(Op("InvertPermutation")
                   .Input("x: T")
                   .Output("y: T")
                   .Attr("T: {int32, int64} = DT_INT32")
                   .Doc("y[x[i]] = i. x: [n], a permutation of 0 .. n-1.")
                   .Shape(VectorInput)
                   .NotDifferentiable()
                   .Cpu<InvertPermutationKernel, int32_t, int64_t>());
}

}  // namespace millrace
