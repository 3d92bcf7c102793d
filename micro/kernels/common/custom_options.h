// CustomOptions: the options of a custom op, a flexbuffer whose root is a map of scalars by name.
// Nothing of it was verified: each read checks what it reads, and what does not fit counts as
// absent. Format (all little-endian): the last byte is the width w of the root in bytes, the one
// before it the root's type, the w bytes before those the distance back to the map's values. A map
// is values, then a byte of type for each; before the values, each w bytes: the distance back to
// its keys, the width of these, the count. Keys are distances back to zero-terminated names.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_CUSTOM_OPTIONS_H_
#define MILLRACE_MICRO_KERNELS_COMMON_CUSTOM_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/flatbuffer.h"

namespace millrace::micro {

class CustomOptions {
 public:
  explicit CustomOptions(fb::Vector<uint8_t> bytes);

  // Integers and booleans; a float counts as absent.
  int32_t Int(const char* name, int32_t if_absent) const;
  bool Bool(const char* name, bool if_absent) const { return Int(name, if_absent ? 1 : 0) != 0; }
  // Floats and integers.
  float Float(const char* name, float if_absent) const;

 private:
  struct Value {
    uint64_t bits = 0;  // sign-extended
    int width = 0;      // in bytes
    int type = 0;       // 0: there is none
  };
  Value Find(const char* name) const;
  // `width` bytes at `at`, which lie inside.
  uint64_t Read(size_t at, int width) const;
  bool Holds(size_t at, uint64_t bytes) const { return at <= size_ && bytes <= size_ - at; }
  // Whether the name at `at` is `name`.
  bool IsName(size_t at, const char* name) const;

  const uint8_t* bytes_;
  size_t size_;
  size_t map_ = 0;  // where the values begin; 0: no map
  int width_ = 0;   // of each value
  uint64_t count_ = 0;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_CUSTOM_OPTIONS_H_
