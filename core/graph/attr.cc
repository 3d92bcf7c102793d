#include "core/graph/attr.h"

#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/hash/hash.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

constexpr size_t kMaxHashedBytes = 4096;  // of a tensor: equal tensors agree in them too
constexpr size_t kMaxPrintedElements = 8;
constexpr size_t kMaxPrintedChars = 100;

// ----- equality: floats bitwise, so that NaN equals itself and == agrees with Hash -----

template <typename T>
bool Same(const T& a, const T& b) {
  return a == b;
}
bool Same(float a, float b) { return std::memcmp(&a, &b, sizeof(a)) == 0; }
bool Same(const Tensor& a, const Tensor& b) { return a.BitwiseEquals(b); }
bool Same(const std::shared_ptr<const Tensor>& a, const std::shared_ptr<const Tensor>& b) {
  return a == b || a->BitwiseEquals(*b);
}
bool Same(const FunctionRef& a, const FunctionRef& b) {
  static const AttrMap& none = *new AttrMap;
  return a.name == b.name && (a.attrs ? *a.attrs : none) == (b.attrs ? *b.attrs : none);
}
bool Same(const AttrPlaceholder& a, const AttrPlaceholder& b) { return a.name == b.name; }

template <typename T>
bool Same(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!Same(static_cast<const T&>(a[i]), static_cast<const T&>(b[i]))) return false;
  }
  return true;
}

// ----- hashes -----

uint64_t HashOf(std::monostate) { return 0; }
uint64_t HashOf(float v) {
  uint32_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  return absl::HashOf(bits);
}
uint64_t HashOf(const PartialShape& s) {
  return s.known_rank() ? absl::HashOf(true, s.dims()) : absl::HashOf(false);
}
uint64_t HashOf(const Tensor& t) {
  const uint64_t head = absl::HashOf(t.dtype(), t.shape().dims());
  if (t.dtype() == DType::kString) return absl::HashOf(head, t.flat<std::string>());
  if (!IsTriviallyCopyable(t.dtype())) return head;
  const absl::string_view bytes(static_cast<const char*>(t.raw_data()),
                                std::min(t.bytes(), kMaxHashedBytes));
  return absl::HashOf(head, bytes);
}
uint64_t HashOf(const std::shared_ptr<const Tensor>& t) { return HashOf(*t); }
uint64_t HashOf(const FunctionRef& f) {
  return absl::HashOf(f.name, f.attrs ? f.attrs->Hash() : AttrMap().Hash());
}
uint64_t HashOf(const AttrPlaceholder& p) { return absl::HashOf(p.name); }
template <typename T>
uint64_t HashOf(const T& v) {
  return absl::HashOf(v);
}
template <typename T>
uint64_t HashOf(const std::vector<T>& v) {
  uint64_t h = absl::HashOf(v.size());
  for (const auto& x : v) h = absl::HashOf(h, HashOf(static_cast<const T&>(x)));
  return h;
}

// ----- text -----

std::string Text(std::monostate) { return "none"; }
std::string Text(const std::string& s) {
  if (s.size() <= kMaxPrintedChars) return absl::StrCat("\"", absl::CHexEscape(s), "\"");
  return absl::StrCat("\"", absl::CHexEscape(s.substr(0, kMaxPrintedChars)), "...\"");
}
std::string Text(int64_t v) { return absl::StrCat(v); }
std::string Text(float v) { return absl::StrCat(v); }
std::string Text(bool v) { return v ? "true" : "false"; }
std::string Text(DType t) { return DTypeName(t); }
std::string Text(const PartialShape& s) { return s.ToString(); }
std::string Text(const Tensor& t) { return t.DebugString(); }
std::string Text(const std::shared_ptr<const Tensor>& t) { return t->DebugString(); }
std::string Text(const FunctionRef& f) { return f.name; }
std::string Text(const AttrPlaceholder& p) { return absl::StrCat("$", p.name); }
template <typename T>
std::string Text(const std::vector<T>& v) {
  std::string out = "[";
  for (size_t i = 0; i < v.size() && i < kMaxPrintedElements; ++i) {
    absl::StrAppend(&out, i ? ", " : "", Text(static_cast<const T&>(v[i])));
  }
  if (v.size() > kMaxPrintedElements) absl::StrAppend(&out, ", ... (", v.size(), ")");
  return out + "]";
}

// ----- typed access -----

absl::Status WrongKind(absl::string_view name, AttrKind found, AttrKind wanted) {
  return absl::InvalidArgumentError(absl::StrCat(
      "Attribute '", name, "' is of kind ", AttrKindName(found), ", not ", AttrKindName(wanted)));
}

absl::Status Narrow(absl::string_view name, int64_t v, int* out) {
  if (v < std::numeric_limits<int>::min() || v > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Attribute '", name, "' = ", v, " does not fit 32 bits"));
  }
  *out = static_cast<int>(v);
  return absl::OkStatus();
}

// The kind that holds a T, found through the variant itself.
template <typename T>
AttrKind KindOf() {
  return Attr(T{}).kind();
}

}  // namespace

absl::string_view AttrKindName(AttrKind kind) {
  static constexpr absl::string_view kNames[] = {
      "none",       "string",     "int",         "float",        "bool",       "type",
      "shape",      "tensor",     "func",        "list(string)", "list(int)",  "list(float)",
      "list(bool)", "list(type)", "list(shape)", "list(tensor)", "list(func)", "placeholder"};
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == std::variant_size_v<Attr::Storage>,
                "one name a kind");
  return kNames[static_cast<int>(kind)];
}

Attr::Attr() = default;
Attr::Attr(const Attr& o) = default;
Attr::Attr(Attr&& o) noexcept = default;
Attr& Attr::operator=(const Attr& o) = default;
Attr& Attr::operator=(Attr&& o) noexcept = default;
Attr::~Attr() = default;
Attr::Attr(const char* s) : value_(std::string(s)) {}
Attr::Attr(absl::string_view s) : value_(std::string(s)) {}
Attr::Attr(std::string s) : value_(std::move(s)) {}
Attr::Attr(int i) : value_(static_cast<int64_t>(i)) {}
Attr::Attr(int64_t i) : value_(i) {}
Attr::Attr(float f) : value_(f) {}
Attr::Attr(bool b) : value_(b) {}
Attr::Attr(DType t) : value_(t) {}
Attr::Attr(Shape s) : value_(PartialShape(s)) {}
Attr::Attr(PartialShape s) : value_(std::move(s)) {}
Attr::Attr(Tensor t) : value_(std::make_shared<const Tensor>(std::move(t))) {}
Attr::Attr(FunctionRef f) : value_(std::move(f)) {}
Attr::Attr(std::vector<std::string> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<int64_t> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<float> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<bool> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<DType> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<PartialShape> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<Tensor> v) : value_(std::move(v)) {}
Attr::Attr(std::vector<FunctionRef> v) : value_(std::move(v)) {}
Attr::Attr(AttrPlaceholder p) : value_(std::move(p)) {}

AttrMap::Entry::Entry(absl::string_view name, Attr value) : first(name), second(std::move(value)) {}
AttrMap::AttrMap() = default;
AttrMap::AttrMap(std::initializer_list<Entry> entries) : entries_(entries) {}
AttrMap::AttrMap(const AttrMap& o) = default;
AttrMap::AttrMap(AttrMap&& o) noexcept = default;
AttrMap& AttrMap::operator=(const AttrMap& o) = default;
AttrMap& AttrMap::operator=(AttrMap&& o) noexcept = default;
AttrMap::~AttrMap() = default;

bool Attr::operator==(const Attr& o) const {
  if (kind() != o.kind()) return false;
  return std::visit(
      [&](const auto& v) { return Same(v, *std::get_if<std::decay_t<decltype(v)>>(&o.value_)); },
      value_);
}

uint64_t Attr::Hash() const {
  return std::visit([&](const auto& v) { return absl::HashOf(value_.index(), HashOf(v)); }, value_);
}

std::string Attr::DebugString() const {
  return std::visit([](const auto& v) { return Text(v); }, value_);
}

const Attr* AttrMap::Find(absl::string_view name) const {
  for (const Entry& e : entries_) {
    if (e.first == name) return &e.second;
  }
  return nullptr;
}

void AttrMap::Set(absl::string_view name, Attr value) {
  for (Entry& e : entries_) {
    if (e.first == name) {
      e.second = std::move(value);
      return;
    }
  }
  entries_.emplace_back(std::string(name), std::move(value));
}

void AttrMap::Erase(absl::string_view name) {
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    if (it->first == name) {
      entries_.erase(it);
      return;
    }
  }
}

bool AttrMap::operator==(const AttrMap& o) const {
  if (size() != o.size()) return false;
  for (const Entry& e : entries_) {
    const Attr* other = o.Find(e.first);
    if (other == nullptr || *other != e.second) return false;
  }
  return true;
}

uint64_t AttrMap::Hash() const {
  uint64_t h = absl::HashOf(entries_.size());
  for (const Entry& e : entries_) h += absl::HashOf(e.first, e.second.Hash());
  return h;
}

template <typename T>
absl::Status AttrMap::Get(absl::string_view name, T* value) const {
  const Attr* attr = Find(name);
  if (attr == nullptr) return absl::NotFoundError(absl::StrCat("No attribute named '", name, "'"));
  if constexpr (std::is_same_v<T, int>) {
    const int64_t* v = attr->get<int64_t>();
    if (v == nullptr) return WrongKind(name, attr->kind(), AttrKind::kInt);
    return Narrow(name, *v, value);
  } else if constexpr (std::is_same_v<T, std::vector<int>>) {
    const std::vector<int64_t>* v = attr->get<std::vector<int64_t>>();
    if (v == nullptr) return WrongKind(name, attr->kind(), AttrKind::kListInt);
    std::vector<int> narrow(v->size());
    for (size_t i = 0; i < v->size(); ++i) MR_RETURN_IF_ERROR(Narrow(name, (*v)[i], &narrow[i]));
    *value = std::move(narrow);
  } else if constexpr (std::is_same_v<T, Tensor>) {
    const std::shared_ptr<const Tensor>* v = attr->get<std::shared_ptr<const Tensor>>();
    if (v == nullptr) return WrongKind(name, attr->kind(), AttrKind::kTensor);
    *value = **v;
  } else {
    const T* v = attr->get<T>();
    if (v == nullptr) return WrongKind(name, attr->kind(), KindOf<T>());
    *value = *v;
  }
  return absl::OkStatus();
}

#define MILLRACE_INSTANTIATE_GET(T)                                   \
  template absl::Status AttrMap::Get<T>(absl::string_view, T*) const; \
  template absl::Status AttrMap::Get<std::vector<T>>(absl::string_view, std::vector<T>*) const;
MILLRACE_INSTANTIATE_GET(std::string)
MILLRACE_INSTANTIATE_GET(int64_t)
MILLRACE_INSTANTIATE_GET(int)
MILLRACE_INSTANTIATE_GET(float)
MILLRACE_INSTANTIATE_GET(bool)
MILLRACE_INSTANTIATE_GET(DType)
MILLRACE_INSTANTIATE_GET(PartialShape)
MILLRACE_INSTANTIATE_GET(Tensor)
MILLRACE_INSTANTIATE_GET(FunctionRef)
#undef MILLRACE_INSTANTIATE_GET

}  // namespace millrace
