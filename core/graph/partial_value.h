// What is known, before anything runs, of a small integer tensor that a program computes from
// shapes.
#ifndef MILLRACE_CORE_GRAPH_PARTIAL_VALUE_H_
#define MILLRACE_CORE_GRAPH_PARTIAL_VALUE_H_

#include <cstdint>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "core/graph/graph.h"

namespace millrace {

// A scalar or vector of integers, some of which may not be known.
struct PartialValue {
  bool is_scalar = false;
  absl::InlinedVector<std::optional<int64_t>, 4> elements;  // one for a scalar
};

// Looks upstream from an int32 or int64 endpoint through the ops that programs compute shapes with
// (Shape, Pack, ConcatV2, StridedSlice, Gather, arithmetic, ...). nullopt where it is not known to
// be a scalar or vector of at most Shape::kMaxRank elements. Work is bounded: what lies too far
// upstream counts as unknown.
std::optional<PartialValue> EvaluatePartially(Endpoint e);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_PARTIAL_VALUE_H_
