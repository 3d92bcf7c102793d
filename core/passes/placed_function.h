// PlacedFunction: the body of a function that a control-flow node calls, with a device for each of
// its nodes.
#ifndef MILLRACE_CORE_PASSES_PLACED_FUNCTION_H_
#define MILLRACE_CORE_PASSES_PLACED_FUNCTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// Where things are is told by indices into CompileOptions::devices.
struct PlacedFunction {
  std::string name;
  StepGraph step;
  std::vector<Node*> args, rets;
  std::vector<int> device_of;  // by node id

  // Marks in `used`, by device, where anything is computed.
  void MarkUsedDevices(std::vector<bool>* used) const;
  // Another result that is result `index` too, on another device.
  absl::StatusOr<Node*> AddRet(int index, int device, const CompileOptions& options);
  // The part on `device`, as a function of these arguments that gives these results; they are of
  // that device. It is added to the library under a new name, which is returned. REQUIRES: edges
  // between devices are cut.
  absl::StatusOr<FunctionRef> AddPart(int device, const std::vector<Node*>& part_args,
                                      const std::vector<Node*>& part_rets) const;
};

// Instantiates, inlines and places. `arg_devices` and `ret_devices` fix where arguments and results
// are; `home` is the default of the rest.
absl::StatusOr<PlacedFunction> LoadAndPlace(const CompileOptions& options, const Graph& caller,
                                            const FunctionRef& function,
                                            const std::vector<int>& arg_devices,
                                            const std::vector<int>& ret_devices, int home);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PLACED_FUNCTION_H_
