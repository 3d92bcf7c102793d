// FlatbufferChecker: bounds and alignment of the pieces of a flatbuffer, before anyone reads them.
#ifndef MILLRACE_MICRO_CORE_FLATBUFFER_CHECKER_H_
#define MILLRACE_MICRO_CORE_FLATBUFFER_CHECKER_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/flatbuffer.h"

namespace millrace::micro::fb {

// Every function returns whether the piece is sound; a field that is absent is. The buffer begins
// at an address aligned to 8. Functions that take a Table want one that IsTable accepted.
class FlatbufferChecker {
 public:
  FlatbufferChecker(const uint8_t* begin, size_t size) : begin_(begin), end_(begin + size) {}

  // The table that the reference at `p` leads to.
  bool IsReferenceToTable(const uint8_t* p) const;
  bool IsTable(const uint8_t* table) const;
  bool IsScalar(Table table, int id, int size) const;
  bool IsSubTable(Table table, int id) const;
  bool IsVector(Table table, int id, int element_size) const;
  bool IsString(Table table, int id) const;
  // A vector of references to tables, each of which is sound.
  bool IsTableVector(Table table, int id) const;

 private:
  bool Holds(const uint8_t* p, uint64_t bytes, int alignment) const {
    return p >= begin_ && p <= end_ && bytes <= static_cast<uint64_t>(end_ - p) &&
           reinterpret_cast<uintptr_t>(p) % static_cast<uintptr_t>(alignment) == 0;
  }
  // Where the reference at p leads; nullptr when that is outside.
  const uint8_t* SafeFollow(const uint8_t* p) const;

  const uint8_t* begin_;
  const uint8_t* end_;
};

}  // namespace millrace::micro::fb

#endif  // MILLRACE_MICRO_CORE_FLATBUFFER_CHECKER_H_
