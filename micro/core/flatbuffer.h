// Reading a flatbuffer in place: tables, vectors, strings. Nothing here checks bounds: a buffer is
// read only after VerifyModel (verifier.h) accepted it. Format: a table begins with the signed
// distance back to its vtable (uint16 vtable size, uint16 table size, one uint16 offset a field, 0
// = absent); references are unsigned distances forward; vectors and strings begin with a uint32
// length. All little-endian, as is every machine this runs on.
#ifndef MILLRACE_MICRO_CORE_FLATBUFFER_H_
#define MILLRACE_MICRO_CORE_FLATBUFFER_H_

#include <cstdint>

namespace millrace::micro::fb {

template <typename T>
inline T Load(const uint8_t* p) {
  T value;
  __builtin_memcpy(&value, __builtin_assume_aligned(p, alignof(T)), sizeof(T));
  return value;
}

inline const uint8_t* Follow(const uint8_t* reference) {
  return reference + Load<uint32_t>(reference);
}

// Where a field lies in tables of that vtable, in bytes from the table; 0 when it is absent.
inline int FieldOffset(const uint8_t* vtable, int id) {
  const int position = 4 + 2 * id;
  return position < Load<uint16_t>(vtable) ? Load<uint16_t>(vtable + position) : 0;
}

// A vector of scalars; empty when absent.
template <typename T>
class Vector {
 public:
  explicit Vector(const uint8_t* p = nullptr) : p_(p) {}
  int size() const { return p_ == nullptr ? 0 : static_cast<int>(Load<uint32_t>(p_)); }
  // The elements where they lie. Aligned to 4, and to alignof(T) as far as the writer aligned them.
  const T* data() const { return p_ == nullptr ? nullptr : reinterpret_cast<const T*>(p_ + 4); }
  T operator[](int i) const { return Load<T>(p_ + 4 + i * sizeof(T)); }

 private:
  const uint8_t* p_;
};

class Table {
 public:
  explicit Table(const uint8_t* p = nullptr) : p_(p) {}
  bool present() const { return p_ != nullptr; }
  const uint8_t* address() const { return p_; }
  const uint8_t* vtable() const { return p_ - Load<int32_t>(p_); }

  // Where the field lies, or nullptr when it is absent (its value is then the default).
  const uint8_t* Field(int id) const;
  template <typename T>
  T Scalar(int id, T if_absent = T()) const {
    const uint8_t* field = Field(id);
    return field == nullptr ? if_absent : Load<T>(field);
  }
  // What the reference in the field leads to; nullptr when it is absent.
  const uint8_t* Target(int id) const;
  Table SubTable(int id) const { return Table(Target(id)); }
  template <typename T>
  Vector<T> VectorOf(int id) const {
    return Vector<T>(Target(id));
  }
  // Zero-terminated; "" when absent.
  const char* String(int id) const {
    const uint8_t* target = Target(id);
    return target == nullptr ? "" : reinterpret_cast<const char*>(target + 4);
  }

 private:
  const uint8_t* p_;
};

// A vector of tables; empty when absent.
class TableVector {
 public:
  explicit TableVector(const uint8_t* p = nullptr) : p_(p) {}
  int size() const { return p_ == nullptr ? 0 : static_cast<int>(Load<uint32_t>(p_)); }
  Table operator[](int i) const { return Table(Follow(p_ + 4 + i * 4)); }

 private:
  const uint8_t* p_;
};

}  // namespace millrace::micro::fb

#endif  // MILLRACE_MICRO_CORE_FLATBUFFER_H_
