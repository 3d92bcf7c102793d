#include "kernels/image/box_selection.h"

#include <algorithm>
#include <cmath>
#include <queue>

namespace millrace {
namespace {

struct Worse {
  bool operator()(const ChosenBox& a, const ChosenBox& b) const {
    return a.score < b.score || (a.score == b.score && a.box > b.box);
  }
};

}  // namespace

float BoxOverlap(const float* a, const float* b) {
  const auto low = [](const float* box, int d) { return std::min(box[d], box[d + 2]); };
  const auto high = [](const float* box, int d) { return std::max(box[d], box[d + 2]); };
  const auto area = [&](const float* box) {
    return (high(box, 0) - low(box, 0)) * (high(box, 1) - low(box, 1));
  };
  if (area(a) <= 0 || area(b) <= 0) return 0;
  float shared = 1;
  for (int d = 0; d < 2; ++d) {
    const float length = std::min(high(a, d), high(b, d)) - std::max(low(a, d), low(b, d));
    shared *= std::max(length, 0.0f);
  }
  return shared / (area(a) + area(b) - shared);
}

std::vector<ChosenBox> ChooseBoxes(const std::vector<float>& boxes,
                                   const std::vector<float>& scores, const BoxLimits& limits) {
  return ChooseByOverlap(scores, limits, [&](int32_t a, int32_t b) {
    return BoxOverlap(&boxes[4 * a], &boxes[4 * b]);
  });
}

std::vector<ChosenBox> ChooseByOverlap(const std::vector<float>& scores, const BoxLimits& limits,
                                       absl::FunctionRef<float(int32_t a, int32_t b)> overlap_of) {
  std::priority_queue<ChosenBox, std::vector<ChosenBox>, Worse> candidates;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > limits.score) candidates.push({static_cast<int32_t>(i), scores[i], 0});
  }
  const float scale = limits.sigma > 0 ? -0.5f / limits.sigma : 0;
  std::vector<ChosenBox> chosen;
  while (static_cast<int64_t>(chosen.size()) < limits.most && !candidates.empty()) {
    ChosenBox next = candidates.top();
    candidates.pop();
    const float before = next.score;
    bool suppressed = false;
    for (size_t j = chosen.size(); j-- > next.compared;) {
      const float overlap = overlap_of(next.box, chosen[j].box);
      if (limits.sigma <= 0 && overlap > limits.overlap) {
        suppressed = true;
        break;
      }
      next.score *= std::exp(scale * overlap * overlap);
      if (next.score <= limits.score) break;
    }
    next.compared = chosen.size();
    if (suppressed) continue;
    if (next.score == before) {
      chosen.push_back(next);
    } else if (next.score > limits.score) {
      candidates.push(next);
    }
  }
  return chosen;
}

}  // namespace millrace
