// Which nodes of a graph must be on one device.
#ifndef MILLRACE_CORE_PASSES_COLOCATION_H_
#define MILLRACE_CORE_PASSES_COLOCATION_H_

#include <numeric>
#include <vector>

#include "core/graph/graph.h"
#include "core/passes/function_calls.h"

namespace millrace {

// Disjoint sets of node ids. Used by one thread.
class ColocationGroups {
 public:
  explicit ColocationGroups(int num_ids) : parent_(num_ids) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  // The id that stands for the group of `id`.
  int Find(int id) {
    while (parent_[id] != id) id = parent_[id] = parent_[parent_[id]];
    return id;
  }
  void Join(int a, int b) {
    a = Find(a);
    b = Find(b);
    // The smaller id stands for both, so that messages name the node that was made first.
    if (a < b) {
      parent_[b] = a;
    } else {
      parent_[a] = b;
    }
  }

 private:
  std::vector<int> parent_;
};

// Where the handle in `e` comes from: through loops, which hand it on unchanged.
Endpoint HandleSource(Endpoint e, CallClassifier* calls);

// Groups by attribute _class ("loc:@NODE"), by references, and by handles: an op that touches a
// handle is where the handle's op is. Calls, If, Case and While only hand handles on: they are not
// bound by them.
ColocationGroups FindColocationGroups(const Graph& graph, CallClassifier* calls);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_COLOCATION_H_
