// DecodeJSONExample: Examples in the JSON form of protocol messages, as serialised ones.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "protos/example.pb.h"

namespace millrace {
namespace {

absl::Status DecodeJsonExample(const std::string& json, std::string* out) {
  Example example;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &example);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Error while parsing JSON: ", std::string(status.message())));
  }
  google::protobuf::io::StringOutputStream stream(out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);  // the features in the order of their names
  if (example.SerializeToCodedStream(&coded)) return absl::OkStatus();
  return absl::InvalidArgumentError("the Example is too large for a message");
}

class DecodeJsonExampleKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& json = c.input(0);
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, json.shape(), &out));
    std::string* to = out->mutable_data<std::string>();
    for (const std::string& s : json.flat<std::string>())
      MR_RETURN_IF_ERROR(DecodeJsonExample(s, to++));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterDecodeJsonExample(Registry& r) {
  return r.Add(Op("DecodeJSONExample")
                   .Input("json_examples: string")
                   .Output("binary_examples: string")
                   .Doc("Each string, an Example in JSON (proto3's mapping), serialised.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<DecodeJsonExampleKernel>());
}

}  // namespace millrace
