#include "kernels/data/repeats.h"

#include <utility>

#include "core/base/status.h"

namespace millrace {
namespace {

class RepeatIterator final : public DatasetIterator {
 public:
  RepeatIterator(DatasetPtr input, int64_t count, const IteratorContext& context)
      : input_(std::move(input)), left_(count), context_(context) {}
  NextResult Next() override {
    while (left_ != 0) {
      if (iterator_ == nullptr) {
        auto made = input_->MakeIterator(context_);
        if (!made.ok()) return {made.status()};
        iterator_ = *std::move(made);
        fresh_ = true;
      }
      NextResult next = iterator_->Next();
      if (!next.end) {
        fresh_ = false;
        return next;
      }
      iterator_ = nullptr;
      left_ = left_ < 0 && fresh_ ? 0 : left_ > 0 ? left_ - 1 : left_;
    }
    NextResult result;
    result.end = true;
    return result;
  }

 private:
  const DatasetPtr input_;
  int64_t left_;
  const IteratorContext context_;
  std::unique_ptr<DatasetIterator> iterator_;
  bool fresh_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<DatasetIterator>> RepeatedDataset::MakeIterator(
    const IteratorContext& context) const {
  return std::make_unique<RepeatIterator>(input_, count_, context);
}

int64_t RepeatedDataset::Cardinality() const {
  const int64_t n = input_->Cardinality();
  if (count_ == 0 || n == 0) return 0;
  if (count_ < 0 || n == kInfiniteCardinality) return kInfiniteCardinality;
  int64_t total;
  return n < 0 || __builtin_mul_overflow(n, count_, &total) ? kUnknownCardinality : total;
}

}  // namespace millrace
