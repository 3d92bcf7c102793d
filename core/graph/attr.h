// The value of a node's attribute, as a plain value type (attr_value.proto is its wire form).
#ifndef MILLRACE_CORE_GRAPH_ATTR_H_
#define MILLRACE_CORE_GRAPH_ATTR_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

class AttrMap;

// A function by name, with the attributes it is instantiated with.
struct FunctionRef {
  std::string name;
  std::shared_ptr<const AttrMap> attrs;  // null: none
};

// "$T" inside a function body: the value comes from the instantiation's attribute T.
struct AttrPlaceholder {
  std::string name;
};

// The kinds an attribute may have in an op's schema ("int", "list(type)", ...).
enum class AttrKind : uint8_t {
  kNone,
  kString,
  kInt,
  kFloat,
  kBool,
  kType,
  kShape,
  kTensor,
  kFunction,
  kListString,
  kListInt,
  kListFloat,
  kListBool,
  kListType,
  kListShape,
  kListTensor,
  kListFunction,
  kPlaceholder,
};
absl::string_view AttrKindName(AttrKind kind);  // "int", "list(type)", ...

// Immutable after construction by convention; large members are shared. std::variant index ==
// AttrKind.
class Attr {
 public:
  using Storage = std::variant<std::monostate, std::string, int64_t, float, bool, DType,
                               PartialShape, std::shared_ptr<const Tensor>, FunctionRef,
                               std::vector<std::string>, std::vector<int64_t>, std::vector<float>,
                               std::vector<bool>, std::vector<DType>, std::vector<PartialShape>,
                               std::vector<Tensor>, std::vector<FunctionRef>, AttrPlaceholder>;

  // Out of line, as are the copies of an AttrMap: a variant of so many kinds is much code, and most
  // sources include this.
  Attr();
  Attr(const Attr& o);
  Attr(Attr&& o) noexcept;
  Attr& operator=(const Attr& o);
  Attr& operator=(Attr&& o) noexcept;
  ~Attr();
  Attr(const char* s);                // NOLINT
  Attr(absl::string_view s);          // NOLINT
  Attr(std::string s);                // NOLINT
  Attr(int i);                        // NOLINT
  Attr(int64_t i);                    // NOLINT
  Attr(float f);                      // NOLINT
  Attr(bool b);                       // NOLINT
  Attr(DType t);                      // NOLINT
  Attr(Shape s);                      // NOLINT
  Attr(PartialShape s);               // NOLINT
  Attr(Tensor t);                     // NOLINT
  Attr(FunctionRef f);                // NOLINT
  Attr(std::vector<std::string> v);   // NOLINT
  Attr(std::vector<int64_t> v);       // NOLINT
  Attr(std::vector<float> v);         // NOLINT
  Attr(std::vector<bool> v);          // NOLINT
  Attr(std::vector<DType> v);         // NOLINT
  Attr(std::vector<PartialShape> v);  // NOLINT
  Attr(std::vector<Tensor> v);        // NOLINT
  Attr(std::vector<FunctionRef> v);   // NOLINT
  Attr(AttrPlaceholder p);            // NOLINT

  AttrKind kind() const { return static_cast<AttrKind>(value_.index()); }
  const Storage& storage() const { return value_; }
  // Null if of another kind.
  template <typename T>
  const T* get() const {
    return std::get_if<T>(&value_);
  }

  // Deep equality; tensors bitwise.
  bool operator==(const Attr& o) const;
  bool operator!=(const Attr& o) const { return !(*this == o); }
  uint64_t Hash() const;            // consistent with ==
  std::string DebugString() const;  // short, for messages

 private:
  Storage value_;
};

// A node's attributes: few, so a flat list in insertion order, searched linearly.
class AttrMap {
 public:
  struct Entry {
    Entry(absl::string_view name, Attr value);
    std::string first;  // the name
    Attr second;
  };

  AttrMap();
  AttrMap(std::initializer_list<Entry> entries);
  AttrMap(const AttrMap& o);
  AttrMap(AttrMap&& o) noexcept;
  AttrMap& operator=(const AttrMap& o);
  AttrMap& operator=(AttrMap&& o) noexcept;
  ~AttrMap();

  const Attr* Find(absl::string_view name) const;
  bool Has(absl::string_view name) const { return Find(name) != nullptr; }
  void Set(absl::string_view name, Attr value);  // replaces
  void Erase(absl::string_view name);
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::vector<Entry>::const_iterator begin() const { return entries_.begin(); }
  std::vector<Entry>::const_iterator end() const { return entries_.end(); }
  bool operator==(const AttrMap& o) const;  // order does not matter
  uint64_t Hash() const;                    // order does not matter

  // The value of `name` as T: std::string, int64_t, int, float, bool, DType, PartialShape, Tensor,
  // FunctionRef or a vector of them. NOT_FOUND if absent, INVALID_ARGUMENT (naming attribute and
  // kinds) if of another kind.
  template <typename T>
  absl::Status Get(absl::string_view name, T* value) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_ATTR_H_
