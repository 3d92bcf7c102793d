#include "core/graph/node_order.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/graph/control_flow_ops.h"

namespace millrace {
namespace {

constexpr size_t kMaxNamesInMessage = 10;

struct Visit {
  int index;
  size_t next_need;
};

absl::Status CycleError(const std::vector<Visit>& path, int closing,
                        absl::FunctionRef<std::string(int)> name) {
  auto first = std::find_if(path.begin(), path.end(),
                            [closing](const Visit& v) { return v.index == closing; });
  std::vector<std::string> names;
  for (auto it = first; it != path.end() && names.size() < kMaxNamesInMessage; ++it) {
    names.push_back(absl::StrCat("'", name(it->index), "'"));
  }
  return absl::InvalidArgumentError(absl::StrCat("The graph has a cycle without a loop: each of ",
                                                 absl::StrJoin(names, ", "), " needs the next, ",
                                                 path.end() - first, " nodes in all"));
}

}  // namespace

bool IsBackEdge(absl::string_view from_op, absl::string_view to_op) {
  return IsMerge(to_op) && IsNextIteration(from_op);
}

absl::StatusOr<std::vector<int>> OrderByNeeds(const std::vector<std::vector<int>>& needs,
                                              absl::FunctionRef<std::string(int)> name) {
  enum State : uint8_t { kNew, kOpen, kDone };
  std::vector<State> state(needs.size(), kNew);
  std::vector<int> order;
  order.reserve(needs.size());
  std::vector<Visit> path;
  for (int root = 0; root < static_cast<int>(needs.size()); ++root) {
    if (state[root] != kNew) continue;
    path.push_back({root, 0});
    state[root] = kOpen;
    while (!path.empty()) {
      Visit& top = path.back();
      if (top.next_need == needs[top.index].size()) {
        state[top.index] = kDone;
        order.push_back(top.index);
        path.pop_back();
        continue;
      }
      const int need = needs[top.index][top.next_need++];
      if (state[need] == kOpen) return CycleError(path, need, name);
      if (state[need] == kNew) {
        state[need] = kOpen;
        path.push_back({need, 0});
      }
    }
  }
  return order;
}

}  // namespace millrace
