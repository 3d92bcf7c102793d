// Each of the values that a byte can have is worked out once.
#include "micro/kernels/loops/softmax.h"

#include <algorithm>

namespace millrace::micro {
namespace {

constexpr int32_t kValues = 256;

class Row {
 public:
  Row(const ScaledExp& exp, const int8_t* input, int32_t count)
      : exp_(exp), input_(input), count_(count) {}

  uint32_t Sum() {
    max_ = *std::max_element(input_, input_ + count_);
    uint64_t sum = 0;  // saturated, it is what it were with additions that saturate
    for (int32_t i = 0; i < count_; ++i) {
      const int32_t difference = input_[i] - max_, value = input_[i] + 128;
      if (difference < exp_.least) continue;
      if (!has_exponential_[value]) {
        has_exponential_[value] = true;
        exponentials_[value] = exp_.Exp(difference);
      }
      sum += static_cast<uint32_t>(RoundingShiftRight(exponentials_[value], ScaledExp::kSumBits));
    }
    return static_cast<uint32_t>(std::min<uint64_t>(sum, UINT32_MAX));
  }

  template <typename T>
  void Write(const SoftmaxShare& share, T* output) {
    for (int32_t i = 0; i < count_; ++i) {
      const int32_t difference = input_[i] - max_, value = input_[i] + 128;
      if (!has_share_[value]) {
        has_share_[value] = true;
        shares_[value] = difference < exp_.least ? share.Least() : share.Of(exponentials_[value]);
      }
      output[i] = static_cast<T>(shares_[value]);
    }
  }

 private:
  const ScaledExp& exp_;
  const int8_t* input_;
  int32_t count_;
  int32_t max_ = 0;
  bool has_exponential_[kValues] = {};
  bool has_share_[kValues] = {};
  int32_t exponentials_[kValues];
  int32_t shares_[kValues];
};

}  // namespace

void SoftmaxRow(const ScaledExp& exp, const int8_t* input, int32_t count, void* output, bool wide) {
  Row row(exp, input, count);
  const SoftmaxShare share(row.Sum(), wide);
  wide ? row.Write(share, static_cast<int16_t*>(output))
       : row.Write(share, static_cast<int8_t*>(output));
}

}  // namespace millrace::micro
