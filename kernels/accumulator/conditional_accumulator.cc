// ConditionalAccumulator, its resource and sparse forms, and the ops on them. A reference to an
// accumulator holds a handle at run time, so one kernel serves both forms of an op.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/named_resource.h"
#include "core/runtime/step.h"
#include "kernels/accumulator/accumulator_resource.h"

namespace millrace {
namespace {

template <bool kSparse>
class AccumulatorKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string reduction;
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype_));
    MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape_));
    MR_RETURN_IF_ERROR(c.GetAttr("reduction_type", &reduction));
    mean_ = reduction == "MEAN";
    return accumulator_.Init(c);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto accumulator, accumulator_.Output(c, [&] {
      return std::make_shared<Accumulator>(dtype_, shape_, kSparse, mean_);
    }));
    if (accumulator->dtype() != dtype_ || accumulator->shape() != shape_ ||
        accumulator->sparse() != kSparse || accumulator->mean() != mean_) {
      return absl::InvalidArgumentError(absl::StrCat("shared accumulator '", accumulator_.name(),
                                                     "' has another type, shape or reduction"));
    }
    return absl::OkStatus();
  }

 private:
  DType dtype_;
  PartialShape shape_;
  bool mean_ = true;
  NamedResource<Accumulator> accumulator_;
};

absl::StatusOr<int64_t> ScalarOf(const Tensor& t, absl::string_view what) {
  if (t.rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be a scalar, not of shape ", t.shape().ToString()));
  }
  return t.dtype() == DType::kInt32 ? t.scalar<int32_t>() : t.scalar<int64_t>();
}

absl::StatusOr<std::shared_ptr<Accumulator>> FindAccumulator(KernelContext& c, bool sparse) {
  MR_ASSIGN_OR_RETURN(auto accumulator, c.resource<Accumulator>(0));
  if (accumulator->sparse() == sparse) return accumulator;
  return absl::InvalidArgumentError(
      absl::StrCat("the accumulator is ", sparse ? "not " : "", "for sparse gradients"));
}

class ApplyGradientKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto accumulator, FindAccumulator(c, /*sparse=*/false));
    MR_ASSIGN_OR_RETURN(const int64_t step, ScalarOf(c.input(1), "local_step"));
    return accumulator->Apply(step, {c.input(2)});
  }
};

// (handle, local_step, indices, values, shape)
class ApplySparseGradientKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("has_known_shape", &shape_known_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto accumulator, FindAccumulator(c, /*sparse=*/true));
    MR_ASSIGN_OR_RETURN(const int64_t step, ScalarOf(c.input(1), "local_step"));
    return accumulator->Apply(step, {c.input(2), c.input(3), shape_known_ ? c.input(4) : Tensor()});
  }

 private:
  bool shape_known_ = false;
};

// The outputs are those of the accumulator's result: the values, or indices, values and shape.
template <bool kSparse>
class TakeGradientKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    absl::StatusOr<std::shared_ptr<Accumulator>> accumulator = FindAccumulator(c, kSparse);
    if (!accumulator.ok()) return done(accumulator.status());
    const absl::StatusOr<int64_t> required = ScalarOf(c.input(1), "num_required");
    if (!required.ok()) return done(required.status());
    const DType wanted = c.output_type(kSparse ? 1 : 0);
    if ((*accumulator)->dtype() != wanted) {
      return done(absl::InvalidArgumentError(absl::StrCat("the accumulator holds ",
                                                          DTypeName((*accumulator)->dtype()),
                                                          ", not ", DTypeName(wanted))));
    }
    Accumulator* a = accumulator->get();
    // The callback keeps the accumulator while it waits.
    a->Take(*required, c.step().cancellation,
            [&c, accumulator = *std::move(accumulator),
             done = std::move(done)](absl::StatusOr<GradientTuple> result) mutable {
              if (!result.ok()) return done(result.status());
              for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, std::move((*result)[i]));
              done(absl::OkStatus());
            });
  }
};

class NumAccumulatedKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto accumulator, c.resource<Accumulator>(0));
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(accumulator->count())));
    return absl::OkStatus();
  }
};

class SetGlobalStepKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto accumulator, c.resource<Accumulator>(0));
    MR_ASSIGN_OR_RETURN(const int64_t step, ScalarOf(c.input(1), "new_global_step"));
    accumulator->SetGlobalStep(step);
    return absl::OkStatus();
  }
};

template <typename K>
absl::Status AddBoth(Registry& r, Op& by_reference, Op& by_resource, ShapeFn shape,
                     absl::string_view doc) {
  MR_RETURN_IF_ERROR(r.Add(by_reference.Doc(doc).Shape(shape).NotDifferentiable().Cpu<K>()));
  return r.Add(by_resource.Doc(doc).Shape(shape).NotDifferentiable().Cpu<K>());
}

}  // namespace

absl::Status RegisterConditionalAccumulator(Registry& r) {
  MR_RETURN_IF_ERROR(AddBoth<AccumulatorKernel<false>>(
      r,
      Op("ConditionalAccumulator")
          .Output("handle: Ref(string)")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Attr("shape: shape")
          .Attr("container: string = ''")
          .Attr("shared_name: string = ''")
          .Attr("reduction_type: {'MEAN', 'SUM'} = 'MEAN'")
          .Stateful(),
      Op("ResourceConditionalAccumulator")
          .Output("handle: resource")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Attr("shape: shape")
          .Attr("container: string = ''")
          .Attr("shared_name: string = ''")
          .Attr("reduction_type: {'MEAN', 'SUM'} = 'MEAN'")
          .Stateful(),
      UnknownOutputs,
      "Sums gradients until enough of them have come; gradients of old steps are dropped."));
  MR_RETURN_IF_ERROR(AddBoth<ApplyGradientKernel>(
      r,
      Op("AccumulatorApplyGradient")
          .Input("handle: Ref(string)")
          .Input("local_step: int64")
          .Input("gradient: dtype")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}"),
      Op("ResourceAccumulatorApplyGradient")
          .Input("handle: resource")
          .Input("local_step: int64")
          .Input("gradient: dtype")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Stateful(),
      NoOutputs, "Adds a gradient, unless local_step is older than the accumulator's step."));
  MR_RETURN_IF_ERROR(AddBoth<TakeGradientKernel<false>>(
      r,
      Op("AccumulatorTakeGradient")
          .Input("handle: Ref(string)")
          .Input("num_required: int32")
          .Output("average: dtype")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .MayWait(),
      Op("ResourceAccumulatorTakeGradient")
          .Input("handle: resource")
          .Input("num_required: int32")
          .Output("average: dtype")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Stateful()
          .MayWait(),
      UnknownOutputs,
      "The mean or sum of the gradients, once there are num_required; the accumulator begins "
      "anew."));
  MR_RETURN_IF_ERROR(AddBoth<NumAccumulatedKernel>(
      r,
      Op("AccumulatorNumAccumulated").Input("handle: Ref(string)").Output("num_accumulated: int32"),
      Op("ResourceAccumulatorNumAccumulated")
          .Input("handle: resource")
          .Output("num_accumulated: int32")
          .Stateful(),
      ScalarOutputs, "How many gradients were added since the last were taken."));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseConditionalAccumulator")
          .Output("handle: Ref(string)")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Attr("shape: shape")
          .Attr("container: string = ''")
          .Attr("shared_name: string = ''")
          .Attr("reduction_type: {'MEAN', 'SUM'} = 'MEAN'")
          .Stateful()
          .Doc("Sums the rows of sparse gradients until enough of them have come.")
          .Shape(UnknownOutputs)
          .NotDifferentiable()
          .Cpu<AccumulatorKernel<true>>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseAccumulatorApplyGradient")
          .Input("handle: Ref(string)")
          .Input("local_step: int64")
          .Input("gradient_indices: int64")
          .Input("gradient_values: dtype")
          .Input("gradient_shape: int64")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Attr("has_known_shape: bool")
          .Doc("Adds a sparse gradient, unless local_step is older than the accumulator's.")
          .Shape(NoOutputs)
          .NotDifferentiable()
          .Cpu<ApplySparseGradientKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseAccumulatorTakeGradient")
          .Input("handle: Ref(string)")
          .Input("num_required: int32")
          .Output("indices: int64")
          .Output("values: dtype")
          .Output("shape: int64")
          .Attr(
              "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .MayWait()
          .Doc("The mean or sum of the rows that gradients had, once there are num_required; "
               "the accumulator begins anew.")
          .Shape(UnknownOutputs)
          .NotDifferentiable()
          .Cpu<TakeGradientKernel<true>>()));
  return AddBoth<SetGlobalStepKernel>(
      r,
      Op("AccumulatorSetGlobalStep").Input("handle: Ref(string)").Input("new_global_step: int64"),
      Op("ResourceAccumulatorSetGlobalStep")
          .Input("handle: resource")
          .Input("new_global_step: int64")
          .Stateful(),
      NoOutputs, "Sets the accumulator's step: older gradients are dropped from now on.");
}

}  // namespace millrace
