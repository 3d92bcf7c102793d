#include "kernels/testing/gradient_example.h"

#include <utility>

namespace millrace {
namespace {

std::vector<GradientExample>& MutableExamples() {
  static auto* examples = new std::vector<GradientExample>();
  return *examples;
}

}  // namespace

bool AddGradientExample(GradientExample example) {
  MutableExamples().push_back(std::move(example));
  return true;
}

const std::vector<GradientExample>& GradientExamples() { return MutableExamples(); }

}  // namespace millrace
