#include "kernels/queue/barrier_resource.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

absl::Status BarrierResource::InsertMany(int64_t component, const Tensor& keys,
                                         const Tensor& values) {
  MR_RETURN_IF_ERROR(Check(component, keys, values));
  MR_ASSIGN_OR_RETURN(const Tensor owned, values.Owned());
  Shape shape = owned.shape();
  shape.RemoveDim(0);
  return monitor_.Change([&](State& s) -> absl::Status {
    const size_t before = s.expected();
    for (int64_t k = 0; k < keys.dim(0); ++k) {
      MR_ASSIGN_OR_RETURN(Tensor value, owned.Slice(k, k + 1).Reshaped(shape));
      MR_RETURN_IF_ERROR(Insert(static_cast<size_t>(component), keys.data<std::string>()[k], k,
                                std::move(value), &s));
    }
    if (s.expected() > before) ++s.insertion;
    return absl::OkStatus();
  });
}

absl::Status BarrierResource::Check(int64_t component, const Tensor& keys,
                                    const Tensor& values) const {
  if (component < 0 || component >= static_cast<int64_t>(options_.dtypes.size())) {
    return absl::InvalidArgumentError(absl::StrCat("The component ID is out of range ", component,
                                                   " > num_components (= ", options_.dtypes.size(),
                                                   ")"));
  }
  const auto i = static_cast<size_t>(component);
  if (values.dtype() != options_.dtypes[i]) {
    return absl::InvalidArgumentError(absl::StrCat("component ", i, " of barrier '", options_.name,
                                                   "' is ", DTypeName(options_.dtypes[i]), ", not ",
                                                   DTypeName(values.dtype())));
  }
  if (keys.rank() != 1 || values.rank() < 1 || values.dim(0) != keys.dim(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("keys must be a vector, and values must have as many rows, but are ",
                     keys.shape().ToString(), " and ", values.shape().ToString()));
  }
  Shape shape = values.shape();
  shape.RemoveDim(0);
  if (!options_.shapes[i].IsCompatibleWith(shape)) {
    return absl::InvalidArgumentError(absl::StrCat("component ", i, " of barrier '", options_.name,
                                                   "' has shape ", options_.shapes[i].ToString(),
                                                   ", not ", shape.ToString()));
  }
  return absl::OkStatus();
}

absl::Status BarrierResource::Insert(size_t component, const std::string& key, int64_t place,
                                     Tensor value, State* s) const {
  if (s->cancelled) {
    return absl::CancelledError(
        absl::StrCat("Barrier '", options_.name, "' is closed. Pending enqueues cancelled: ", key));
  }
  auto found = s->incomplete.find(key);
  if (found == s->incomplete.end()) {
    if (s->closed) {
      return absl::CancelledError(absl::StrCat("Barrier '", options_.name,
                                               "' is closed, but attempted to insert a brand new "
                                               "key: ",
                                               key));
    }
    const size_t n = options_.dtypes.size();
    BarrierElement element = {key, std::vector<Tensor>(n), n};
    found =
        s->incomplete.emplace(key, std::make_pair(Order(s->insertion, place), std::move(element)))
            .first;
  }
  BarrierElement& element = found->second.second;
  if (element.components[component].initialized()) {
    return absl::InvalidArgumentError(absl::StrCat("Key ", key,
                                                   " already has a value for component ", component,
                                                   " in barrier '", options_.name, "'"));
  }
  element.components[component] = std::move(value);
  if (--element.missing == 0) {
    s->ready.emplace(found->second.first, std::move(element));
    s->incomplete.erase(found);
  }
  return absl::OkStatus();
}

void BarrierResource::TakeMany(size_t n, bool allow_small, Cancellation* cancellation, Taken* taken,
                               absl::AnyInvocable<void(absl::Status)> done) {
  monitor_.Submit(
      cancellation,
      [this, n, allow_small, taken](State& s) { return Take(n, allow_small, &s, taken); },
      std::move(done));
}

std::optional<absl::Status> BarrierResource::Take(size_t n, bool allow_small, State* s,
                                                  Taken* taken) const {
  if (s->closed && s->expected() < n) {
    if (!allow_small || s->expected() == 0) {
      return absl::OutOfRangeError(absl::StrCat(
          "Barrier '", options_.name, "' is closed and has insufficient elements (requested ", n,
          ", total size ", s->expected(), ")"));
    }
    n = s->expected();
  }
  if (s->ready.size() < n) return std::nullopt;
  for (; n > 0; --n) {
    const auto first = s->ready.begin();
    taken->emplace_back(first->first, std::move(first->second));
    s->ready.erase(first);
  }
  return absl::OkStatus();
}

absl::Status BarrierResource::Shut(bool cancel_pending) {
  return monitor_.Change([&](State& s) -> absl::Status {
    if (s.closed && (s.cancelled || !cancel_pending)) {
      return absl::CancelledError(absl::StrCat("Barrier '", options_.name, "' is already closed."));
    }
    s.closed = true;
    s.cancelled = cancel_pending;
    if (cancel_pending) s.incomplete.clear();
    return absl::OkStatus();
  });
}

size_t BarrierResource::ready_size() {
  return monitor_.Change([](State& s) { return s.ready.size(); });
}

size_t BarrierResource::incomplete_size() {
  return monitor_.Change([](State& s) { return s.incomplete.size(); });
}

}  // namespace millrace
