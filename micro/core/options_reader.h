// OptionsReader: an op's options table. Its schema depends on the op, so the verifier checked only
// the table's frame; each read here checks the rest, and a field that does not fit counts as
// absent. Read while preparing; keep what invoke needs in op data.
#ifndef MILLRACE_MICRO_CORE_OPTIONS_READER_H_
#define MILLRACE_MICRO_CORE_OPTIONS_READER_H_

#include <cstdint>

#include "micro/core/flatbuffer.h"
#include "micro/core/schema.h"

namespace millrace::micro {

class OptionsReader {
 public:
  // table: address of the options table, nullptr when the op has none (all fields are then absent).
  // end: one past the model's last byte.
  OptionsReader(const uint8_t* table, const uint8_t* end) : table_(table), end_(end) {}

  // `if_absent` is the schema's default.
  int32_t Int32(int id, int32_t if_absent = 0) const { return Read<int32_t>(id, if_absent); }
  int64_t Int64(int id, int64_t if_absent = 0) const { return Read<int64_t>(id, if_absent); }
  float Float(int id, float if_absent = 0.0f) const { return Read<float>(id, if_absent); }
  bool Bool(int id, bool if_absent = false) const {
    return Read<uint8_t>(id, if_absent ? 1 : 0) != 0;
  }
  int8_t Int8(int id, int8_t if_absent = 0) const { return Read<int8_t>(id, if_absent); }
  Activation FusedActivation(int id) const { return static_cast<Activation>(Int8(id)); }
  Padding PaddingOf(int id) const { return static_cast<Padding>(Int8(id)); }
  TensorType Type(int id, TensorType if_absent = TensorType::kFloat32) const {
    return static_cast<TensorType>(Int8(id, static_cast<int8_t>(if_absent)));
  }
  fb::Vector<int32_t> Int32s(int id) const;
  // Zero-terminated; "" when absent.
  const char* String(int id) const;

 private:
  // The field, when `size` bytes of it lie inside the table; nullptr otherwise.
  const uint8_t* Find(int id, int size) const;
  // The vector a field refers to, when all its elements lie inside the model.
  const uint8_t* FindVector(int id, int element_size) const;
  template <typename T>
  T Read(int id, T if_absent) const {
    const uint8_t* field = Find(id, sizeof(T));
    if (field == nullptr) return if_absent;
    T value;
    __builtin_memcpy(&value, field, sizeof(T));
    return value;
  }

  const uint8_t* table_;
  const uint8_t* end_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_OPTIONS_READER_H_
