// FlatbufferWriter: enough of a flatbuffer writer to make models in tests. On the host only.
#ifndef MILLRACE_MICRO_TESTING_FLATBUFFER_WRITER_H_
#define MILLRACE_MICRO_TESTING_FLATBUFFER_WRITER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace::micro::testing {

// A table, or a vector (of scalars, or of references to other objects).
class FlatObject {
 public:
  using Pointer = std::shared_ptr<FlatObject>;

  static Pointer NewTable() { return std::make_shared<FlatObject>(); }
  template <typename T>
  static Pointer NewVector(const std::vector<T>& values, int alignment = sizeof(T)) {
    auto object = std::make_shared<FlatObject>();
    object->is_table_ = false;
    object->count_ = static_cast<uint32_t>(values.size());
    object->alignment_ = alignment;
    object->bytes_.resize(values.size() * sizeof(T));
    if (!values.empty())
      __builtin_memcpy(object->bytes_.data(), values.data(), object->bytes_.size());
    return object;
  }
  static Pointer NewString(const std::string& text);
  static Pointer NewVectorOf(std::vector<Pointer> objects);

  // Fields of a table.
  template <typename T>
  FlatObject& Set(int id, T value) {
    Field& field = fields_[id];
    field.bytes.resize(sizeof(T));
    __builtin_memcpy(field.bytes.data(), &value, sizeof(T));
    return *this;
  }
  FlatObject& Set(int id, Pointer object) {
    fields_[id].object = std::move(object);
    return *this;
  }

  // The whole buffer, with this object as its root and `identifier` (4 bytes) after the root's
  // reference.
  std::vector<uint8_t> Finish(const std::string& identifier) const;

 private:
  struct Field {
    std::vector<uint8_t> bytes;  // of a scalar
    Pointer object;
  };
  size_t Append(std::vector<uint8_t>* out) const;  // returns where the object begins
  size_t AppendTable(std::vector<uint8_t>* out) const;
  size_t AppendVector(std::vector<uint8_t>* out) const;

  bool is_table_ = true;
  std::map<int, Field> fields_;
  uint32_t count_ = 0;
  int alignment_ = 4;
  bool is_string_ = false;
  std::vector<uint8_t> bytes_;
  std::vector<Pointer> objects_;
};

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_FLATBUFFER_WRITER_H_
