#include "core/passes/function_calls.h"

#include <memory>

namespace millrace {

CallKind CallClassifier::Classify(const Node& node) {
  const auto [it, is_new] = kinds_.try_emplace(&node.op(), CallKind::kNone);
  if (is_new) it->second = ClassifyOp(node.op());
  return it->second;
}

CallKind CallClassifier::ClassifyOp(const OpSchema& op) const {
  if (op.name == "PartitionedCall" || op.name == "StatefulPartitionedCall") return CallKind::kCall;
  if (op.name == "If" || op.name == "StatelessIf") return CallKind::kIf;
  if (op.name == "Case" || op.name == "StatelessCase") return CallKind::kCase;
  if (op.name == "While" || op.name == "StatelessWhile") return CallKind::kWhile;
  return registry_.Find(op.name) == nullptr ? CallKind::kCall : CallKind::kNone;
}

FunctionRef CalledFunction(const Node& call) {
  if (const Attr* f = call.attrs().Find("f"); f != nullptr && f->get<FunctionRef>() != nullptr) {
    return *f->get<FunctionRef>();
  }
  return {call.type(), std::make_shared<const AttrMap>(call.attrs())};
}

}  // namespace millrace
