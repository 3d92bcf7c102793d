#include "micro/testing/custom_options_writer.h"

#include <cstring>

namespace millrace::micro::testing {
namespace {

void Append(uint32_t value, std::vector<uint8_t>* out) {
  for (int i = 0; i < 4; ++i) out->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

}  // namespace

// Everything is 4 bytes wide; common/custom_options.h describes the format.
std::vector<uint8_t> CustomOptionsBytes(const std::map<std::string, int32_t>& integers,
                                        const std::map<std::string, float>& floats) {
  constexpr uint8_t kInt = 1 * 4 + 2, kFloat = 3 * 4 + 2, kMap = 9 * 4 + 2;
  struct Value {
    uint32_t bits;
    uint8_t type;
  };
  std::map<std::string, Value> values;  // keys are sorted
  for (const auto& [name, value] : integers) {
    values[name] = {static_cast<uint32_t>(value), kInt};
  }
  for (const auto& [name, value] : floats) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    values[name] = {bits, kFloat};
  }
  std::vector<uint8_t> out;
  std::vector<size_t> names;
  for (const auto& entry : values) {
    names.push_back(out.size());
    out.insert(out.end(), entry.first.begin(), entry.first.end());
    out.push_back(0);
  }
  const auto count = static_cast<uint32_t>(values.size());
  Append(count, &out);
  const size_t keys = out.size();
  for (const size_t name : names) Append(static_cast<uint32_t>(out.size() - name), &out);
  Append(static_cast<uint32_t>(out.size() - keys), &out);
  Append(4, &out);
  Append(count, &out);
  const size_t map = out.size();
  for (const auto& entry : values) Append(entry.second.bits, &out);
  for (const auto& entry : values) out.push_back(entry.second.type);
  Append(static_cast<uint32_t>(out.size() - map), &out);
  out.push_back(kMap);
  out.push_back(4);
  return out;
}

}  // namespace millrace::micro::testing
