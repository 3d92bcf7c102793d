// SoftmaxCrossEntropyWithLogits, SparseSoftmaxCrossEntropyWithLogits: the loss and its gradient in
// one pass.
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/narrow.h"
#include "kernels/math/types.h"
#include "kernels/nn/softmax_row.h"

namespace millrace {
namespace {

int64_t RowGrain(int64_t classes) {
  return std::max<int64_t>(1, 4096 / std::max<int64_t>(1, classes));
}

template <typename T>
std::vector<T> MakeScratch(int64_t n) {
  return std::vector<T>(static_cast<size_t>(n));
}

// labels_j are weights of the classes: loss = sum_j labels_j (log sum_k exp(x_k) - x_j), d loss /
// dx = softmax(x) - labels.
template <typename T>
class DenseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& features = c.input(0);
    const Tensor& labels = c.input(1);
    int64_t dims[2];
    if (!Broadcasts(features.shape(), labels.shape(), dims)) {
      return absl::InvalidArgumentError(
          absl::StrCat("logits and labels must be broadcastable matrices: logits_size=",
                       features.shape().ToString(), " labels_size=", labels.shape().ToString()));
    }
    const int64_t n = dims[1];
    Tensor *loss, *backprop;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({dims[0]}), &loss));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({dims[0], n}));
    MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &backprop));
    if (n == 0) {
      std::fill_n(loss->mutable_data<T>(), dims[0], T(0));
      return absl::OkStatus();
    }
    c.pool()->ParallelFor(dims[0], RowGrain(n), [&](int64_t begin, int64_t end) {
      auto scratch = MakeScratch<A>(3 * n);
      for (int64_t i = begin; i < end; ++i) {
        Load(features, i, n, scratch.data());
        Load(labels, i, n, scratch.data() + n);
        const A value = Row(scratch.data(), scratch.data() + n, n, scratch.data() + 2 * n);
        loss->mutable_data<T>()[i] = static_cast<T>(value);
        T* out = backprop->mutable_data<T>() + i * n;
        for (int64_t j = 0; j < n; ++j) out[j] = static_cast<T>(scratch[2 * n + j]);
      }
    });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  static bool Broadcasts(const Shape& a, const Shape& b, int64_t* dims) {
    if (a.rank() != 2 || b.rank() != 2) return false;
    for (int d = 0; d < 2; ++d) {
      if (a.dim(d) != b.dim(d) && a.dim(d) != 1 && b.dim(d) != 1) return false;
      dims[d] = a.dim(d) == 1 ? b.dim(d) : a.dim(d);
    }
    return true;
  }

  // Row i of t broadcast to n columns.
  static void Load(const Tensor& t, int64_t i, int64_t n, A* row) {
    const T* x = t.data<T>() + (t.dim(0) == 1 ? 0 : i * t.dim(1));
    if (t.dim(1) == 1) {
      std::fill_n(row, n, static_cast<A>(x[0]));
    } else {
      for (int64_t j = 0; j < n; ++j) row[j] = static_cast<A>(x[j]);
    }
  }

  static A Row(const A* x, const A* label, int64_t n, A* backprop) {
    A max;
    const A sum = ExpRow(x, n, backprop, &max), log_sum = std::log(sum), scale = A(1) / sum;
    A loss = 0;
    for (int64_t j = 0; j < n; ++j) {
      // A label of 0 asks nothing of a class, also of one whose logit is -infinity.
      if (label[j] != A(0)) loss += label[j] * (log_sum - (x[j] - max));
      backprop[j] = backprop[j] * scale - label[j];
    }
    return loss;
  }
};

// The label is the index of the right class.
template <typename T>
class SparseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& features = c.input(0);
    const Tensor& labels = c.input(1);
    if (features.rank() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("logits must be 2-D, but got shape ", features.shape().ToString()));
    }
    if (labels.rank() != 1 || labels.dim(0) != features.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "logits and labels must have the same first dimension, got logits shape ",
          features.shape().ToString(), " and labels shape ", labels.shape().ToString()));
    }
    return labels.dtype() == DType::kInt32 ? Loss<int32_t>(c) : Loss<int64_t>(c);
  }

 private:
  using A = ArithmeticType<T>;

  template <typename I>
  absl::Status Loss(KernelContext& c) {
    const Tensor& features = c.input(0);
    const int64_t rows = features.dim(0), n = features.dim(1);
    if (rows > 0 && n == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Must have at least one class, but got logits shape ", features.shape().ToString()));
    }
    const I* label = c.input(1).data<I>();
    for (int64_t i = 0; i < rows; ++i) {
      if (label[i] < 0 || label[i] >= n) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Received a label value of ", label[i], " which is outside the valid range of [0, ", n,
            ").  Label values: ", c.input(1).DebugString(32)));
      }
    }
    const T* x = features.data<T>();
    Tensor *loss, *backprop;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({rows}), &loss));
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 1, features.shape(), &backprop));
    T* losses = loss->mutable_data<T>();
    T* out = backprop->mutable_data<T>();
    c.pool()->ParallelFor(rows, RowGrain(n), [&](int64_t begin, int64_t end) {
      auto scratch = MakeScratch<A>(kIsNarrowFloat<T> ? n : 0);
      for (int64_t i = begin; i < end; ++i) {
        if constexpr (kIsNarrowFloat<T>) {
          Widen(x + i * n, scratch.data(), n);
          losses[i] = static_cast<T>(Row(scratch.data(), label[i], n, scratch.data()));
          Narrow(scratch.data(), out + i * n, n);
        } else {
          losses[i] = Row(x + i * n, label[i], n, out + i * n);
        }
      }
    });
    return absl::OkStatus();
  }

  static A Row(const A* x, int64_t label, int64_t n, A* backprop) {
    const A right = x[label];
    A max;
    const A sum = ExpRow(x, n, backprop, &max), scale = A(1) / sum;
    for (int64_t j = 0; j < n; ++j) backprop[j] *= scale;
    backprop[label] -= A(1);
    return std::log(sum) - (right - max);
  }
};

// With loss and backprop = softmax(x) - labels as outputs: by the loss, dloss * backprop; by
// backprop, the softmax's own.
Output LogitsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Output dx;
  if (dy[0].valid()) dx = b.Mul(b.ExpandDims(dy[0], -1), op.output(1));
  if (dy[1].valid()) {
    const Output softmax = b.Op1("Softmax", {op.input(0)});
    const Output inner = b.Sum(b.Mul(dy[1], softmax), {1}, /*keep_dims=*/true);
    const Output second = b.Mul(b.Sub(dy[1], inner), softmax);
    dx = dx.valid() ? b.Add(dx, second) : second;
  }
  return dx;
}

absl::StatusOr<Gradients> DenseGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output features = op.input(0), labels = op.input(1);
  Output dlabels;
  if (dy[0].valid()) {
    dlabels = b.Neg(b.Mul(b.ExpandDims(dy[0], -1), b.Op1("LogSoftmax", {features})));
  }
  if (dy[1].valid()) dlabels = dlabels.valid() ? b.Sub(dlabels, dy[1]) : b.Neg(dy[1]);
  const auto [dx, dl] =
      b.UnbroadcastGradients(features, LogitsGradient(b, op, dy), labels, dlabels);
  return Gradients{dx, dl};
}

absl::StatusOr<Gradients> SparseGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{LogitsGradient(b, op, dy), Gradient()};
}

absl::Status DenseShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 2).status());
  MR_ASSIGN_OR_RETURN(PartialShape both, BroadcastShapes(c.input(0), c.input(1)));
  if (!both.known_rank()) both = PartialShape::UnknownOfRank(2);
  PartialShape loss = PartialShape::UnknownOfRank(1);
  loss.SetDim(0, both.dim(0));
  c.set_output(0, std::move(loss));
  c.set_output(1, std::move(both));
  return absl::OkStatus();
}

absl::Status SparseShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape features, c.WithRank(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape labels, c.WithRank(1, 1));
  const auto rows = ShapeContext::MergeDim(features.dim(0), labels.dim(0));
  if (!rows.ok()) return c.Error(1, rows.status().message());
  features.SetDim(0, *rows);
  PartialShape loss = PartialShape::UnknownOfRank(1);
  loss.SetDim(0, *rows);
  c.set_output(0, std::move(loss));
  c.set_output(1, std::move(features));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSoftmaxCrossEntropy(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("SoftmaxCrossEntropyWithLogits")
                .Input("features: T")
                .Input("labels: T")
                .Output("loss: T")
                .Output("backprop: T")
                .Attr("T: {half, bfloat16, float, double}")
                .Doc("Cross-entropy of softmax(features) and the distribution labels, both [batch, "
                     "classes], and its gradient by the features.")
                .Shape(DenseShape)
                .Gradient(DenseGradient)
                .Cpu<DenseKernel, half, bfloat16, float, double>()));
  return r.Add(Op("SparseSoftmaxCrossEntropyWithLogits")
                   .Input("features: T")
                   .Input("labels: Tlabels")
                   .Output("loss: T")
                   .Output("backprop: T")
                   .Attr("T: {half, bfloat16, float, double}")
                   .Attr("Tlabels: {int32, int64} = DT_INT64")
                   .Doc("Cross-entropy of softmax(features), [batch, classes], and the classes "
                        "labels, [batch], and its gradient by the features. INVALID_ARGUMENT for a "
                        "label outside [0, classes).")
                   .Shape(SparseShape)
                   .Gradient(SparseGradient)
                   .Cpu<SparseKernel, half, bfloat16, float, double>());
}

}  // namespace millrace
