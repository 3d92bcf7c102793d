#include "micro/host/error_text.h"

namespace millrace::micro {

const char* StatusName(Status status) {
  switch (status) {
    case Status::kOk:
      return "OK";
    case Status::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case Status::kInvalidModel:
      return "INVALID_MODEL";
    case Status::kUnsupportedSchema:
      return "UNSUPPORTED_SCHEMA";
    case Status::kUnknownOp:
      return "UNKNOWN_OP";
    case Status::kUnsupportedOpVersion:
      return "UNSUPPORTED_OP_VERSION";
    case Status::kUnsupportedType:
      return "UNSUPPORTED_TYPE";
    case Status::kInvalidShape:
      return "INVALID_SHAPE";
    case Status::kInvalidQuantization:
      return "INVALID_QUANTIZATION";
    case Status::kUnsupported:
      return "UNSUPPORTED";
    case Status::kArenaTooSmall:
      return "ARENA_TOO_SMALL";
    case Status::kWrongOrder:
      return "WRONG_ORDER";
    case Status::kEndedEarly:
      return "ENDED_EARLY";
    case Status::kInvokeFailed:
      return "INVOKE_FAILED";
  }
  return "?";
}

std::string ErrorText(const Error& error) {
  std::string text = StatusName(error.status);
  if (error.reason != nullptr && error.reason[0] != '\0') text += std::string(": ") + error.reason;
  std::string where;
  const auto add = [&](const std::string& part) { where += (where.empty() ? "" : ", ") + part; };
  if (error.subgraph >= 0) add("subgraph " + std::to_string(error.subgraph));
  if (error.op_index >= 0) add("op " + std::to_string(error.op_index));
  if (error.op_code >= 0) where += " = code " + std::to_string(error.op_code);
  if (error.custom_name != nullptr) where += std::string(" ") + error.custom_name;
  if (error.tensor_index >= 0) add("tensor " + std::to_string(error.tensor_index));
  if (error.needed_bytes > 0)
    add("at least " + std::to_string(error.needed_bytes) + " bytes needed");
  if (!where.empty()) text += " (" + where + ")";
  return text;
}

}  // namespace millrace::micro
