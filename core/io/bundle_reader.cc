#include "core/io/bundle_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"
#include "core/base/status.h"
#include "core/io/bundle_format.h"
#include "core/tensor/tensor_codec.h"

namespace millrace {
namespace {

// Reads in pieces, so that the checksum runs over bytes that are still in the cache.
constexpr int64_t kPieceBytes = 1 << 20;

absl::StatusOr<BundleReader::Info> InfoOf(const BundleIndex::Entry& entry) {
  BundleReader::Info info;
  info.name = entry.first;
  if (!IsValidDType(entry.second.dtype())) {
    return absl::DataLossError(
        absl::StrCat("'", entry.first, "' has the unknown type ", entry.second.dtype()));
  }
  info.dtype = static_cast<DType>(entry.second.dtype());
  MR_ASSIGN_OR_RETURN(info.shape, ShapeFromProto(entry.second.shape()));
  return info;
}

bool IsSlicePart(absl::string_view key) { return !key.empty() && key[0] == '\0'; }

}  // namespace

BundleReader::BundleReader(Env* env, absl::string_view prefix, BundleIndex index)
    : env_(env), prefix_(prefix), index_(std::move(index)), files_(index_.num_shards()) {}

absl::StatusOr<std::unique_ptr<BundleReader>> BundleReader::Open(Env* env,
                                                                 absl::string_view prefix) {
  MR_ASSIGN_OR_RETURN(BundleIndex index, BundleIndex::Load(env, prefix));
  return std::unique_ptr<BundleReader>(new BundleReader(env, prefix, std::move(index)));
}

absl::StatusOr<std::vector<BundleReader::Info>> BundleReader::List() const {
  std::vector<Info> out;
  for (const BundleIndex::Entry& entry : index_.entries()) {
    if (IsSlicePart(entry.first)) continue;
    MR_ASSIGN_OR_RETURN(Info info, InfoOf(entry));
    out.push_back(std::move(info));
  }
  return out;
}

absl::StatusOr<const BundleEntryProto*> BundleReader::Lookup(absl::string_view name) const {
  if (const BundleEntryProto* entry = index_.Find(name)) return entry;
  std::string names;
  int shown = 0;
  for (const BundleIndex::Entry& entry : index_.entries()) {
    if (IsSlicePart(entry.first)) continue;
    if (shown++ == 10) {
      names += ", ...";
      break;
    }
    absl::StrAppend(&names, names.empty() ? "" : ", ", entry.first);
  }
  return absl::NotFoundError(
      absl::StrCat("Key ", name, " not found in checkpoint ", prefix_, ", which holds: ", names));
}

absl::StatusOr<BundleReader::Info> BundleReader::Find(absl::string_view name) const {
  MR_ASSIGN_OR_RETURN(const BundleEntryProto* entry, Lookup(name));
  return InfoOf({std::string(name), *entry});
}

absl::Status BundleReader::Damaged(int shard, absl::string_view why) const {
  return absl::DataLossError(absl::StrCat(
      "Damaged checkpoint ", BundleDataPath(prefix_, shard, index_.num_shards()), ": ", why));
}

absl::StatusOr<const RandomAccessFile*> BundleReader::DataFile(int shard) const {
  MutexLock lock(&mu_);
  if (files_[shard] == nullptr) {
    MR_ASSIGN_OR_RETURN(files_[shard], env_->NewRandomAccessFile(
                                           BundleDataPath(prefix_, shard, index_.num_shards())));
  }
  return files_[shard].get();
}

absl::StatusOr<Tensor> BundleReader::ReadEntry(const BundleEntryProto& entry) const {
  MR_ASSIGN_OR_RETURN(const Info info, InfoOf({"", entry}));
  MR_ASSIGN_OR_RETURN(const RandomAccessFile* file, DataFile(entry.shard_id()));
  MR_ASSIGN_OR_RETURN(const int64_t file_bytes, file->Size());
  if (entry.offset() > file_bytes || entry.size() > file_bytes - entry.offset()) {
    return Damaged(entry.shard_id(), "it is cut short");
  }
  const bool strings = info.dtype == DType::kString;
  if (!strings &&
      (!IsTriviallyCopyable(info.dtype) ||
       entry.size() / static_cast<int64_t>(DTypeSize(info.dtype)) != info.shape.num_elements())) {
    return Damaged(entry.shard_id(), "an entry's size is not that of its type and shape");
  }
  Tensor tensor;
  std::string buffer;
  char* out;
  if (strings) {
    buffer.resize(static_cast<size_t>(entry.size()));
    out = &buffer[0];
  } else {
    MR_ASSIGN_OR_RETURN(tensor, Tensor::Create(info.dtype, info.shape));
    out = static_cast<char*>(tensor.mutable_raw_data());
  }
  uint32_t crc = 0;
  for (int64_t at = 0; at < entry.size();) {
    const int64_t wanted = std::min(kPieceBytes, entry.size() - at);
    MR_ASSIGN_OR_RETURN(const int64_t got, file->Read(entry.offset() + at, wanted, out + at));
    if (got != wanted) return Damaged(entry.shard_id(), "it is cut short");
    if (!strings) crc = crc32c::Extend(crc, out + at, static_cast<size_t>(got));
    at += got;
  }
  if (strings) {
    auto decoded = DecodeBundleStrings(info.shape, buffer, &crc);
    if (!decoded.ok()) return Damaged(entry.shard_id(), decoded.status().message());
    tensor = *std::move(decoded);
  }
  if (crc32c::Unmask(entry.crc32c()) != crc) {
    return Damaged(entry.shard_id(), "a tensor's checksum does not match");
  }
  return tensor;
}

absl::StatusOr<Tensor> BundleReader::Read(absl::string_view name) const {
  MR_ASSIGN_OR_RETURN(const BundleEntryProto* entry, Lookup(name));
  if (entry->slices_size() == 0) {
    auto tensor = ReadEntry(*entry);
    if (!tensor.ok()) return Annotate(tensor.status(), name);
    return tensor;
  }
  MR_ASSIGN_OR_RETURN(const Info info, InfoOf({std::string(name), *entry}));
  return ReadSlice(name, TensorSlice::Whole(info.shape.rank()));
}

absl::StatusOr<Tensor> BundleReader::ReadSlice(absl::string_view name,
                                               const TensorSlice& slice) const {
  MR_ASSIGN_OR_RETURN(const BundleEntryProto* entry, Lookup(name));
  MR_ASSIGN_OR_RETURN(const Info info, InfoOf({std::string(name), *entry}));
  MR_ASSIGN_OR_RETURN(const Shape wanted, slice.SliceShape(info.shape));
  if (entry->slices_size() == 0 && slice.IsFull()) return Read(name);
  if (!IsTriviallyCopyable(info.dtype)) {
    return absl::UnimplementedError(
        absl::StrCat("A part of the ", DTypeName(info.dtype), " tensor ", name, " cannot be read"));
  }
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(info.dtype, wanted));
  const TensorSlice target = slice.Resolved(info.shape);
  const int64_t element_bytes = static_cast<int64_t>(DTypeSize(info.dtype));
  int64_t covered = 0;
  auto take = [&](const BundleEntryProto& part_entry, const TensorSlice& part) -> absl::Status {
    TensorSlice common;
    if (!part.Intersect(target, &common)) return absl::OkStatus();
    MR_ASSIGN_OR_RETURN(const Tensor piece, ReadEntry(part_entry));
    MR_ASSIGN_OR_RETURN(const Shape piece_shape, part.SliceShape(info.shape));
    if (piece.shape() != piece_shape || piece.dtype() != info.dtype) {
      return Damaged(part_entry.shard_id(), "a slice is not of the shape that its name says");
    }
    MR_ASSIGN_OR_RETURN(const Shape common_shape, common.SliceShape(info.shape));
    covered += common_shape.num_elements();
    CopySlice(part, static_cast<const char*>(piece.raw_data()), target,
              static_cast<char*>(out.mutable_raw_data()), element_bytes);
    return absl::OkStatus();
  };
  if (entry->slices_size() == 0) {
    MR_RETURN_IF_ERROR(take(*entry, TensorSlice::Whole(info.shape.rank()).Resolved(info.shape)));
  }
  for (const TensorSliceProto& stored : entry->slices()) {
    MR_ASSIGN_OR_RETURN(const TensorSlice part, TensorSlice::FromProto(stored));
    MR_RETURN_IF_ERROR(part.SliceShape(info.shape).status());
    MR_ASSIGN_OR_RETURN(const BundleEntryProto* part_entry, Lookup(BundleSliceKey(name, part)));
    MR_RETURN_IF_ERROR(Annotate(take(*part_entry, part.Resolved(info.shape)), name));
  }
  if (covered < wanted.num_elements()) {
    return absl::DataLossError(absl::StrCat("The parts of ", name, " in checkpoint ", prefix_,
                                            " do not cover the slice ", slice.ToString()));
  }
  return out;
}

}  // namespace millrace
