// A float LSTM layer of one unit whose weights let only the input through, for tests.
#ifndef MILLRACE_MICRO_TESTING_BASIC_LSTM_LAYER_H_
#define MILLRACE_MICRO_TESTING_BASIC_LSTM_LAYER_H_

#include <vector>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {

// Biases this large make a gate open or shut.
constexpr float kOpen = 40.0f;

// The weights, the missing peepholes and projection, and these biases: of the gates of input and
// forgetting, of the cell, of the gate of output.
inline void AddLayer(OpTest* op, const std::vector<float>& biases) {
  op->Add(Constant<float>({1, 1}, {0})).Add(Constant<float>({1, 1}, {0}));
  op->Add(Constant<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 4; ++i) op->Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 3; ++i) op->AddMissing();
  for (const float bias : biases) op->Add(Constant<float>({1}, {bias}));
  for (int i = 0; i < 2; ++i) op->AddMissing();
}

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_BASIC_LSTM_LAYER_H_
