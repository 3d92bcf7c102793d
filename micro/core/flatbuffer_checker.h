// FlatbufferChecker: bounds and alignment of the pieces of a flatbuffer, before anyone reads them.
#ifndef MILLRACE_MICRO_CORE_FLATBUFFER_CHECKER_H_
#define MILLRACE_MICRO_CORE_FLATBUFFER_CHECKER_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/flatbuffer.h"

namespace millrace::micro::fb {

// What a field of a table must be, if it is there.
struct FieldRule {
  enum Kind : uint8_t { kScalar, kVector, kString, kTable };
  uint8_t id;
  Kind kind;
  uint8_t size;  // of a scalar, of a vector's elements
};

// Every function returns whether the piece is sound; a field that is absent is. The buffer begins
// at an address aligned to 8. Functions that take a Table want one that IsTable accepted.
class FlatbufferChecker {
 public:
  FlatbufferChecker(const uint8_t* begin, size_t size) : begin_(begin), end_(begin + size) {}

  // The table that the reference at `p` leads to.
  bool IsReferenceToTable(const uint8_t* p) const;
  bool IsTable(const uint8_t* table) const;
  template <int kCount>
  bool Follows(Table table, const FieldRule (&rules)[kCount]) const {
    return Follows(table, rules, kCount);
  }
  // A vector of references to tables, each of which is sound.
  bool IsTableVector(Table table, int id) const;

 private:
  // Whether `count` elements of `size` bytes at p lie inside, the first at a multiple of size.
  bool Holds(const uint8_t* p, size_t count, size_t size) const {
    return p >= begin_ && p <= end_ && count <= static_cast<size_t>(end_ - p) / size &&
           reinterpret_cast<uintptr_t>(p) % size == 0;
  }
  bool Follows(Table table, const FieldRule* rules, int count) const;
  bool IsScalar(Table table, int id, int size) const;
  bool IsVector(Table table, int id, int element_size) const;
  // Where the reference at p leads; nullptr when that is outside.
  const uint8_t* SafeFollow(const uint8_t* p) const;

  const uint8_t* begin_;
  const uint8_t* end_;
};

}  // namespace millrace::micro::fb

#endif  // MILLRACE_MICRO_CORE_FLATBUFFER_CHECKER_H_
