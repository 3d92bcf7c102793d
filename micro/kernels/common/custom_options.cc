#include "micro/kernels/common/custom_options.h"

namespace millrace::micro {
namespace {

// Types of the format: a packed type is type * 4 + log2 of a width.
enum Type { kInt = 1, kUInt = 2, kFloat = 3, kMap = 9, kBool = 26 };

bool IsWidth(uint64_t width) { return width == 1 || width == 2 || width == 4 || width == 8; }

}  // namespace

CustomOptions::CustomOptions(fb::Vector<uint8_t> bytes)
    : bytes_(bytes.data()), size_(static_cast<size_t>(bytes.size())) {
  if (size_ < 3) return;
  const uint64_t root_width = bytes_[size_ - 1];
  const int type = bytes_[size_ - 2];
  if (!IsWidth(root_width) || type >> 2 != kMap || size_ < 2 + root_width) return;
  const size_t root = size_ - 2 - root_width;
  const uint64_t distance = Read(root, static_cast<int>(root_width));
  const int width = 1 << (type & 3);
  if (distance > root || root - distance < 3 * static_cast<size_t>(width)) return;
  const size_t map = root - static_cast<size_t>(distance);
  const uint64_t count = Read(map - static_cast<size_t>(width), width);
  if (count > size_ || !Holds(map, count * (static_cast<uint64_t>(width) + 1))) return;
  map_ = map;
  width_ = width;
  count_ = count;
}

uint64_t CustomOptions::Read(size_t at, int width) const {
  uint64_t value = 0;
  for (int i = 0; i < width; ++i) value |= uint64_t{bytes_[at + static_cast<size_t>(i)]} << (8 * i);
  return value;
}

bool CustomOptions::IsName(size_t at, const char* name) const {
  for (; at < size_; ++at, ++name) {
    if (bytes_[at] != static_cast<uint8_t>(*name)) return false;
    if (*name == 0) return true;
  }
  return false;
}

CustomOptions::Value CustomOptions::Find(const char* name) const {
  if (count_ == 0) return {};
  const size_t width = static_cast<size_t>(width_);
  const size_t keys_at = map_ - 3 * width;
  const uint64_t keys_distance = Read(keys_at, width_);
  const uint64_t key_width = Read(map_ - 2 * width, width_);
  if (keys_distance > keys_at || !IsWidth(key_width)) return {};
  const size_t keys = keys_at - static_cast<size_t>(keys_distance);
  if (!Holds(keys, count_ * key_width)) return {};
  for (uint64_t i = 0; i < count_; ++i) {
    const size_t key = keys + static_cast<size_t>(i * key_width);
    const uint64_t distance = Read(key, static_cast<int>(key_width));
    if (distance > key || !IsName(key - static_cast<size_t>(distance), name)) continue;
    Value value;
    value.width = width_;
    value.type = bytes_[map_ + static_cast<size_t>(count_) * width + static_cast<size_t>(i)] >> 2;
    value.bits = Read(map_ + static_cast<size_t>(i) * width, width_);
    const int above = 64 - 8 * width_;
    if (value.type == kInt && above > 0) {
      value.bits = static_cast<uint64_t>(static_cast<int64_t>(value.bits << above) >> above);
    }
    return value;
  }
  return {};
}

int32_t CustomOptions::Int(const char* name, int32_t if_absent) const {
  const Value value = Find(name);
  const bool is_integer = value.type == kInt || value.type == kUInt || value.type == kBool;
  return is_integer ? static_cast<int32_t>(value.bits) : if_absent;
}

float CustomOptions::Float(const char* name, float if_absent) const {
  const Value value = Find(name);
  if (value.type == kFloat && value.width == 4) {
    const auto bits = static_cast<uint32_t>(value.bits);
    float number;
    __builtin_memcpy(&number, &bits, sizeof(number));
    return number;
  }
  if (value.type == kFloat && value.width == 8) {
    double number;
    __builtin_memcpy(&number, &value.bits, sizeof(number));
    return static_cast<float>(number);
  }
  const bool is_absent = value.type == 0 || value.type == kFloat;
  return is_absent ? if_absent : static_cast<float>(Int(name, 0));
}

}  // namespace millrace::micro
