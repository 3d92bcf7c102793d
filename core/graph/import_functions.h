// The functions of a GraphDef on their way into a library.
#ifndef MILLRACE_CORE_GRAPH_IMPORT_FUNCTIONS_H_
#define MILLRACE_CORE_GRAPH_IMPORT_FUNCTIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/graph/function_library.h"
#include "protos/function.pb.h"

namespace millrace {

// Remembers what it added, so that a failed import can take it back.
class AddedFunctions {
 public:
  explicit AddedFunctions(FunctionLibrary* library) : library_(library) {}

  // INVALID_ARGUMENT for a malformed function, ALREADY_EXISTS for one that differs from what is
  // there.
  absl::Status Add(const FunctionDefLibrary& functions);
  void TakeBack();

 private:
  FunctionLibrary* const library_;
  std::vector<std::string> added_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_IMPORT_FUNCTIONS_H_
