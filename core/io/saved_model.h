// Reads a SavedModel folder: saved_model.pb, variables/, assets/ (saved_model.proto).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/env.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace millrace {

class GraphDef;

// A tensor of the graph that a signature takes or gives.
struct SignatureTensor {
  std::string tensor;  // "node:0"
  DType dtype = DType::kInvalid;
  PartialShape shape;
};

struct ModelSignature {
  std::string method;                                      // "tensorflow/serving/predict"
  std::map<std::string, SignatureTensor> inputs, outputs;  // by the caller's keys
};

// One graph of a SavedModel and what it takes to use it. Names of ops and tensors are empty where
// the model has none.
struct SavedModelGraph {
  std::vector<std::string> tags;
  std::shared_ptr<const GraphDef> graph;
  std::map<std::string, ModelSignature> signatures;
  std::string restore_op, restore_path_tensor;              // fed with variables_prefix
  std::string variables_prefix;                             // empty: no variables were saved
  std::string init_op;                                      // run once, after restoring
  std::vector<std::pair<std::string, std::string>> assets;  // tensor to feed -> file
};

// The graph whose tags are just `tags`. NOT_FOUND, naming what there is, if no graph has them or
// there is no such folder; DATA_LOSS for a file that does not parse; INVALID_ARGUMENT for an asset
// outside of the folder.
absl::StatusOr<SavedModelGraph> ReadSavedModel(Env* env, absl::string_view dir,
                                               absl::Span<const std::string> tags);

}  // namespace millrace
