#include "core/io/bundle_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"
#include "core/base/failpoint.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/io/bundle_format.h"
#include "core/io/table_writer.h"
#include "core/tensor/tensor_codec.h"
#include "protos/tensor_bundle.pb.h"

namespace millrace {

struct BundleWriter::Entry {
  BundleEntryProto proto;
  Shape shape;
};

BundleWriter::BundleWriter(Env* env, absl::string_view prefix)
    : env_(env),
      prefix_(prefix),
      temporary_(absl::StrCat(BundleDataPath(prefix, 0, 1), ".tempstate", RandomId())) {}

BundleWriter::~BundleWriter() {
  if (finished_) return;
  data_.reset();
  env_->DeleteFile(temporary_).IgnoreError();  // It is in the way of nothing.
}

absl::StatusOr<std::unique_ptr<BundleWriter>> BundleWriter::Create(Env* env,
                                                                   absl::string_view prefix) {
  if (prefix.empty() || prefix.back() == '/') {
    return absl::InvalidArgumentError(
        absl::StrCat("A checkpoint's prefix ends in a name, not as '", prefix, "' does"));
  }
  MR_RETURN_IF_ERROR(env->CreateDirRecursively(Dirname(prefix)));
  std::unique_ptr<BundleWriter> writer(new BundleWriter(env, prefix));
  MR_ASSIGN_OR_RETURN(writer->data_, env->NewWritableFile(writer->temporary_));
  return writer;
}

absl::Status BundleWriter::AddBytes(const std::string& key, const Tensor& tensor) {
  auto [at, added] = entries_.try_emplace(key);
  if (!added) {
    return absl::InvalidArgumentError(absl::StrCat("Second tensor to be saved as '", key, "'"));
  }
  at->second = std::make_unique<Entry>();
  at->second->shape = tensor.shape();
  BundleEntryProto& proto = at->second->proto;
  proto.set_dtype(static_cast<DataType>(tensor.dtype()));
  ShapeToProto(tensor.shape(), proto.mutable_shape());
  proto.set_offset(size_);
  std::string strings;
  absl::string_view bytes;
  uint32_t crc;
  if (tensor.dtype() == DType::kString) {
    strings = EncodeBundleStrings(tensor, &crc);
    bytes = strings;
  } else {
    bytes = absl::string_view(static_cast<const char*>(tensor.raw_data()), tensor.bytes());
    crc = crc32c::Value(bytes);
  }
  proto.set_size(static_cast<int64_t>(bytes.size()));
  proto.set_crc32c(crc32c::Mask(crc));
  size_ += static_cast<int64_t>(bytes.size());
  return data_->Append(bytes);
}

absl::Status BundleWriter::Add(absl::string_view name, const Tensor& tensor) {
  if (tensor.dtype() != DType::kString && !IsTriviallyCopyable(tensor.dtype())) {
    return absl::UnimplementedError(absl::StrCat("A tensor of type ", DTypeName(tensor.dtype()),
                                                 " cannot be saved (", name, ")"));
  }
  if (name.empty()) return absl::InvalidArgumentError("A saved tensor needs a name");
  return AddBytes(std::string(name), tensor);
}

absl::Status BundleWriter::AddSlice(absl::string_view name, const Shape& full_shape,
                                    const TensorSlice& slice, const Tensor& tensor) {
  if (slice.IsFull()) return Add(name, tensor);
  MR_ASSIGN_OR_RETURN(const Shape part, slice.SliceShape(full_shape));
  if (part != tensor.shape()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The slice ", slice.ToString(), " of ", name, " has shape ", part.ToString(),
                     ", the tensor to be saved has ", tensor.shape().ToString()));
  }
  auto [at, added] = entries_.try_emplace(std::string(name));
  if (added) {
    at->second = std::make_unique<Entry>();
    at->second->shape = full_shape;
    at->second->proto.set_dtype(static_cast<DataType>(tensor.dtype()));
    ShapeToProto(full_shape, at->second->proto.mutable_shape());
  } else if (at->second->proto.dtype() != static_cast<DataType>(tensor.dtype()) ||
             at->second->shape != full_shape || at->second->proto.slices_size() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("The parts of ", name, " disagree about its type or shape"));
  }
  slice.ToProto(at->second->proto.add_slices());
  return Add(BundleSliceKey(name, slice), tensor);
}

absl::Status BundleWriter::WriteIndex() {
  BundleHeaderProto header;
  header.set_num_shards(1);
  header.mutable_version()->set_producer(1);
  TableWriter table;
  MR_RETURN_IF_ERROR(table.Add("", header.SerializeAsString()));
  for (const auto& [key, entry] : entries_) {
    MR_RETURN_IF_ERROR(table.Add(key, entry->proto.SerializeAsString()));
  }
  return env_->WriteStringToFileAtomically(BundleIndexPath(prefix_), table.Finish());
}

absl::Status BundleWriter::Finish() {
  MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("save:before_sync"));
  MR_RETURN_IF_ERROR(data_->Sync());
  MR_RETURN_IF_ERROR(data_->Close());
  MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("save:before_rename"));
  MR_RETURN_IF_ERROR(env_->RenameFile(temporary_, BundleDataPath(prefix_, 0, 1)));
  finished_ = true;
  MR_RETURN_IF_ERROR(env_->SyncDir(Dirname(prefix_)));
  MR_RETURN_IF_ERROR(MILLRACE_FAILPOINT("save:before_index"));
  return WriteIndex();
}

}  // namespace millrace
