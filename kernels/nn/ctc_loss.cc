// CTCLoss: connectionist temporal classification (Graves et al., 2006), with the blank as the last
// class.
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/ctc.h"

namespace millrace {
namespace {

struct CtcRules {
  bool collapse_repeated = false;  // in the labels, before all else
  bool merge_repeated = true;      // repeated labels need a blank between them
  bool skip_too_long = false;
};

// One sequence: `steps` rows of `classes` probabilities, and the labels with blanks around each.
template <typename T>
class CtcLattice {
 public:
  CtcLattice(const std::vector<T>& y, int64_t steps, int64_t classes,
             const std::vector<int>& labels, bool merge)
      : y_(y), steps_(steps), classes_(classes), merge_(merge), states_(1, Blank()) {
    for (const int label : labels) {
      states_.push_back(label);
      states_.push_back(Blank());
    }
    alpha_ = Forward();
    beta_ = Backward();
    total_ = LogZero<T>();
    for (int64_t u = 0; u < size(); ++u)
      total_ = LogAdd(total_, At(alpha_, u, 0) + At(beta_, u, 0));
  }
  // The logarithm of the probability of the labels; LogZero if there is no path.
  T log_probability() const { return total_; }
  // d(-log probability)/d(logits of step t), into `out` of `classes` elements.
  void Gradient(int64_t t, T* out) const {
    for (int64_t k = 0; k < classes_; ++k) out[k] = Y(t, static_cast<int>(k));
    if (total_ == LogZero<T>()) return;
    std::vector<T> sums(classes_, LogZero<T>());
    for (int64_t u = 0; u < size(); ++u) {
      T& sum = sums[states_[u]];
      sum = LogAdd(sum, At(alpha_, u, t) + At(beta_, u, t));
    }
    for (int64_t k = 0; k < classes_; ++k) out[k] -= std::exp(sums[k] - total_);
  }

 private:
  using Table = std::vector<T>;

  int64_t size() const { return static_cast<int64_t>(states_.size()); }
  int Blank() const { return static_cast<int>(classes_ - 1); }
  T Y(int64_t t, int label) const { return y_[t * classes_ + label]; }
  T LogY(int64_t t, int64_t u) const { return std::log(Y(t, states_[u])); }
  const T& At(const Table& table, int64_t u, int64_t t) const { return table[t * size() + u]; }
  T& At(Table& table, int64_t u, int64_t t) const { return table[t * size() + u]; }
  // Staying in state u from one step to the next; and going on from u to u + 2.
  bool MayStay(int64_t u) const { return merge_ || states_[u] == Blank(); }
  bool MaySkip(int64_t u) const {
    return states_[u + 2] != Blank() && !(merge_ && states_[u] == states_[u + 2]);
  }
  // The states that step t can be in, so that all labels have been before the end.
  int64_t First(int64_t t) const { return std::max<int64_t>(0, size() - 2 * (steps_ - t)); }
  int64_t Last(int64_t t) const { return std::min(size(), 2 * (t + 1)); }

  Table Forward() const {
    Table a(steps_ * size(), LogZero<T>());
    for (int64_t u = 0; u < std::min<int64_t>(2, size()); ++u) At(a, u, 0) = LogY(0, u);
    for (int64_t t = 1; t < steps_; ++t) {
      for (int64_t u = First(t); u < Last(t); ++u) {
        T sum = MayStay(u) ? At(a, u, t - 1) : LogZero<T>();
        if (u > 0) sum = LogAdd(sum, At(a, u - 1, t - 1));
        if (u > 1 && MaySkip(u - 2)) sum = LogAdd(sum, At(a, u - 2, t - 1));
        At(a, u, t) = LogY(t, u) + sum;
      }
    }
    return a;
  }
  Table Backward() const {
    Table b(steps_ * size(), LogZero<T>());
    for (int64_t u = std::max<int64_t>(0, size() - 2); u < size(); ++u) At(b, u, steps_ - 1) = 0;
    for (int64_t t = steps_ - 2; t >= 0; --t) {
      for (int64_t u = First(t); u < Last(t); ++u) {
        T& sum = At(b, u, t);
        if (MayStay(u)) sum = LogAdd(sum, At(b, u, t + 1) + LogY(t + 1, u));
        if (u + 1 < size()) sum = LogAdd(sum, At(b, u + 1, t + 1) + LogY(t + 1, u + 1));
        if (u + 2 < size() && MaySkip(u))
          sum = LogAdd(sum, At(b, u + 2, t + 1) + LogY(t + 1, u + 2));
      }
    }
    return b;
  }

  const std::vector<T>& y_;
  const int64_t steps_, classes_;
  const bool merge_;
  std::vector<int> states_;
  Table alpha_, beta_;
  T total_;
};

template <typename T>
class CtcLossKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("preprocess_collapse_repeated", &rules_.collapse_repeated));
    MR_RETURN_IF_ERROR(c.GetAttr("ctc_merge_repeated", &rules_.merge_repeated));
    return c.GetAttr("ignore_longer_outputs_than_inputs", &rules_.skip_too_long);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& inputs = c.input(0);
    MR_ASSIGN_OR_RETURN(const CtcSizes sizes,
                        CtcSizes::Create(inputs, c.input(3), absl::StatusCode::kInvalidArgument));
    MR_ASSIGN_OR_RETURN(const Labels labels, ReadLabels(c, sizes));
    Tensor *loss, *gradient;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({sizes.batch}), &loss));
    MR_RETURN_IF_ERROR(c.allocate_output(1, inputs.shape(), &gradient));
    std::fill_n(loss->mutable_data<T>(), sizes.batch, T(0));
    std::fill_n(gradient->mutable_data<T>(), gradient->num_elements(), T(0));
    for (int64_t b = 0; b < sizes.batch; ++b) {
      const int64_t steps = c.input(3).data<int32_t>()[b];
      if (steps < 0) return absl::InvalidArgumentError(absl::StrCat("seq_len(", b, ") < 0"));
      if (steps == 0) continue;
      if (static_cast<int64_t>(labels[b].size()) > steps) {
        if (rules_.skip_too_long) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            "Not enough time for target transition sequence (required: ", labels[b].size(),
            ", available: ", steps, ") of batch ", b));
      }
      Sequence(inputs.data<T>(), sizes, b, steps, labels[b], loss->mutable_data<T>(),
               gradient->mutable_data<T>());
    }
    return absl::OkStatus();
  }

 private:
  using Labels = std::vector<std::vector<int>>;

  void Sequence(const T* x, const CtcSizes& sizes, int64_t b, int64_t steps,
                const std::vector<int>& labels, T* loss, T* gradient) const {
    std::vector<T> y(steps * sizes.classes);
    for (int64_t t = 0; t < steps; ++t)
      Softmax(x + sizes.Row(t, b), sizes.classes, &y[t * sizes.classes]);
    const CtcLattice<T> lattice(y, steps, sizes.classes, labels, rules_.merge_repeated);
    loss[b] = -lattice.log_probability();
    for (int64_t t = 0; t < steps; ++t) lattice.Gradient(t, gradient + sizes.Row(t, b));
  }
  static void Softmax(const T* x, int64_t n, T* y) {
    const T largest = *std::max_element(x, x + n);
    T sum = 0;
    for (int64_t k = 0; k < n; ++k) sum += y[k] = std::exp(x[k] - largest);
    for (int64_t k = 0; k < n; ++k) y[k] /= sum;
  }

  // The labels of each sequence. A label that is no class, or the blank, ends them.
  absl::StatusOr<Labels> ReadLabels(KernelContext& c, const CtcSizes& sizes) const {
    const Tensor &indices = c.input(1), &values = c.input(2);
    if (indices.rank() != 2 || values.rank() != 1 || indices.dim(0) != values.dim(0) ||
        indices.dim(1) != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("labels_indices and labels_values must be [n, 2] and [n], not ",
                       indices.shape().ToString(), " and ", values.shape().ToString()));
    }
    const int64_t n = values.dim(0);
    const int64_t* at = indices.data<int64_t>();
    Labels labels(sizes.batch);
    std::vector<bool> any(sizes.batch), ended(sizes.batch);
    for (int64_t k = 0; k < n; ++k) {
      const int64_t b = at[2 * k], place = at[2 * k + 1];
      const bool ordered =
          k == 0 || at[2 * k - 2] < b || (at[2 * k - 2] == b && at[2 * k - 1] < place);
      if (b < 0 || b >= sizes.batch || place < 0 || !ordered) {
        return absl::InvalidArgumentError(
            absl::StrCat("labels_indices[", k, "] = [", b, ",", place,
                         "] is out of order or out of bounds of a batch of ", sizes.batch));
      }
      any[b] = true;
      const int label = values.data<int32_t>()[k];
      if (label < 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("All labels must be nonnegative integers, batch: ", b, ": ", label));
      }
      if (label >= sizes.classes - 1) {
        ended[b] = true;
      } else if (ended[b]) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Saw a non-null label (index >= num_classes - 1) following a null label, batch: ", b,
            " num_classes: ", sizes.classes));
      } else if (!rules_.collapse_repeated || labels[b].empty() || labels[b].back() != label) {
        labels[b].push_back(label);
      }
    }
    const int64_t none = std::find(any.begin(), any.end(), false) - any.begin();
    if (none < sizes.batch)
      return absl::InvalidArgumentError(absl::StrCat("Labels length is zero in batch ", none));
    return labels;
  }

  CtcRules rules_;
};

absl::Status CtcLossShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape inputs, c.WithRank(0, 3));
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(1, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape values, c.WithRank(2, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape lengths, c.WithRank(3, 1));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(indices.dim(0), values.dim(0)).status());
  MR_ASSIGN_OR_RETURN(const int64_t batch, ShapeContext::MergeDim(inputs.dim(1), lengths.dim(0)));
  c.set_output(0, PartialShape::Of({batch}));
  c.set_output(1, PartialShape::Of({inputs.dim(0), batch, inputs.dim(2)}));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> CtcLossGradient(Builder& b, const OpView& op, const Gradients& dy) {
  if (!dy[0].valid()) return Gradients(4);
  // dy [batch] against [time, batch, classes].
  return Gradients{b.Mul(b.ExpandDims(dy[0], -1), op.output(1)), {}, {}, {}};
}

}  // namespace

absl::Status RegisterCtcLoss(Registry& r) {
  return r.Add(Op("CTCLoss")
                   .Input("inputs: T")
                   .Input("labels_indices: int64")
                   .Input("labels_values: int32")
                   .Input("sequence_length: int32")
                   .Output("loss: T")
                   .Output("gradient: T")
                   .Attr("preprocess_collapse_repeated: bool = false")
                   .Attr("ctc_merge_repeated: bool = true")
                   .Attr("ignore_longer_outputs_than_inputs: bool = false")
                   .Attr("T: {float, double} = DT_FLOAT")
                   .Doc("Minus the logarithm of the probability of each sequence of labels, given "
                        "logits [time, batch, classes] of which the last class is the blank, and "
                        "its gradient.")
                   .Shape(CtcLossShape)
                   .Gradient(CtcLossGradient)
                   .Cpu<CtcLossKernel, float, double>());
}

}  // namespace millrace
