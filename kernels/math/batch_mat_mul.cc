// BatchMatMul, BatchMatMulV2, BatchMatMulV3: matrix products over leading dimensions, which
// broadcast in V2 and V3.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/broadcast.h"
#include "kernels/math/gemm.h"
#include "kernels/math/narrow.h"

namespace millrace {
namespace {

Shape LeadingDims(const Shape& shape) {
  return Shape(shape.dims().subspan(0, shape.dims().size() - 2));
}

template <typename T>
class BatchMatMulKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    may_broadcast_ = c.op() != "BatchMatMul";
    MR_RETURN_IF_ERROR(c.GetAttr("adj_x", &adjoint_[0]));
    return c.GetAttr("adj_y", &adjoint_[1]);
  }

  absl::Status Compute(KernelContext& c) override {
    for (int i = 0; i < 2; ++i) {
      if (c.input(i).rank() < 2) {
        return absl::InvalidArgumentError(
            absl::StrCat("In[", i, "] ndims must be >= 2: ", c.input(i).shape().ToString()));
      }
    }
    const Shape &x = c.input(0).shape(), &y = c.input(1).shape();
    const Shape batch_x = LeadingDims(x), batch_y = LeadingDims(y);
    if (!may_broadcast_ && batch_x != batch_y) {
      return absl::InvalidArgumentError(
          absl::StrCat("In[0] and In[1] must have the same batch dimensions: ", x.ToString(),
                       " vs. ", y.ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Broadcast batches, Broadcast::Create({&batch_x, &batch_y}));
    GemmShape s;
    s.transpose_a = adjoint_[0];
    s.transpose_b = adjoint_[1];
    s.m = x.dim(x.rank() - (adjoint_[0] ? 1 : 2));
    s.k = x.dim(x.rank() - (adjoint_[0] ? 2 : 1));
    s.n = y.dim(y.rank() - (adjoint_[1] ? 2 : 1));
    if (y.dim(y.rank() - (adjoint_[1] ? 1 : 2)) != s.k) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Matrix size-incompatible: In[0]: ", x.ToString(), ", In[1]: ", y.ToString()));
    }
    Shape shape = batches.output();
    MR_RETURN_IF_ERROR(shape.AddDim(s.m));
    MR_RETURN_IF_ERROR(shape.AddDim(s.n));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (shape.num_elements() == 0) return absl::OkStatus();
    return Multiply(c, s, batches, out);
  }

 private:
  using A = ArithmeticType<T>;

  // The input as the product wants it: widened, and conjugated where its adjoint is asked for.
  absl::Status Prepare(KernelContext& c, int i, Tensor* out) const {
    *out = c.input(i);
    if constexpr (kIsNarrowFloat<T>) {
      MR_RETURN_IF_ERROR(c.allocate_temp(DType::kFloat, c.input(i).shape(), out));
      Widen(c.input(i).data<T>(), out->mutable_data<float>(), out->num_elements());
    } else if constexpr (kIsComplex<T>) {
      if (!adjoint_[i]) return absl::OkStatus();
      MR_RETURN_IF_ERROR(c.allocate_temp(c.input(i).dtype(), c.input(i).shape(), out));
      for (int64_t j = 0; j < out->num_elements(); ++j)
        out->mutable_data<T>()[j] = std::conj(c.input(i).data<T>()[j]);
    }
    return absl::OkStatus();
  }

  absl::Status Multiply(KernelContext& c, const GemmShape& s, const Broadcast& batches,
                        Tensor* out) const {
    Tensor x, y, wide;
    MR_RETURN_IF_ERROR(Prepare(c, 0, &x));
    MR_RETURN_IF_ERROR(Prepare(c, 1, &y));
    A* z = nullptr;
    if constexpr (kIsNarrowFloat<T>) {
      MR_RETURN_IF_ERROR(c.allocate_temp(DType::kFloat, out->shape(), &wide));
      z = wide.template mutable_data<A>();
    } else {
      z = out->template mutable_data<A>();
    }
    const int64_t work = s.m * s.n * std::max<int64_t>(1, s.k);
    // Few large products are cut up themselves, many small ones are shared out whole.
    ThreadPool* inner = batches.output().num_elements() < 2 * c.pool()->size() ? c.pool() : nullptr;
    const int64_t grain =
        inner != nullptr ? batches.output().num_elements() : std::max<int64_t>(1, 65536 / work);
    batches.ForEachRun(
        c.pool(), grain, [&](int64_t at, const Broadcast::Offsets& from, int64_t count) {
          for (int64_t i = 0; i < count; ++i) {
            Gemm(inner, s, x.template data<A>() + (from[0] + i * batches.step(0)) * s.m * s.k,
                 y.template data<A>() + (from[1] + i * batches.step(1)) * s.k * s.n,
                 z + (at + i) * s.m * s.n);
          }
        });
    if constexpr (kIsNarrowFloat<T>)
      Narrow(wide.data<float>(), out->mutable_data<T>(), wide.num_elements());
    return absl::OkStatus();
  }

  bool may_broadcast_ = true;
  bool adjoint_[2] = {false, false};
};

// `grad`, of the broadcast batch, summed to the batch dimensions of `to`, whose counterpart is
// `other`.
Output SumBatch(Builder& b, Output grad, Output to, Output other) {
  const PartialShape s = b.shape(to), o = b.shape(other);
  if (s.known_rank() && o.known_rank() && s.rank() == o.rank()) {
    bool same = true;
    for (int d = 0; d + 2 < s.rank(); ++d) same = same && s.dim(d) >= 0 && s.dim(d) == o.dim(d);
    if (same) return grad;
  }
  const auto batch = [&](Output x) {
    const Output length = b.ExpandDims(b.Sub(b.Rank(x), b.Scalar<int32_t>(2)), 0);
    return b.Slice(b.Shape(x), b.Ints({0}), length);
  };
  const Outputs axes = b.Op("BroadcastGradientArgs", {batch(to), batch(other)});
  if (!b.ok()) return grad;
  return b.Reshape(b.Sum(grad, axes[0]), b.Shape(to));
}

absl::StatusOr<Gradients> BatchMatMulGradient(Builder& b, const OpView& op, const Gradients& dz) {
  const Output x = op.input(0), y = op.input(1);
  const bool ax = op.attr<bool>("adj_x"), ay = op.attr<bool>("adj_y");
  const auto product = [&](Output p, Output q, bool ap, bool aq) {
    return b.Op1("BatchMatMulV2", {p, q}, {{"adj_x", ap}, {"adj_y", aq}});
  };
  const Output dx = ax ? product(y, dz[0], ay, true) : product(dz[0], y, false, !ay);
  const Output dy = ay ? product(dz[0], x, true, ax) : product(x, dz[0], !ax, false);
  return Gradients{SumBatch(b, dx, x, y), SumBatch(b, dy, y, x)};
}

absl::Status BatchShape(ShapeContext& c) {
  PartialShape s[2], batch[2];
  bool adjoint[2];
  MR_RETURN_IF_ERROR(c.GetAttr("adj_x", &adjoint[0]));
  MR_RETURN_IF_ERROR(c.GetAttr("adj_y", &adjoint[1]));
  for (int i = 0; i < 2; ++i) {
    MR_ASSIGN_OR_RETURN(s[i], c.WithRankAtLeast(i, 2));
    if (!s[i].known_rank()) return absl::OkStatus();
    MR_ASSIGN_OR_RETURN(batch[i], PartialShape::Create(s[i].dims().subspan(0, s[i].rank() - 2)));
  }
  const auto inner = ShapeContext::MergeDim(s[0].dim(s[0].rank() - (adjoint[0] ? 2 : 1)),
                                            s[1].dim(s[1].rank() - (adjoint[1] ? 1 : 2)));
  if (!inner.ok()) return c.Error(1, inner.status().message());
  MR_ASSIGN_OR_RETURN(PartialShape shape, BroadcastShapes(batch[0], batch[1]));
  shape.AddDim(s[0].dim(s[0].rank() - (adjoint[0] ? 1 : 2)));
  shape.AddDim(s[1].dim(s[1].rank() - (adjoint[1] ? 2 : 1)));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

// V3's kernels are for one type throughout.
template <typename... Ts>
Op& WithOneType(Op& op) {
  (op.AddKernel({"CPU",
                 {{"Ta", kDTypeOf<Ts>}, {"Tb", kDTypeOf<Ts>}, {"Tout", kDTypeOf<Ts>}},
                 {},
                 [] { return std::unique_ptr<Kernel>(std::make_unique<BatchMatMulKernel<Ts>>()); },
                 nullptr}),
   ...);
  return op;
}

}  // namespace

absl::Status RegisterBatchMatMul(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("BatchMatMul")
                .Input("x: T")
                .Input("y: T")
                .Output("output: T")
                .Attr("T: {bfloat16, half, float, double, int32, int64, complex64, complex128}")
                .Attr("adj_x: bool = false")
                .Attr("adj_y: bool = false")
                .Attr("grad_x: bool = false")
                .Attr("grad_y: bool = false")
                .Doc("Products of the matrices in the last two dimensions, each the adjoint first "
                     "if so asked.")
                .Shape(BatchShape)
                .Gradient(BatchMatMulGradient)
                .Cpu<BatchMatMulKernel, half, bfloat16, float, double, int32_t, int64_t, complex64,
                     complex128>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("BatchMatMulV2")
                .Input("x: T")
                .Input("y: T")
                .Output("output: T")
                .Attr("T: {bfloat16, half, float, double, int16, int32, int64, uint8, uint16, "
                      "uint32, uint64, complex64, complex128}")
                .Attr("adj_x: bool = false")
                .Attr("adj_y: bool = false")
                .Attr("grad_x: bool = false")
                .Attr("grad_y: bool = false")
                .Doc("Products of the matrices in the last two dimensions, each the adjoint first "
                     "if so asked; the dimensions before them broadcast.")
                .Shape(BatchShape)
                .Gradient(BatchMatMulGradient)
                .Cpu<BatchMatMulKernel, half, bfloat16, float, double, int16_t, int32_t, int64_t,
                     complex64, complex128>()));
  return r.Add(WithOneType<half, bfloat16, float, double, int16_t, int32_t, int64_t, complex64,
                           complex128>(
      Op("BatchMatMulV3")
          .Input("x: Ta")
          .Input("y: Tb")
          .Output("output: Tout")
          .Attr("Ta: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Attr("Tb: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
                "complex128}")
          .Attr("Tout: {bfloat16, half, float, double, int16, int32, int64, complex64, complex128}")
          .Attr("adj_x: bool = false")
          .Attr("adj_y: bool = false")
          .Attr("grad_x: bool = false")
          .Attr("grad_y: bool = false")
          .Doc("Products of the matrices in the last two dimensions, each the adjoint first if so "
               "asked; the dimensions before them broadcast.")
          .Shape(BatchShape)
          .Gradient(BatchMatMulGradient)));
}

}  // namespace millrace
