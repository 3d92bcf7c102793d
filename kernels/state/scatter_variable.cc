// ScatterAdd, ScatterUpdate and so on, their forms by position (ScatterNd...), and those for
// resource variables.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/scatter.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

template <ScatterOp kOp, bool kNd>
class ScatterVariableKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    {
      LockedVariables variable;
      const Tensor& updates = c.input(2);
      MR_RETURN_IF_ERROR(variable.Lock(c, 1, updates.dtype()));
      Tensor& value = variable[0];
      absl::StatusOr<ScatterTargets> targets =
          kNd ? NdTargets(c.input(1), value.shape()) : RowTargets(c.input(1), value.shape());
      if (!targets.ok()) return targets.status();
      MR_RETURN_IF_ERROR(Scatter(kOp, *targets, updates, /*allow_scalar=*/!kNd, value));
    }
    ForwardRef(c);
    return absl::OkStatus();
  }
};

absl::Status RefShape(ShapeContext& c) {
  if (c.num_outputs() > 0) c.set_output(0, c.input(0));
  return absl::OkStatus();
}

template <ScatterOp kOp, bool kNd>
Op& Finish(Op& op) {
  return op.Shape(RefShape).NotDifferentiable().Cpu<ScatterVariableKernel<kOp, kNd>>();
}

absl::Status RegisterRows(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kUpdate, false>(
      Op("ScatterUpdate")
          .Input("ref: Ref(T)")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: type")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = true")
          .Doc("variable[indices[i...]] = updates[i...], in order."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kUpdate, false>(
      Op("ResourceScatterUpdate")
          .Input("resource: resource")
          .Input("indices: Tindices")
          .Input("updates: dtype")
          .Attr("dtype: type")
          .Attr("Tindices: {int32, int64}")
          .Stateful()
          .Doc("variable[indices[i...]] = updates[i...], in order."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kAdd, false>(Op("ScatterAdd")
                                               .Input("ref: Ref(T)")
                                               .Input("indices: Tindices")
                                               .Input("updates: T")
                                               .Output("output_ref: Ref(T)")
                                               .Attr("T: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Attr("use_locking: bool = false")
                                               .Doc("variable[indices[i...]] += updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kAdd, false>(Op("ResourceScatterAdd")
                                               .Input("resource: resource")
                                               .Input("indices: Tindices")
                                               .Input("updates: dtype")
                                               .Attr("dtype: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Stateful()
                                               .Doc("variable[indices[i...]] += updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kSub, false>(Op("ScatterSub")
                                               .Input("ref: Ref(T)")
                                               .Input("indices: Tindices")
                                               .Input("updates: T")
                                               .Output("output_ref: Ref(T)")
                                               .Attr("T: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Attr("use_locking: bool = false")
                                               .Doc("variable[indices[i...]] -= updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kSub, false>(Op("ResourceScatterSub")
                                               .Input("resource: resource")
                                               .Input("indices: Tindices")
                                               .Input("updates: dtype")
                                               .Attr("dtype: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Stateful()
                                               .Doc("variable[indices[i...]] -= updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kMul, false>(Op("ScatterMul")
                                               .Input("ref: Ref(T)")
                                               .Input("indices: Tindices")
                                               .Input("updates: T")
                                               .Output("output_ref: Ref(T)")
                                               .Attr("T: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Attr("use_locking: bool = false")
                                               .Doc("variable[indices[i...]] *= updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kMul, false>(Op("ResourceScatterMul")
                                               .Input("resource: resource")
                                               .Input("indices: Tindices")
                                               .Input("updates: dtype")
                                               .Attr("dtype: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Stateful()
                                               .Doc("variable[indices[i...]] *= updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kDiv, false>(Op("ScatterDiv")
                                               .Input("ref: Ref(T)")
                                               .Input("indices: Tindices")
                                               .Input("updates: T")
                                               .Output("output_ref: Ref(T)")
                                               .Attr("T: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Attr("use_locking: bool = false")
                                               .Doc("variable[indices[i...]] /= updates[i...]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kDiv, false>(Op("ResourceScatterDiv")
                                               .Input("resource: resource")
                                               .Input("indices: Tindices")
                                               .Input("updates: dtype")
                                               .Attr("dtype: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Stateful()
                                               .Doc("variable[indices[i...]] /= updates[i...]."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kMin, false>(
      Op("ScatterMin")
          .Input("ref: Ref(T)")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: {half, bfloat16, float, double, int32, int64}")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = false")
          .Doc("variable[indices[i...]] = min of it and updates[i...]."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kMin, false>(
      Op("ResourceScatterMin")
          .Input("resource: resource")
          .Input("indices: Tindices")
          .Input("updates: dtype")
          .Attr("dtype: numbertype")
          .Attr("Tindices: {int32, int64}")
          .Stateful()
          .Doc("variable[indices[i...]] = min of it and updates[i...]."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kMax, false>(
      Op("ScatterMax")
          .Input("ref: Ref(T)")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: {half, bfloat16, float, double, int32, int64}")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = false")
          .Doc("variable[indices[i...]] = max of it and updates[i...]."))));
  return r.Add(Finish<ScatterOp::kMax, false>(
      Op("ResourceScatterMax")
          .Input("resource: resource")
          .Input("indices: Tindices")
          .Input("updates: dtype")
          .Attr("dtype: numbertype")
          .Attr("Tindices: {int32, int64}")
          .Stateful()
          .Doc("variable[indices[i...]] = max of it and updates[i...].")));
}

absl::Status RegisterPositions(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kUpdate, true>(
      Op("ScatterNdUpdate")
          .Input("ref: Ref(T)")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: type")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = true")
          .Attr("bad_indices_policy: string = ''")
          .Doc("variable[indices[i, :]] = updates[i], in order."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kUpdate, true>(
      Op("ResourceScatterNdUpdate")
          .Input("ref: resource")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Attr("T: type")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = true")
          .Attr("bad_indices_policy: string = ''")
          .Stateful()
          .Doc("variable[indices[i, :]] = updates[i], in order."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kAdd, true>(Op("ScatterNdAdd")
                                              .Input("ref: Ref(T)")
                                              .Input("indices: Tindices")
                                              .Input("updates: T")
                                              .Output("output_ref: Ref(T)")
                                              .Attr("T: numbertype")
                                              .Attr("Tindices: {int32, int64}")
                                              .Attr("use_locking: bool = false")
                                              .Attr("bad_indices_policy: string = ''")
                                              .Doc("variable[indices[i, :]] += updates[i]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kAdd, true>(Op("ResourceScatterNdAdd")
                                              .Input("ref: resource")
                                              .Input("indices: Tindices")
                                              .Input("updates: T")
                                              .Attr("T: type")
                                              .Attr("Tindices: {int32, int64}")
                                              .Attr("use_locking: bool = true")
                                              .Attr("bad_indices_policy: string = ''")
                                              .Stateful()
                                              .Doc("variable[indices[i, :]] += updates[i]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kSub, true>(Op("ScatterNdSub")
                                              .Input("ref: Ref(T)")
                                              .Input("indices: Tindices")
                                              .Input("updates: T")
                                              .Output("output_ref: Ref(T)")
                                              .Attr("T: numbertype")
                                              .Attr("Tindices: {int32, int64}")
                                              .Attr("use_locking: bool = false")
                                              .Attr("bad_indices_policy: string = ''")
                                              .Doc("variable[indices[i, :]] -= updates[i]."))));
  MR_RETURN_IF_ERROR(
      r.Add(Finish<ScatterOp::kSub, true>(Op("ResourceScatterNdSub")
                                              .Input("ref: resource")
                                              .Input("indices: Tindices")
                                              .Input("updates: T")
                                              .Attr("T: type")
                                              .Attr("Tindices: {int32, int64}")
                                              .Attr("use_locking: bool = true")
                                              .Attr("bad_indices_policy: string = ''")
                                              .Stateful()
                                              .Doc("variable[indices[i, :]] -= updates[i]."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kMin, true>(
      Op("ScatterNdMin")
          .Input("ref: Ref(T)")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: numbertype")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = false")
          .Attr("bad_indices_policy: string = ''")
          .Doc("variable[indices[i, :]] = min of it and updates[i]."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kMin, true>(
      Op("ResourceScatterNdMin")
          .Input("ref: resource")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Attr("T: type")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = true")
          .Attr("bad_indices_policy: string = ''")
          .Stateful()
          .Doc("variable[indices[i, :]] = min of it and updates[i]."))));
  MR_RETURN_IF_ERROR(r.Add(Finish<ScatterOp::kMax, true>(
      Op("ScatterNdMax")
          .Input("ref: Ref(T)")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output_ref: Ref(T)")
          .Attr("T: numbertype")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = false")
          .Attr("bad_indices_policy: string = ''")
          .Doc("variable[indices[i, :]] = max of it and updates[i]."))));
  return r.Add(Finish<ScatterOp::kMax, true>(
      Op("ResourceScatterNdMax")
          .Input("ref: resource")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Attr("T: type")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = true")
          .Attr("bad_indices_policy: string = ''")
          .Stateful()
          .Doc("variable[indices[i, :]] = max of it and updates[i].")));
}

}  // namespace

absl::Status RegisterScatterVariable(Registry& r) {
  MR_RETURN_IF_ERROR(RegisterRows(r));
  return RegisterPositions(r);
}

}  // namespace millrace
