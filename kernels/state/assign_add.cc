// AssignAdd, AssignSub and their forms for resource variables.
#include <complex>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

constexpr int64_t kElementsPerShard = 1 << 15;

struct Plus {
  template <typename T>
  static T Apply(T a, T b) {
    return T(a + b);
  }
};
struct Minus {
  template <typename T>
  static T Apply(T a, T b) {
    return T(a - b);
  }
};

template <typename T, typename F>
class AssignUpdateKernel : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    {
      LockedVariables variable;
      MR_RETURN_IF_ERROR(variable.Lock(c, 1, kDTypeOf<T>));
      Tensor& value = variable[0];
      const Tensor& update = c.input(1);
      if (value.shape() != update.shape()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Cannot update variable with shape ", value.shape().ToString(),
            " using a Tensor with shape ", update.shape().ToString(), ", shapes must be equal."));
      }
      T* out = value.mutable_data<T>();
      const T* in = update.data<T>();
      c.pool()->ParallelFor(value.num_elements(), kElementsPerShard,
                            [&](int64_t begin, int64_t end) {
                              for (int64_t i = begin; i < end; ++i)
                                out[i] = F::Apply(out[i], in[i]);
                            });
    }
    ForwardRef(c);
    return absl::OkStatus();
  }
};

template <typename T>
class AddKernel final : public AssignUpdateKernel<T, Plus> {};
template <typename T>
class SubKernel final : public AssignUpdateKernel<T, Minus> {};

absl::Status UpdateShape(ShapeContext& c) {
  const HandleData* handle = c.input_handle(0);
  if (handle == nullptr || handle->empty()) return absl::OkStatus();
  absl::StatusOr<PartialShape> merged = (*handle)[0].shape.MergeWith(c.input(1));
  return merged.ok() ? absl::OkStatus() : c.Error(1, merged.status().message());
}

template <template <typename> class K>
Op& AddKernels(Op& op, absl::string_view type_attr) {
  return op.NotDifferentiable()
      .CpuFor<K, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t, uint8_t,
              uint16_t, uint32_t, uint64_t, std::complex<float>, std::complex<double>>(type_attr);
}

}  // namespace

absl::Status RegisterAssignAdd(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(AddKernels<AddKernel>(Op("AssignAdd")
                                                     .Input("ref: Ref(T)")
                                                     .Input("value: T")
                                                     .Output("output_ref: Ref(T)")
                                                     .Attr("T: numbertype")
                                                     .Attr("use_locking: bool = false")
                                                     .Doc("variable += value, atomically.")
                                                     .Shape(MergeInputs),
                                                 "T")));
  MR_RETURN_IF_ERROR(r.Add(AddKernels<SubKernel>(Op("AssignSub")
                                                     .Input("ref: Ref(T)")
                                                     .Input("value: T")
                                                     .Output("output_ref: Ref(T)")
                                                     .Attr("T: numbertype")
                                                     .Attr("use_locking: bool = false")
                                                     .Doc("variable -= value, atomically.")
                                                     .Shape(MergeInputs),
                                                 "T")));
  MR_RETURN_IF_ERROR(r.Add(AddKernels<AddKernel>(Op("AssignAddVariableOp")
                                                     .Input("resource: resource")
                                                     .Input("value: dtype")
                                                     .Attr("dtype: type")
                                                     .Stateful()
                                                     .Doc("variable += value, atomically.")
                                                     .Shape(UpdateShape),
                                                 "dtype")));
  return r.Add(AddKernels<SubKernel>(Op("AssignSubVariableOp")
                                         .Input("resource: resource")
                                         .Input("value: dtype")
                                         .Attr("dtype: type")
                                         .Stateful()
                                         .Doc("variable -= value, atomically.")
                                         .Shape(UpdateShape),
                                     "dtype"));
}

}  // namespace millrace
