// What most sources include anyway, parsed once: the compiler reads this before every source that
// mr_cc_library compiles. It holds only headers of the language and of Abseil, so that it can lend
// no source a dependency on another room.
#ifndef MILLRACE_PRECOMPILED_COMMON_H_  // "#pragma once" is an error in a header that is compiled
                                        // by itself.
#define MILLRACE_PRECOMPILED_COMMON_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"

#endif  // MILLRACE_PRECOMPILED_COMMON_H_
