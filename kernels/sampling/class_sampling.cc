#include "kernels/sampling/class_sampling.h"

#include <cmath>
#include <limits>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// Fills `classes`; returns how many draws it took.
absl::StatusOr<int64_t> Draw(const SamplingAttrs& attrs, const ClassLaw& law, Philox gen,
                             int64_t* classes) {
  SingleNumbers random(gen);
  absl::flat_hash_set<int64_t> seen;
  int64_t tries = 0;
  for (int64_t n = 0; n < attrs.num_sampled; ++tries) {
    if (tries == std::numeric_limits<int32_t>::max()) {
      return absl::ResourceExhaustedError(absl::StrCat("after ", tries, " draws only ", n, " of ",
                                                       attrs.num_sampled, " distinct classes"));
    }
    const int64_t k = law.Draw(&random);
    if (!attrs.unique || seen.insert(k).second) classes[n++] = k;
  }
  return tries;
}

// With repetition the mean number of times, without it the probability to be among so many draws.
float ExpectedCount(float p, int64_t num_sampled, int64_t tries) {
  if (tries == num_sampled) return p * static_cast<float>(num_sampled);
  return -std::expm1(static_cast<float>(tries) * std::log1p(-p));
}

absl::Status SamplerShape(ShapeContext& c) {
  int64_t n, num_true;
  MR_RETURN_IF_ERROR(c.GetAttr("num_sampled", &n));
  MR_RETURN_IF_ERROR(c.GetAttr("num_true", &num_true));
  MR_ASSIGN_OR_RETURN(const PartialShape classes, c.WithRank(0, 2));
  c.set_output(0, PartialShape::Of({n}));
  c.set_output(1, PartialShape::Of({classes.dim(0), num_true}));
  c.set_output(2, PartialShape::Of({n}));
  return absl::OkStatus();
}

}  // namespace

absl::Status SamplingAttrs::Read(KernelConstruction& c) {
  MR_RETURN_IF_ERROR(c.GetAttr("num_true", &num_true));
  MR_RETURN_IF_ERROR(c.GetAttr("num_sampled", &num_sampled));
  return c.GetAttr("unique", &unique);
}

absl::Status CheckTrueClasses(const Tensor& classes, int64_t num_true) {
  if (classes.rank() == 2 && classes.dim(1) == num_true) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("true_classes must be a matrix with num_true = ", num_true, " columns, not ",
                   classes.shape().ToString()));
}

absl::Status SampleClasses(KernelContext& c, const SamplingAttrs& attrs, const ClassLaw& law,
                           int64_t range, int64_t possible, Philox gen) {
  const Tensor& classes = c.input(0);
  MR_RETURN_IF_ERROR(CheckTrueClasses(classes, attrs.num_true));
  if (attrs.unique && attrs.num_sampled > possible)
    return absl::InvalidArgumentError("Sampler's range is too small.");
  for (const int64_t k : classes.flat<int64_t>()) {
    if (k >= 0 && k < range) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("`true_candidate` out of range [0, ", range, "), received ", k));
  }
  const Shape sample({attrs.num_sampled});
  Tensor *sampled, *true_count, *sampled_count;
  MR_RETURN_IF_ERROR(c.allocate_output(0, sample, &sampled));
  MR_RETURN_IF_ERROR(c.allocate_output(1, classes.shape(), &true_count));
  MR_RETURN_IF_ERROR(c.allocate_output(2, sample, &sampled_count));
  MR_ASSIGN_OR_RETURN(const int64_t tries, Draw(attrs, law, gen, sampled->mutable_data<int64_t>()));
  const auto expect = [&](const Tensor& of, Tensor* count) {
    for (int64_t i = 0; i < of.num_elements(); ++i) {
      const float p = law.Probability(of.data<int64_t>()[i]);
      count->mutable_data<float>()[i] = ExpectedCount(p, attrs.num_sampled, tries);
    }
  };
  expect(classes, true_count);
  expect(*sampled, sampled_count);
  return absl::OkStatus();
}

Op SamplerOp(absl::string_view name, std::initializer_list<absl::string_view> attrs,
             absl::string_view doc) {
  Op op(name);
  op.Input("true_classes: int64")
      .Output("sampled_candidates: int64")
      .Output("true_expected_count: float")
      .Output("sampled_expected_count: float")
      .Attr("num_true: int >= 1")
      .Attr("num_sampled: int >= 1")
      .Attr("unique: bool");
  for (const absl::string_view attr : attrs) op.Attr(attr);
  op.Attr("seed: int = 0")
      .Attr("seed2: int = 0")
      .Stateful()
      .Doc(doc)
      .Shape(SamplerShape)
      .NotDifferentiable();
  return op;
}

}  // namespace millrace
