#include "core/graph/call_gradient_info.h"

#include <utility>

namespace millrace {
namespace {

constexpr char kBase[] = "_gradient_base";
constexpr char kBackward[] = "_gradient_functions";
constexpr char kNumOutputs[] = "_gradient_num_outputs";
constexpr char kTaken[] = "_gradient_taken";
constexpr char kCapturedInputs[] = "_gradient_captured_inputs";
constexpr char kCapturedOutputs[] = "_gradient_captured_outputs";
constexpr char kLayout[] = "_gradient_layout";
constexpr char kResources[] = "_gradient_resources";
constexpr char kResourceTypes[] = "_gradient_resource_types";
constexpr char kListTypes[] = "_gradient_list_types";
constexpr char kListShapes[] = "_gradient_list_shapes";

bool IsCall(absl::string_view op) {
  return op == "PartitionedCall" || op == "StatefulPartitionedCall";
}
bool IsIf(absl::string_view op) { return op == "If" || op == "StatelessIf"; }
bool IsCase(absl::string_view op) { return op == "Case" || op == "StatelessCase"; }

// Empty lists come back from a file without their type, and are left as they are.
template <typename T>
void ReadList(const AttrMap& attrs, absl::string_view name, std::vector<T>* list) {
  attrs.Get(name, list).IgnoreError();
}

bool InRange(const std::vector<int64_t>& values, int64_t end) {
  for (const int64_t v : values) {
    if (v < 0 || v >= end) return false;
  }
  return true;
}

}  // namespace

bool IsBranchOp(absl::string_view op) { return IsCall(op) || IsIf(op) || IsCase(op); }
bool IsWhileOp(absl::string_view op) { return op == "While" || op == "StatelessWhile"; }
int NumSelectors(absl::string_view op) { return IsIf(op) || IsCase(op) ? 1 : 0; }

std::vector<FunctionRef> BranchesOf(absl::string_view op, const AttrMap& attrs) {
  std::vector<FunctionRef> branches;
  if (IsCase(op)) {
    ReadList(attrs, "branches", &branches);
    return branches;
  }
  const bool is_while = IsWhileOp(op);
  const char* names[] = {is_while   ? "cond"
                         : IsIf(op) ? "then_branch"
                                    : "f",
                         is_while ? "body" : "else_branch"};
  for (int i = 0; i < (IsCall(op) ? 1 : 2); ++i) {
    FunctionRef f;
    attrs.Get(names[i], &f).IgnoreError();
    branches.push_back(std::move(f));
  }
  return branches;
}

void SetBranches(absl::string_view op, std::vector<FunctionRef> branches, AttrMap* attrs) {
  if (IsCase(op)) {
    attrs->Set("branches", std::move(branches));
  } else if (IsIf(op)) {
    attrs->Set("then_branch", std::move(branches[0]));
    attrs->Set("else_branch", std::move(branches[1]));
  } else if (IsWhileOp(op)) {
    attrs->Set("cond", std::move(branches[0]));
    attrs->Set("body", std::move(branches[1]));
  } else {
    attrs->Set("f", std::move(branches[0]));
  }
}

void BranchGradientInfo::Write(AttrMap* attrs) const {
  attrs->Set(kBase, base);
  attrs->Set(kBackward, backward);
  attrs->Set(kNumOutputs, num_outputs);
  attrs->Set(kTaken, taken);
  attrs->Set(kCapturedInputs, captured_inputs);
  attrs->Set(kCapturedOutputs, captured_outputs);
  attrs->Set(kLayout, layout);
}

std::optional<BranchGradientInfo> BranchGradientInfo::Read(const FunctionSpec& function) {
  BranchGradientInfo info;
  ReadList(function.attrs, kBase, &info.base);
  ReadList(function.attrs, kBackward, &info.backward);
  if (info.base.empty() || info.base.size() != info.backward.size()) return std::nullopt;
  if (!function.attrs.Get(kNumOutputs, &info.num_outputs).ok()) return std::nullopt;
  ReadList(function.attrs, kTaken, &info.taken);
  ReadList(function.attrs, kCapturedInputs, &info.captured_inputs);
  ReadList(function.attrs, kCapturedOutputs, &info.captured_outputs);
  ReadList(function.attrs, kLayout, &info.layout);
  const int64_t inputs = static_cast<int64_t>(function.signature.inputs.size());
  const int64_t outputs = static_cast<int64_t>(function.signature.outputs.size());
  if (info.num_outputs > outputs || !InRange(info.taken, info.num_outputs) ||
      !InRange(info.captured_inputs, inputs) || !InRange(info.captured_outputs, outputs) ||
      static_cast<int64_t>(info.layout.size()) != inputs) {
    return std::nullopt;
  }
  return info;
}

void WhileGradientInfo::Write(AttrMap* attrs) const {
  attrs->Set(kBase, base);
  attrs->Set(kBackward, backward);
  attrs->Set(kNumOutputs, num_outputs);
  attrs->Set(kTaken, taken);
  attrs->Set(kResources, resources);
  attrs->Set(kResourceTypes, resource_types);
  attrs->Set(kCapturedInputs, captured_inputs);
  attrs->Set(kListTypes, list_types);
  attrs->Set(kListShapes, list_shapes);
}

std::optional<WhileGradientInfo> WhileGradientInfo::Read(const FunctionSpec& function) {
  WhileGradientInfo info;
  ReadList(function.attrs, kBase, &info.base);
  ReadList(function.attrs, kBackward, &info.backward);
  if (info.base.size() != 2 || info.backward.size() != 2) return std::nullopt;
  if (!function.attrs.Get(kNumOutputs, &info.num_outputs).ok()) return std::nullopt;
  ReadList(function.attrs, kTaken, &info.taken);
  ReadList(function.attrs, kResources, &info.resources);
  ReadList(function.attrs, kResourceTypes, &info.resource_types);
  ReadList(function.attrs, kCapturedInputs, &info.captured_inputs);
  ReadList(function.attrs, kListTypes, &info.list_types);
  ReadList(function.attrs, kListShapes, &info.list_shapes);
  const int64_t vars = static_cast<int64_t>(function.signature.outputs.size());
  const int64_t lists = static_cast<int64_t>(info.list_types.size());
  if (info.num_outputs + 1 + lists != vars || !InRange(info.taken, info.num_outputs) ||
      !InRange(info.resources, info.num_outputs) ||
      info.list_types.size() != info.list_shapes.size() ||
      !InRange(info.captured_inputs, info.num_outputs) ||
      info.resources.size() != info.resource_types.size()) {
    return std::nullopt;
  }
  return info;
}

}  // namespace millrace
