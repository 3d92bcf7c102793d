// What is written down beside a function's forward version: which function computes its gradient,
// and from what.
#ifndef MILLRACE_CORE_GRAPH_CALL_GRADIENT_INFO_H_
#define MILLRACE_CORE_GRAPH_CALL_GRADIENT_INFO_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/graph/attr.h"
#include "core/graph/function_library.h"

namespace millrace {

// Ops that run one of several functions on their inputs: PartitionedCall, If, Case and their
// relatives.
bool IsBranchOp(absl::string_view op);
bool IsWhileOp(absl::string_view op);
// Inputs before the functions' arguments: a predicate or index, or nothing.
int NumSelectors(absl::string_view op);
std::vector<FunctionRef> BranchesOf(absl::string_view op, const AttrMap& attrs);
void SetBranches(absl::string_view op, std::vector<FunctionRef> branches, AttrMap* attrs);

// Of the functions of one call, kept in the attributes of the first one's forward version. The
// backward functions take the gradients of outputs `taken`, then the call's arguments
// `captured_inputs`, then its outputs `captured_outputs`.
struct BranchGradientInfo {
  std::vector<FunctionRef> base;      // the functions that the forward versions extend
  std::vector<FunctionRef> backward;  // one a branch
  int64_t num_outputs = 0;            // of the base functions
  std::vector<int64_t> taken, captured_inputs, captured_outputs;
  // By argument: kNone; k >= 0: output k of the backward functions; else IndexedSlices in the three
  // outputs from kSparse - entry on.
  std::vector<int64_t> layout;
  static constexpr int64_t kNone = -1;
  static constexpr int64_t kSparse = -2;

  void Write(AttrMap* attrs) const;
  static std::optional<BranchGradientInfo> Read(const FunctionSpec& function);
};

// Of a loop, kept in the attributes of the forward body. The forward loop has, behind its own
// variables, a counter and one list an accumulated value. The backward loop's variables: iterations
// left, gradients of variables `taken`, gradients of the resources `resources`, the lists, the
// loop-invariant variables `captured_inputs`.
struct WhileGradientInfo {
  std::vector<FunctionRef> base;      // cond, body
  std::vector<FunctionRef> backward;  // cond, body
  int64_t num_outputs = 0;
  std::vector<int64_t> taken, resources, captured_inputs;
  std::vector<DType> resource_types;  // of their gradients
  std::vector<DType> list_types;
  std::vector<PartialShape> list_shapes;  // of the elements

  void Write(AttrMap* attrs) const;
  static std::optional<WhileGradientInfo> Read(const FunctionSpec& function);
};

// The info to use for an op whose first function (a loop's body) is `function`, where gradients
// come for outputs up to `last_output`: of the version that does the least. nullopt if there is
// none that takes them.
template <typename Info>
std::optional<Info> FindGradientInfo(const FunctionLibrary& library, const std::string& function,
                                     int base_index, int last_output) {
  std::optional<Info> best;
  for (auto f = library.Find(function); f != nullptr;) {
    std::optional<Info> info = Info::Read(*f);
    if (!info.has_value() || last_output >= info->num_outputs) break;
    f = library.Find(info->base[base_index].name);
    best = std::move(info);
  }
  return best;
}

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_CALL_GRADIENT_INFO_H_
