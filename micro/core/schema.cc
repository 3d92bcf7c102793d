#include "micro/core/schema.h"

namespace millrace::micro {

bool SameText(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

fb::Vector<uint8_t> ModelView::MetadataBytes(const char* name) const {
  const fb::TableVector entries = metadata();
  for (int i = 0; i < entries.size(); ++i) {
    if (SameText(entries[i].String(field::Metadata::kName), name)) {
      return buffer(entries[i].Scalar<uint32_t>(field::Metadata::kBuffer));
    }
  }
  return fb::Vector<uint8_t>();
}

BuiltinOp OpOf(fb::Table operator_code) {
  const int32_t old_code =
      operator_code.Scalar<int8_t>(field::OperatorCode::kDeprecatedBuiltinCode);
  const int32_t code = operator_code.Scalar<int32_t>(field::OperatorCode::kBuiltinCode);
  return static_cast<BuiltinOp>(code > old_code ? code : old_code);
}

}  // namespace millrace::micro
