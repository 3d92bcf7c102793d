// Boxes chosen by score, without those that overlap a chosen one too much (Bodla et al., Soft-NMS,
// 2017, for sigma).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/functional/function_ref.h"

namespace millrace {

struct BoxLimits {
  int64_t most = 0;  // boxes
  float overlap = 0.5f, score = std::numeric_limits<float>::lowest(), sigma = 0;
};

struct ChosenBox {
  int32_t box;
  float score;      // lowered by overlaps where sigma > 0
  size_t compared;  // with so many of the chosen
};

// Of two boxes, each by two opposite corners (y, x, y, x): the area they share over that of both.
float BoxOverlap(const float* a, const float* b);

// Of the boxes, 4 numbers each, those with the best scores, best first.
std::vector<ChosenBox> ChooseBoxes(const std::vector<float>& boxes,
                                   const std::vector<float>& scores, const BoxLimits& limits);
// The same, by how much box a, which is a candidate, overlaps b, which is chosen.
std::vector<ChosenBox> ChooseByOverlap(const std::vector<float>& scores, const BoxLimits& limits,
                                       absl::FunctionRef<float(int32_t a, int32_t b)> overlap);

}  // namespace millrace
