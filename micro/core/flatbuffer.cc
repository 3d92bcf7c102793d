// Called rather than inlined: a lookup is a dozen instructions, and an image has hundreds of them.
#include "micro/core/flatbuffer.h"

namespace millrace::micro::fb {

const uint8_t* Table::Field(int id) const {
  const int offset = FieldOffset(vtable(), id);
  return offset == 0 ? nullptr : p_ + offset;
}

const uint8_t* Table::Target(int id) const {
  const uint8_t* field = Field(id);
  return field == nullptr ? nullptr : Follow(field);
}

}  // namespace millrace::micro::fb
