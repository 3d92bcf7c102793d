// InplaceUpdate, InplaceAdd, InplaceSub: rows of a tensor replaced, increased or decreased.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/scatter.h"

namespace millrace {
namespace {

absl::Status CheckRows(const Tensor& x, const Tensor& rows, const Tensor& v) {
  if (rows.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("i must be a vector, not of shape ", rows.shape().ToString()));
  }
  bool fits = x.rank() == v.rank() && x.rank() > 0 && v.dim(0) == rows.dim(0);
  for (int d = 1; fits && d < x.rank(); ++d) fits = x.dim(d) == v.dim(d);
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("x of shape ", x.shape().ToString(),
                                                 " cannot take v of shape ", v.shape().ToString(),
                                                 " in ", rows.num_elements(), " rows"));
}

// The memory of x is reused only where nobody else reads it: what TensorFlow changes under other
// readers of x is left alone here.
template <ScatterOp op>
class InplaceRowsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    const DType type = c.input_type(0);
    const bool moved = type == DType::kBool || type == DType::kString;
    if (IsFloating(type) || IsComplex(type) || IsInteger(type)) return absl::OkStatus();
    if (op == ScatterOp::kUpdate && moved) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("Unsupported data type: ", DTypeName(type)));
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &x = c.input(0), &rows = c.input(1), &v = c.input(2);
    MR_RETURN_IF_ERROR(CheckRows(x, rows, v));
    const int64_t count = rows.num_elements(), size = x.dim(0);
    if (size == 0 && count > 0) return absl::InvalidArgumentError("x has no rows");
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, x.shape(), &out));
    if (out->raw_data() != x.raw_data())
      CopyElements(x.dtype(), x.raw_data(), out->mutable_raw_data(), x.num_elements());
    ScatterTargets targets;
    targets.slice = count == 0 ? 0 : v.num_elements() / count;
    targets.updates_shape = v.shape();
    for (int64_t k = 0; k < count; ++k) {
      const int64_t at = (rows.data<int32_t>()[k] % size + size) % size;
      targets.offsets.push_back(at * targets.slice);
    }
    return Scatter(op, targets, v, /*allow_scalar=*/false, *out);
  }
};

}  // namespace

absl::Status RegisterInplaceRows(Registry& r) {
  const auto add = [&r](const char* name, const char* doc, auto kernel) {
    return r.Add(Op(name)
                     .Input("x: T")
                     .Input("i: int32")
                     .Input("v: T")
                     .Output("y: T")
                     .Attr("T: type")
                     .Doc(doc)
                     .Shape(SameAsInput0)
                     .NotDifferentiable()
                     .Cpu<typename decltype(kernel)::type>());
  };
  MR_RETURN_IF_ERROR(add("InplaceUpdate", "x with the rows v in the places i, modulo its rows.",
                         TypeTag<InplaceRowsKernel<ScatterOp::kUpdate>>()));
  MR_RETURN_IF_ERROR(add("InplaceAdd", "x with the rows v added in the places i, modulo its rows.",
                         TypeTag<InplaceRowsKernel<ScatterOp::kAdd>>()));
  return add("InplaceSub", "x with the rows v subtracted in the places i, modulo its rows.",
             TypeTag<InplaceRowsKernel<ScatterOp::kSub>>());
}

}  // namespace millrace
