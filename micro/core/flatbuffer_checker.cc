#include "micro/core/flatbuffer_checker.h"

namespace millrace::micro::fb {

const uint8_t* FlatbufferChecker::SafeFollow(const uint8_t* p) const {
  if (!Holds(p, 1, 4)) return nullptr;
  const uint32_t distance = Load<uint32_t>(p);
  return distance < static_cast<size_t>(end_ - p) ? p + distance : nullptr;
}

bool FlatbufferChecker::IsReferenceToTable(const uint8_t* p) const {
  const uint8_t* table = SafeFollow(p);
  return table != nullptr && IsTable(table);
}

bool FlatbufferChecker::IsTable(const uint8_t* table) const {
  if (!Holds(table, 1, 4)) return false;
  // In numbers, as a pointer outside of the buffer may not even be formed.
  const int64_t position = (table - begin_) - int64_t{Load<int32_t>(table)};
  if (position < 0 || position > end_ - begin_) return false;
  const uint8_t* vtable = begin_ + position;
  if (!Holds(vtable, 2, 2)) return false;
  const uint16_t vtable_size = Load<uint16_t>(vtable);
  const uint16_t table_size = Load<uint16_t>(vtable + 2);
  return vtable_size >= 4 && vtable_size % 2 == 0 && table_size >= 4 &&
         Holds(vtable, vtable_size / 2u, 2) && Holds(table, table_size, 1);
}

bool FlatbufferChecker::IsScalar(Table table, int id, int size) const {
  const uint8_t* field = table.Field(id);
  if (field == nullptr) return true;
  return field - table.address() + size <= Load<uint16_t>(table.vtable() + 2) &&
         Holds(field, 1, static_cast<size_t>(size));
}

bool FlatbufferChecker::IsVector(Table table, int id, int element_size) const {
  if (!IsScalar(table, id, 4)) return false;
  if (table.Field(id) == nullptr) return true;
  const uint8_t* vector = SafeFollow(table.Field(id));
  if (vector == nullptr || !Holds(vector, 1, 4)) return false;
  const uint32_t count = Load<uint32_t>(vector);
  return count <= INT32_MAX && Holds(vector + 4, count, static_cast<size_t>(element_size));
}

bool FlatbufferChecker::Follows(Table table, const FieldRule* rules, int count) const {
  for (const FieldRule* rule = rules; rule != rules + count; ++rule) {
    switch (rule->kind) {
      case FieldRule::kScalar:
        if (!IsScalar(table, rule->id, rule->size)) return false;
        break;
      case FieldRule::kVector:
        if (!IsVector(table, rule->id, rule->size)) return false;
        break;
      case FieldRule::kString: {
        if (!IsVector(table, rule->id, 1)) return false;
        const uint8_t* text = table.Target(rule->id);
        if (text == nullptr) break;
        const uint8_t* terminator = text + 4 + Load<uint32_t>(text);
        if (terminator >= end_ || *terminator != 0) return false;
        break;
      }
      case FieldRule::kTable:
        if (!IsScalar(table, rule->id, 4)) return false;
        if (table.Field(rule->id) != nullptr && !IsReferenceToTable(table.Field(rule->id))) {
          return false;
        }
        break;
    }
  }
  return true;
}

bool FlatbufferChecker::IsTableVector(Table table, int id) const {
  if (!IsVector(table, id, 4)) return false;
  const uint8_t* vector = table.Target(id);
  const uint32_t count = vector == nullptr ? 0 : Load<uint32_t>(vector);
  for (uint32_t i = 0; i < count; ++i) {
    if (!IsReferenceToTable(vector + 4 + i * 4)) return false;
  }
  return true;
}

}  // namespace millrace::micro::fb
