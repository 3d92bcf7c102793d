#include "core/eager/tape.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/eager/eager_builder.h"
#include "core/graph/gradient.h"

namespace millrace {
namespace {

bool IsNumber(DType t) { return IsFloating(t) || IsComplex(t); }

bool CarriesGradient(DType t) {
  return IsNumber(t) || t == DType::kResource || t == DType::kVariant;
}

// One call of GradientTape::Gradient. Gradients are kept as tensors between ops, so that the
// builder can let go of what an op's gradient computed on the way.
class Backward {
 public:
  Backward(EagerContext* context, TapeStack* outer) : b_(context, outer) {}

  // What depends on the sources, given all entries in order.
  void MarkReached(absl::Span<const EagerTensor> sources, const std::vector<TapeEntry>& entries);
  absl::Status Start(absl::Span<const EagerTensor> targets,
                     absl::Span<const EagerTensor> output_gradients);
  absl::Status Propagate(const TapeEntry& entry);
  absl::StatusOr<EagerGradient> Total(int64_t id);

 private:
  Gradient Import(const EagerGradient& g);
  EagerGradient Export(const Gradient& g) const;
  absl::Status Seed(int index, const EagerTensor& target, const EagerTensor* given);

  EagerBuilder b_;
  absl::flat_hash_set<int64_t> reached_, sources_;
  absl::flat_hash_map<int64_t, std::vector<EagerGradient>> incoming_;
};

Gradient Backward::Import(const EagerGradient& g) {
  if (!g.sparse()) return b_.Import(g.values);
  const Output values = b_.Import(g.values);
  const Output indices = b_.Import(g.indices);
  return Gradient::Sparse(values, indices, b_.Import(g.dense_shape));
}

EagerGradient Backward::Export(const Gradient& g) const {
  EagerGradient result;
  if (!g.valid()) return result;
  result.values = b_.tensor(g);
  if (g.sparse()) {
    result.indices = b_.tensor(g.indices);
    if (g.dense_shape.valid()) result.dense_shape = b_.tensor(g.dense_shape);
  }
  return result;
}

void Backward::MarkReached(absl::Span<const EagerTensor> sources,
                           const std::vector<TapeEntry>& entries) {
  for (const EagerTensor& source : sources) {
    if (CarriesGradient(source.value.dtype())) reached_.insert(source.id);
    sources_.insert(source.id);
  }
  for (const TapeEntry& entry : entries) {
    const bool reached = std::any_of(entry.inputs.begin(), entry.inputs.end(),
                                     [&](const auto& t) { return reached_.contains(t.id); });
    for (const EagerTensor& output : entry.outputs) {
      if (reached && CarriesGradient(output.value.dtype())) reached_.insert(output.id);
    }
  }
}

absl::Status Backward::Start(absl::Span<const EagerTensor> targets,
                             absl::Span<const EagerTensor> output_gradients) {
  if (!output_gradients.empty() && output_gradients.size() != targets.size()) {
    return absl::InvalidArgumentError(absl::StrCat("There are ", targets.size(), " targets and ",
                                                   output_gradients.size(), " output gradients"));
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    const EagerTensor* given = nullptr;
    if (!output_gradients.empty() && output_gradients[i].valid()) given = &output_gradients[i];
    MR_RETURN_IF_ERROR(Seed(static_cast<int>(i), targets[i], given));
  }
  return absl::OkStatus();
}

absl::Status Backward::Seed(int index, const EagerTensor& target, const EagerTensor* given) {
  const DType type = target.value.dtype();
  if (!IsNumber(type)) {
    return absl::InvalidArgumentError(absl::StrCat("Target ", index, " has no gradient: it is ",
                                                   DTypeName(type),
                                                   ", not of a floating or complex type"));
  }
  if (given != nullptr &&
      (given->value.dtype() != type || given->value.shape() != target.value.shape())) {
    return absl::InvalidArgumentError(
        absl::StrCat("Output gradient ", index, " is ", DTypeName(given->value.dtype()),
                     given->value.shape().ToString(), ", but the target is ", DTypeName(type),
                     target.value.shape().ToString()));
  }
  if (!reached_.contains(target.id)) return absl::OkStatus();
  const size_t mark = b_.size();
  EagerGradient seed;
  if (given != nullptr) {
    seed.values = *given;
  } else {
    const Output ones = b_.OnesLike(b_.Import(target));
    MR_RETURN_IF_ERROR(b_.status());
    seed.values = b_.tensor(ones);
  }
  b_.Forget(mark);
  incoming_[target.id].push_back(std::move(seed));
  return absl::OkStatus();
}

absl::StatusOr<EagerGradient> Backward::Total(int64_t id) {
  auto found = incoming_.find(id);
  if (found == incoming_.end()) return EagerGradient();
  if (found->second.size() > 1) {
    const size_t mark = b_.size();
    Gradients gradients;
    for (const EagerGradient& g : found->second) gradients.push_back(Import(g));
    const Gradient total = Accumulate(b_, gradients);
    MR_RETURN_IF_ERROR(b_.status());
    found->second = {Export(total)};
    b_.Forget(mark);
  }
  EagerGradient total = found->second[0];
  if (!sources_.contains(id)) incoming_.erase(found);
  return total;
}

absl::Status Backward::Propagate(const TapeEntry& entry) {
  const bool reached = std::any_of(entry.inputs.begin(), entry.inputs.end(),
                                   [&](const auto& t) { return reached_.contains(t.id); });
  const bool used = std::any_of(entry.outputs.begin(), entry.outputs.end(),
                                [&](const auto& t) { return incoming_.contains(t.id); });
  if (!reached || !used) return absl::OkStatus();
  const size_t mark = b_.size();
  Outputs inputs, outputs;
  Gradients grad_outputs;
  for (const EagerTensor& input : entry.inputs) inputs.push_back(b_.Import(input));
  for (const EagerTensor& output : entry.outputs) {
    outputs.push_back(b_.Import(output));
    MR_ASSIGN_OR_RETURN(const EagerGradient total, Total(output.id));
    grad_outputs.push_back(Import(total));
  }
  const OpView view(*entry.schema, *entry.attrs, std::move(inputs), std::move(outputs),
                    entry.schema->name);
  MR_ASSIGN_OR_RETURN(const Gradients grads, CallGradient(b_, view, grad_outputs));
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const int64_t id = entry.inputs[i].id;
    if (grads[i].valid() && reached_.contains(id)) incoming_[id].push_back(Export(grads[i]));
  }
  b_.Forget(mark);
  return absl::OkStatus();
}

}  // namespace

void GradientTape::Watch(const EagerTensor& x) {
  if (CarriesGradient(x.value.dtype())) watched_.insert(x.id);
}

bool GradientTape::Wants(absl::Span<const EagerTensor> inputs) const {
  return !watched_.empty() && std::any_of(inputs.begin(), inputs.end(), [this](const auto& input) {
    return watched_.contains(input.id);
  });
}

void GradientTape::Record(TapeEntry entry) {
  for (const EagerTensor& output : entry.outputs) Watch(output);
  entries_.push_back(std::move(entry));
}

void GradientTape::Reset() {
  watched_.clear();
  entries_.clear();
  used_ = false;
}

absl::StatusOr<std::vector<EagerGradient>> GradientTape::Gradient(
    EagerContext* context, TapeStack* outer, absl::Span<const EagerTensor> targets,
    absl::Span<const EagerTensor> sources, absl::Span<const EagerTensor> output_gradients) {
  if (used_ && !persistent_) {
    return absl::FailedPreconditionError(
        "A tape that is not persistent gives gradients once; make it persistent for more");
  }
  used_ = true;
  // What is computed here may be recorded on this tape too, where it is among the outer ones.
  std::vector<TapeEntry> entries = persistent_ ? entries_ : std::move(entries_);
  if (!persistent_) entries_.clear();
  Backward backward(context, outer);
  backward.MarkReached(sources, entries);
  MR_RETURN_IF_ERROR(backward.Start(targets, output_gradients));
  while (!entries.empty()) {
    MR_RETURN_IF_ERROR(backward.Propagate(entries.back()));
    entries.pop_back();
  }
  std::vector<EagerGradient> gradients;
  for (const EagerTensor& source : sources) {
    MR_ASSIGN_OR_RETURN(EagerGradient total, backward.Total(source.id));
    gradients.push_back(std::move(total));
  }
  return gradients;
}

}  // namespace millrace
