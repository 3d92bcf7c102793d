#include "micro/core/options_reader.h"

namespace millrace::micro {

const uint8_t* OptionsReader::Find(int id, int size) const {
  if (table_ == nullptr) return nullptr;
  const fb::Table table(table_);
  const int table_size = fb::Load<uint16_t>(table.vtable() + 2);
  const uint8_t* field = table.Field(id);
  if (field == nullptr || field - table_ + size > table_size) return nullptr;
  return field;
}

const uint8_t* OptionsReader::FindVector(int id, int element_size) const {
  const uint8_t* field = Find(id, 4);
  if (field == nullptr || reinterpret_cast<uintptr_t>(field) % 4 != 0) return nullptr;
  const uint32_t distance = fb::Load<uint32_t>(field);
  const uint64_t room = static_cast<uint64_t>(end_ - field);
  if (distance % 4 != 0 || distance + uint64_t{4} > room) return nullptr;
  const uint8_t* vector = field + distance;
  const uint64_t bytes = uint64_t{fb::Load<uint32_t>(vector)} * element_size;
  return distance + uint64_t{4} + bytes > room ? nullptr : vector;
}

fb::Vector<int32_t> OptionsReader::Int32s(int id) const {
  return fb::Vector<int32_t>(FindVector(id, 4));
}

const char* OptionsReader::String(int id) const {
  const uint8_t* vector = FindVector(id, 1);
  if (vector == nullptr) return "";
  const uint8_t* terminator = vector + 4 + fb::Load<uint32_t>(vector);
  return terminator < end_ && *terminator == 0 ? reinterpret_cast<const char*>(vector + 4) : "";
}

}  // namespace millrace::micro
