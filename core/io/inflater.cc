#include "core/io/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace millrace {

struct Inflater::State {
  z_stream z = {};
  bool ok = false;  // inflateEnd is due
};

Inflater::Inflater(bool gzip) : gzip_(gzip), state_(std::make_unique<State>()) {
  state_->ok = inflateInit2(&state_->z, gzip ? 16 + MAX_WBITS : MAX_WBITS) == Z_OK;
}

Inflater::~Inflater() {
  if (state_->ok) inflateEnd(&state_->z);
}

absl::StatusOr<int64_t> Inflater::Run(absl::string_view* in, int64_t n, char* out) {
  if (!state_->ok) return absl::ResourceExhaustedError("zlib did not start");
  z_stream& z = state_->z;
  constexpr int64_t kMost = std::numeric_limits<uInt>::max();
  int64_t made = 0;
  while (made < n) {
    if (ended_) {
      if (!gzip_ || in->empty()) break;
      if (inflateReset(&z) != Z_OK) return absl::InternalError("zlib did not start again");
      ended_ = false;
    }
    const auto given = static_cast<uInt>(std::min<int64_t>(kMost, in->size()));
    const auto room = static_cast<uInt>(std::min(kMost, n - made));
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in->data()));
    z.avail_in = given;
    z.next_out = reinterpret_cast<Bytef*>(out + made);
    z.avail_out = room;
    const int result = inflate(&z, Z_NO_FLUSH);
    in->remove_prefix(given - z.avail_in);
    made += room - z.avail_out;
    ended_ = result == Z_STREAM_END;
    if (result == Z_BUF_ERROR) break;
    if (result != Z_OK && !ended_) {
      return absl::DataLossError(absl::StrCat("inflate() failed with error ", result, ": ",
                                              z.msg == nullptr ? "" : z.msg));
    }
  }
  return made;
}

}  // namespace millrace
