// Inflater: zlib's and gzip's formats (RFC 1950, 1952) decompressed piece by piece.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

// Not thread-safe.
class Inflater {
 public:
  explicit Inflater(bool gzip);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Decompresses from `*in`, of which it takes off what it used, up to `n` bytes into `out`;
  // returns how many. 0 of n > 0: it needs more input, or everything came to its end. What follows
  // a gzip member is another one; what follows a zlib stream is ignored. DATA_LOSS for bytes that
  // are neither.
  absl::StatusOr<int64_t> Run(absl::string_view* in, int64_t n, char* out);

 private:
  struct State;
  const bool gzip_;
  bool ended_ = false;  // a zlib stream, or a gzip member behind which nothing came yet
  std::unique_ptr<State> state_;
};

}  // namespace millrace
