// Conformance cases: a stored graph, and steps with the values or the errors that they must give.
#ifndef MILLRACE_TOOLS_RUN_RUN_CASE_H_
#define MILLRACE_TOOLS_RUN_RUN_CASE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"

namespace millrace {

struct CaseResult {
  int passed = 0, failed = 0;  // steps
};

// Runs the steps of DIR/case.json in order on one instance of its graph, with DIR as the working
// directory. Prints a line for each fetch or status that is not as expected. An error if the case
// itself cannot be read.
//
// case.json: "graph" (a GraphDef's file) or "saved_model", "tag", "signature"; "steps": each with
// "feeds" {name: file}, "targets" [name], "fetches" {name: file}, "rtol", "atol" and "error" (null
// or the name of a status code).
// `scatter_seed`: see LoadGraph; SavedModels stay on one device.
absl::StatusOr<CaseResult> RunCase(const std::string& dir, absl::optional<uint64_t> scatter_seed);

}  // namespace millrace

#endif  // MILLRACE_TOOLS_RUN_RUN_CASE_H_
