// BarrierResource: tuples that are put together by key from components that come one by one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/cancellation.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"
#include "kernels/queue/monitor.h"

namespace millrace {

struct BarrierOptions {
  std::string name;
  std::vector<DType> dtypes;
  std::vector<PartialShape> shapes;  // one a component, known
};

// What has come of one key.
struct BarrierElement {
  std::string key;
  std::vector<Tensor> components;  // uninitialised where none has come
  size_t missing = 0;
};

// Thread-safe.
class BarrierResource final : public Resource {
 public:
  static constexpr char kTypeName[] = "Barrier";
  absl::string_view type_name() const override { return kTypeName; }
  void Close() override { monitor_.Close(); }

  explicit BarrierResource(BarrierOptions options) : options_(std::move(options)) {}
  const BarrierOptions& options() const { return options_; }

  // The insertion in which a key was seen first, of those that brought new ones, and its place
  // there. Whole tuples are taken in this order.
  using Order = std::pair<int64_t, int64_t>;
  using Taken = std::vector<std::pair<Order, BarrierElement>>;

  // The rows of `values` as component `component` of the tuples of `keys`. INVALID_ARGUMENT for
  // what does not fit, or a key that has this component; CANCELLED where the barrier is shut to a
  // key.
  absl::Status InsertMany(int64_t component, const Tensor& keys, const Tensor& values);

  // Puts n whole tuples into `taken`, once there are so many, and calls `done`, with OUT_OF_RANGE
  // if the barrier is shut and they cannot come; with allow_small, if there is none at all.
  void TakeMany(size_t n, bool allow_small, Cancellation* cancellation, Taken* taken,
                absl::AnyInvocable<void(absl::Status)> done);

  // No new keys, or, with cancel_pending, nothing at all. CANCELLED if that is so already.
  absl::Status Shut(bool cancel_pending);

  // How many tuples are whole, and how many are not.
  size_t ready_size();
  size_t incomplete_size();

 private:
  struct State {
    absl::flat_hash_map<std::string, std::pair<Order, BarrierElement>> incomplete;
    std::map<Order, BarrierElement> ready;
    int64_t insertion = INT64_MIN;
    bool closed = false;     // to keys that are new
    bool cancelled = false;  // to all

    // How many elements there can be yet if nothing new may come.
    size_t expected() const { return ready.size() + incomplete.size(); }
  };

  absl::Status Check(int64_t component, const Tensor& keys, const Tensor& values) const;
  absl::Status Insert(size_t component, const std::string& key, int64_t place, Tensor value,
                      State* s) const;
  std::optional<absl::Status> Take(size_t n, bool allow_small, State* s, Taken* taken) const;

  const BarrierOptions options_;
  Monitor<State> monitor_;
};

}  // namespace millrace
