// Einsum: products of one or two tensors, summed over labels, as batched matrix products.
#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/einsum_equation.h"
#include "kernels/math/gemm.h"

namespace millrace {
namespace {

using Label = EinsumLabels::Label;

// Dimensions to be walked, outermost first, with the strides of what is walked over.
struct Walk {
  std::vector<int64_t> sizes, strides;

  int64_t count() const {
    return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<int64_t>());
  }
  // Calls fn(offset) for each position in order.
  template <typename F>
  void ForEach(F fn) const {
    std::vector<int64_t> at(sizes.size(), 0);
    int64_t offset = 0;
    for (int64_t left = count(); left > 0; --left) {
      fn(offset);
      for (size_t d = sizes.size(); d-- > 0;) {
        offset += strides[d];
        if (++at[d] < sizes[d]) break;
        offset -= sizes[d] * strides[d];
        at[d] = 0;
      }
    }
  }
};

// The part that a label plays in the product.
enum class Role { kBatch, kLeft, kRight, kContracted, kSummedLeft, kSummedRight, kNumRoles };

Role RoleOf(const Label& label) {
  const bool left = label.in_input[0], right = label.in_input[1];
  if (label.in_output) return left == right ? Role::kBatch : left ? Role::kLeft : Role::kRight;
  return left && right ? Role::kContracted : left ? Role::kSummedLeft : Role::kSummedRight;
}

// The labels of these roles, over operand k (k < 0: over the output).
Walk WalkOver(const EinsumLabels& e, std::initializer_list<Role> roles, int k) {
  Walk walk;
  for (Role role : roles) {
    for (const Label& label : e.labels) {
      if (RoleOf(label) != role) continue;
      walk.sizes.push_back(label.size);
      walk.strides.push_back(k < 0 ? label.output_stride : label.strides[k]);
    }
  }
  return walk;
}

int64_t CountOf(const EinsumLabels& e, Role role) { return WalkOver(e, {role}, -1).count(); }

// The operand's elements in the walk's order, each summed over `summed`.
template <typename A, typename T>
std::vector<A> Lay(const T* x, const Walk& walk, const Walk& summed) {
  std::vector<A> y;
  y.reserve(static_cast<size_t>(walk.count()));
  walk.ForEach([&](int64_t at) {
    A sum(0);
    summed.ForEach([&](int64_t more) { sum = Plus(sum, static_cast<A>(x[at + more])); });
    y.push_back(sum);
  });
  return y;
}

template <typename T>
class EinsumKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string equation;
    MR_RETURN_IF_ERROR(c.GetAttr("equation", &equation));
    MR_ASSIGN_OR_RETURN(equation_, EinsumEquation::Parse(equation, c.num_inputs()));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    std::vector<Shape> shapes;
    for (int k = 0; k < c.num_inputs(); ++k) shapes.push_back(c.input(k).shape());
    MR_ASSIGN_OR_RETURN(const EinsumLabels e, EinsumLabels::Bind(equation_, shapes));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, e.output, &out));
    T* y = out->mutable_data<T>();
    // Not every element is written where the output repeats a label.
    std::fill_n(y, out->num_elements(), static_cast<T>(0.0f));
    const std::vector<A> left =
        Lay<A>(c.input(0).data<T>(), WalkOver(e, {Role::kBatch, Role::kLeft, Role::kContracted}, 0),
               WalkOver(e, {Role::kSummedLeft}, 0));
    int64_t i = 0;
    if (c.num_inputs() == 1) {
      WalkOver(e, {Role::kBatch, Role::kLeft}, -1).ForEach([&](int64_t at) {
        y[at] = static_cast<T>(left[i++]);
      });
      return absl::OkStatus();
    }
    const std::vector<A> right = Lay<A>(
        c.input(1).data<T>(), WalkOver(e, {Role::kBatch, Role::kContracted, Role::kRight}, 1),
        WalkOver(e, {Role::kSummedRight}, 1));
    const std::vector<A> product = Multiply(c.pool(), e, left, right);
    WalkOver(e, {Role::kBatch, Role::kLeft, Role::kRight}, -1).ForEach([&](int64_t at) {
      y[at] = static_cast<T>(product[i++]);
    });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;

  static std::vector<A> Multiply(ThreadPool* pool, const EinsumLabels& e,
                                 const std::vector<A>& left, const std::vector<A>& right) {
    const GemmShape s{CountOf(e, Role::kLeft), CountOf(e, Role::kRight),
                      CountOf(e, Role::kContracted)};
    const int64_t batch = CountOf(e, Role::kBatch);
    std::vector<A> product(static_cast<size_t>(batch * s.m * s.n));
    ThreadPool* inner = batch < 2 * pool->size() ? pool : nullptr;
    const int64_t work = std::max<int64_t>(1, s.m * s.n * s.k);
    const int64_t grain =
        inner != nullptr ? std::max<int64_t>(1, batch) : std::max<int64_t>(1, 65536 / work);
    pool->ParallelFor(batch, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Gemm(inner, s, left.data() + i * s.m * s.k, right.data() + i * s.k * s.n,
             product.data() + i * s.m * s.n);
      }
    });
    return product;
  }

  EinsumEquation equation_;
};

std::string Text(const std::vector<int>& labels) {
  std::string text;
  for (int label : labels) text.push_back(static_cast<char>(label));
  return text;
}

bool Has(const std::vector<int>& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// By operand k: dz times the other operand, summed to the labels of k. Labels that k alone has, and
// that are summed away, get the same gradient everywhere.
absl::StatusOr<Gradient> OperandGradient(Builder& b, const OpView& op, const EinsumEquation& e,
                                         int k, Output dz) {
  const std::vector<int>& own = e.inputs[k];
  std::vector<int> reached;
  for (size_t i = 0; i < own.size(); ++i) {
    if (std::count(own.begin(), own.end(), own[i]) > 1) {
      return absl::UnimplementedError(
          absl::StrCat("The gradient of Einsum with a repeated label is not supported: ",
                       op.attr<std::string>("equation")));
    }
    const bool known =
        Has(e.output, own[i]) || (op.num_inputs() == 2 && Has(e.inputs[1 - k], own[i]));
    if (known) reached.push_back(own[i]);
  }
  std::string equation = Text(e.output);
  Outputs inputs = {dz};
  if (op.num_inputs() == 2) {
    absl::StrAppend(&equation, ",", Text(e.inputs[1 - k]));
    inputs.push_back(b.Conj(op.input(1 - k)));
  }
  absl::StrAppend(&equation, "->", Text(reached));
  Output dx =
      b.Op1("Einsum", inputs, {{"equation", equation}, {"N", static_cast<int64_t>(inputs.size())}});
  if (reached.size() == own.size()) return dx;
  for (size_t i = 0; i < own.size(); ++i) {
    if (!Has(reached, own[i])) dx = b.ExpandDims(dx, static_cast<int>(i));
  }
  return b.BroadcastTo(dx, b.Shape(op.input(k)));
}

absl::StatusOr<Gradients> EinsumGradient(Builder& b, const OpView& op, const Gradients& dz) {
  MR_ASSIGN_OR_RETURN(const EinsumEquation e,
                      EinsumEquation::Parse(op.attr<std::string>("equation"), op.num_inputs()));
  if (e.has_ellipsis()) {
    return absl::UnimplementedError(
        absl::StrCat("The gradient of Einsum with an ellipsis is not supported: ",
                     op.attr<std::string>("equation")));
  }
  Gradients gradients;
  for (int k = 0; k < op.num_inputs(); ++k) {
    MR_ASSIGN_OR_RETURN(Gradient dx, OperandGradient(b, op, e, k, dz[0]));
    gradients.push_back(dx);
  }
  return gradients;
}

absl::Status EinsumShape(ShapeContext& c) {
  std::string text;
  MR_RETURN_IF_ERROR(c.GetAttr("equation", &text));
  MR_ASSIGN_OR_RETURN(const EinsumEquation e, EinsumEquation::Parse(text, c.num_inputs()));
  std::vector<Shape> shapes;
  for (int k = 0; k < c.num_inputs(); ++k) {
    if (!c.input(k).fully_defined()) return absl::OkStatus();
    shapes.push_back(c.input(k).ToShape());
  }
  MR_ASSIGN_OR_RETURN(const EinsumLabels labels, EinsumLabels::Bind(e, shapes));
  c.set_output(0, labels.output);
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterEinsum(Registry& r) {
  return r.Add(Op("Einsum")
                   .Input("inputs: N * T")
                   .Output("output: T")
                   .Attr("equation: string")
                   .Attr("N: int >= 1")
                   .Attr("T: type")
                   .Doc("Sums of products by Einstein's convention: equation names the dimensions "
                        "of each input and of the output; labels that the output lacks are summed "
                        "over. An ellipsis stands for dimensions that broadcast.")
                   .Shape(EinsumShape)
                   .Gradient(EinsumGradient)
                   .Cpu<EinsumKernel, half, bfloat16, float, double, int32_t, int64_t, complex64,
                        complex128>());
}

}  // namespace millrace
