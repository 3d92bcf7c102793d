#include "micro/testing/flatbuffer_writer.h"

#include <cstring>

namespace millrace::micro::testing {
namespace {

template <typename T>
void Write(std::vector<uint8_t>* out, size_t at, T value) {
  std::memcpy(out->data() + at, &value, sizeof(T));
}

// Pads until a byte written `ahead` bytes from the end lies at a multiple of `alignment`.
void Align(std::vector<uint8_t>* out, int alignment, int ahead = 0) {
  while ((out->size() + static_cast<size_t>(ahead)) % static_cast<size_t>(alignment) != 0) {
    out->push_back(0);
  }
}

}  // namespace

FlatObject::Pointer FlatObject::NewString(const std::string& text) {
  Pointer object = NewVector(std::vector<char>(text.begin(), text.end()));
  object->is_string_ = true;
  return object;
}

FlatObject::Pointer FlatObject::NewVectorOf(std::vector<Pointer> objects) {
  Pointer object = NewVector(std::vector<uint32_t>(objects.size()));
  object->objects_ = std::move(objects);
  return object;
}

size_t FlatObject::Append(std::vector<uint8_t>* out) const {
  return is_table_ ? AppendTable(out) : AppendVector(out);
}

size_t FlatObject::AppendTable(std::vector<uint8_t>* out) const {
  const int slots = fields_.empty() ? 0 : fields_.rbegin()->first + 1;
  Align(out, 2);
  const size_t vtable = out->size();
  out->resize(vtable + 4 + 2 * static_cast<size_t>(slots), 0);
  Align(out, 8);
  const size_t table = out->size();
  out->resize(table + 4);
  std::map<int, size_t> places;
  for (const auto& [id, field] : fields_) {
    const size_t size = field.object != nullptr ? 4 : field.bytes.size();
    Align(out, static_cast<int>(size));
    places[id] = out->size();
    out->insert(out->end(), field.bytes.begin(), field.bytes.end());
    if (field.object != nullptr) out->resize(out->size() + 4);
    Write<uint16_t>(out, vtable + 4 + 2 * static_cast<size_t>(id),
                    static_cast<uint16_t>(places[id] - table));
  }
  Write<uint16_t>(out, vtable, static_cast<uint16_t>(4 + 2 * slots));
  Write<uint16_t>(out, vtable + 2, static_cast<uint16_t>(out->size() - table));
  Write<int32_t>(out, table, static_cast<int32_t>(table - vtable));
  for (const auto& [id, field] : fields_) {
    if (field.object == nullptr) continue;
    const size_t target = field.object->Append(out);
    Write<uint32_t>(out, places[id], static_cast<uint32_t>(target - places[id]));
  }
  return table;
}

size_t FlatObject::AppendVector(std::vector<uint8_t>* out) const {
  Align(out, 4);
  Align(out, alignment_ < 4 ? 4 : alignment_, 4);
  const size_t vector = out->size();
  out->resize(vector + 4);
  Write<uint32_t>(out, vector, count_);
  out->insert(out->end(), bytes_.begin(), bytes_.end());
  if (is_string_) out->push_back(0);
  for (size_t i = 0; i < objects_.size(); ++i) {
    const size_t target = objects_[i]->Append(out);
    const size_t place = vector + 4 + 4 * i;
    Write<uint32_t>(out, place, static_cast<uint32_t>(target - place));
  }
  return vector;
}

std::vector<uint8_t> FlatObject::Finish(const std::string& identifier) const {
  std::vector<uint8_t> out(8);
  std::memcpy(out.data() + 4, identifier.data(), 4);
  const size_t root = Append(&out);
  Write<uint32_t>(&out, 0, static_cast<uint32_t>(root));
  return out;
}

}  // namespace millrace::micro::testing
