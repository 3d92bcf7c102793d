// Functions of int16 tensors by a table of 513 knots and straight lines between them, filled once
// an invoke in scratch memory. The same bits as TensorFlow Lite's.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_WORD_TABLE_H_
#define MILLRACE_MICRO_KERNELS_COMMON_WORD_TABLE_H_

#include <cmath>
#include <cstdint>

#include "micro/core/op.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// A field of a kernel's op data.
class WordTable {
 public:
  Status Prepare(const OpContext& context) {
    return context.RequestScratch((kSteps + 1) * sizeof(int16_t), &table_);
  }

  // out[i] = fn(in[i]), in real numbers; the tensors' scales are positive, zero points 0.
  template <typename Fn>
  void Run(const OpContext& context, const Fn& fn) const {
    const float first = context.input(0).scale() * -32768.0f;
    const float last = context.input(0).scale() * 32767.0f;
    const float step = (last - first) / kSteps;
    const float out_scale = context.output().scale();
    const float steps_of_one = 65536.0f / (32767.0f * out_scale - -32768.0f * out_scale);
    for (int i = 0; i < kSteps; ++i) {
      const float at = static_cast<float>(i), x = first + at * step;
      const float here = fn(x) * steps_of_one;
      const float middle = std::round(fn(x + step / 2.0f) * steps_of_one);
      const float next = fn(first + (at + 1.0f) * step) * steps_of_one;
      // A knot is moved so that the line to the next is off by as much at its ends as in between.
      const float chord = std::round((next + std::round(here)) / 2.0f);
      table_[i] = Word(std::round(here) - std::round((chord - middle) / 2.0f));
    }
    table_[kSteps] = Word(std::round(fn(last) * steps_of_one));
    const int16_t* const table = table_;
    RunElements<int16_t, int16_t>(context, [table](int16_t x) {
      const int32_t knot = (x >> 7) + kSteps / 2;
      const int32_t rise = table[knot + 1] - table[knot];
      return static_cast<int16_t>(table[knot] + ((rise * (x & 127) + 64) >> 7));
    });
  }

 private:
  static constexpr int kSteps = 512;
  static int16_t Word(float value) {
    return static_cast<int16_t>(RoundToInt(ClampFloat(value, -32768.0f, 32767.0f)));
  }

  int16_t* table_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_WORD_TABLE_H_
