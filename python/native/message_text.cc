#include "python/native/message_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

absl::StatusOr<std::string> TextOf(const std::string& name, const std::string& bytes) {
  using google::protobuf::DescriptorPool;
  using google::protobuf::MessageFactory;
  const auto* descriptor =
      DescriptorPool::generated_pool()->FindMessageTypeByName(absl::StrCat("millrace.", name));
  if (descriptor == nullptr)
    return absl::NotFoundError(absl::StrCat("There is no message of the name ", name));
  const std::unique_ptr<google::protobuf::Message> message(
      MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  if (!message->ParseFromString(bytes))
    return absl::DataLossError(absl::StrCat("The bytes are no ", name));
  std::string text;
  if (google::protobuf::TextFormat::PrintToString(*message, &text)) return text;
  return absl::InternalError(absl::StrCat("The ", name, " cannot be written as text"));
}

}  // namespace

PyObject* MessageText(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string name, bytes;
  if (!CheckArgCount("message_text", n, 2, 2) || !ToString(args[0], &name) ||
      !ToString(args[1], &bytes)) {
    return nullptr;
  }
  absl::StatusOr<std::string> text;
  {
    GilReleased released;
    text = TextOf(name, bytes);
  }
  return text.ok() ? FromString(*text) : Raise(text.status());
}

}  // namespace millrace::python
