#include "micro/tests/op_corpus.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace millrace::micro {
namespace {

class Reader {
 public:
  explicit Reader(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

  bool AtEnd() const { return at_ == bytes_.size(); }
  bool ok() const { return ok_; }

  uint32_t Number() {
    uint32_t value = 0;
    if (Take(sizeof(value))) std::memcpy(&value, &bytes_[at_ - sizeof(value)], sizeof(value));
    return value;
  }
  std::vector<uint8_t> Bytes() {
    const uint32_t size = Number();
    if (!Take(size)) return {};
    const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
    return std::vector<uint8_t>(end - size, end);
  }
  std::vector<std::vector<uint8_t>> Tensors() {
    std::vector<std::vector<uint8_t>> tensors;
    for (uint32_t n = Number(); ok_ && n > 0; --n) tensors.push_back(Bytes());
    return tensors;
  }

 private:
  bool Take(size_t size) {
    ok_ = ok_ && size <= bytes_.size() - at_;
    if (ok_) at_ += size;
    return ok_;
  }

  std::vector<char> bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

std::vector<CorpusCase> ReadOpCorpus() {
  std::ifstream file("micro/tests/op_corpus.bin", std::ios::binary);
  Reader reader(std::vector<char>(std::istreambuf_iterator<char>(file), {}));
  std::vector<CorpusCase> cases;
  while (!reader.AtEnd()) {
    CorpusCase c;
    const std::vector<uint8_t> name = reader.Bytes();
    c.name.assign(name.begin(), name.end());
    c.model = reader.Bytes();
    for (uint32_t steps = reader.Number(); reader.ok() && steps > 0; --steps) {
      CorpusStep step;
      step.inputs = reader.Tensors();
      step.outputs = reader.Tensors();
      c.steps.push_back(std::move(step));
    }
    if (!reader.ok()) return {};
    cases.push_back(std::move(c));
  }
  return cases;
}

}  // namespace millrace::micro
