// Which op each operator code is. A model compiled to C++ (`millrace micro compile`) says so
// itself.
#include "micro/core/interpreter.h"

namespace millrace::micro {

Status MicroInterpreter::ResolveOps() {
  const fb::TableVector codes = graph_.model.operator_codes();
  void* memory = nullptr;
  MR_TRY(Take(sizeof(void*) * static_cast<size_t>(codes.size()), alignof(void*), &memory_.op_tables,
              &memory));
  graph_.ops = static_cast<const OpRegistration**>(memory);
  for (int i = 0; i < codes.size(); ++i) {
    graph_.ops[i] =
        resolver_.Find(OpOf(codes[i]), codes[i].String(field::OperatorCode::kCustomCode));
  }
  return Status::kOk;
}

}  // namespace millrace::micro
