// Values stored as indices into look-up tables.
#ifndef MILLRACE_MICRO_CORE_LOOK_UP_H_
#define MILLRACE_MICRO_CORE_LOOK_UP_H_

#include <cstdint>

namespace millrace::micro {

struct LookUpTables {
  const uint8_t* indices;  // packed, the highest bit of each byte first
  int bits;                // of an index, 1 .. 7
  const uint8_t* values;   // the tables, one for each channel
  int32_t table_size;      // values of a table
  int32_t channels;
  int32_t inner;  // elements in a row for which the channel stays the same
};

// Writes `elements` values (a multiple of inner) of 1, 2, 4, 8 or 16 bytes. False when an index is
// not in its table.
bool LookUp(const LookUpTables& tables, int value_bytes, int32_t elements, void* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_LOOK_UP_H_
