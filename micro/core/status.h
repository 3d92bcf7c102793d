// Status: how every function of micro/ that can fail says so; Error: what is known about the first
// failure; the macros that pass errors on. Nothing here allocates or formats: a text for people is
// made on the host (micro/host/error_text.h).
#ifndef MILLRACE_MICRO_CORE_STATUS_H_
#define MILLRACE_MICRO_CORE_STATUS_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro {

enum class [[nodiscard]] Status : uint8_t{
    kOk = 0,
    kInvalidArgument,       // the caller's own mistake (a bad index, a misaligned buffer)
    kInvalidModel,          // the model's bytes are damaged or contradict themselves
    kUnsupportedSchema,     // not a version 3 .tflite file
    kUnknownOp,             // the resolver has no such op
    kUnsupportedOpVersion,  // the resolver's op is older than the model asks for
    kUnsupportedType,       // an element type the op has no kernel for
    kInvalidShape,          // shapes that do not fit the op or each other
    kInvalidQuantization,   // scales or zero points that do not fit the op
    kUnsupported,           // something else that the op cannot do
    kArenaTooSmall,         // Error::needed_bytes says how much memory would do
    kWrongOrder,            // e.g. Invoke before AllocateTensors
    kInvokeFailed,          // data that the op cannot work on, found while invoking
    kEndedEarly,  // no failure: an op ended the run on purpose; what follows it was not computed
};

// The first failure since the last call that succeeded. Texts point into the program or the model.
struct Error {
  Status status = Status::kOk;
  const char* reason = nullptr;       // nullptr or "" when built with MILLRACE_MICRO_NO_REASONS
  int32_t subgraph = -1;              // -1: not known or not about one
  int32_t op_index = -1;              // position in the subgraph's operators
  int32_t op_code = -1;               // BuiltinOp
  const char* custom_name = nullptr;  // of a custom op
  int32_t tensor_index = -1;          // position in the subgraph's tensors
  size_t needed_bytes = 0;  // kArenaTooSmall: the arena needs at least this; exact once planned
};

// Is told of each failure at once. `user` is the caller's.
struct ErrorSink {
  void (*report)(void* user, const Error& error) = nullptr;
  void* user = nullptr;
};

}  // namespace millrace::micro

// Why something was refused, for people; dropped from images that have no room for it.
#ifdef MILLRACE_MICRO_NO_REASONS
#define MR_WHY(text) ""
#else
#define MR_WHY(text) text
#endif

// Returns from the calling function when `expression` is not kOk.
#define MR_TRY(expression)                                             \
  do {                                                                 \
    const ::millrace::micro::Status mr_status = (expression);          \
    if (mr_status != ::millrace::micro::Status::kOk) return mr_status; \
  } while (0)

// In a kernel: refuses the op with `status` and a reason unless `condition` holds.
#define MR_ENSURE(context, condition, status, why)                  \
  do {                                                              \
    if (!(condition)) return (context).Fail((status), MR_WHY(why)); \
  } while (0)

#endif  // MILLRACE_MICRO_CORE_STATUS_H_
