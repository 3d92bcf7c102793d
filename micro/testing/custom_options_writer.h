// The options of custom ops (flexbuffers), for tests. On the host only.
#ifndef MILLRACE_MICRO_TESTING_CUSTOM_OPTIONS_WRITER_H_
#define MILLRACE_MICRO_TESTING_CUSTOM_OPTIONS_WRITER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace::micro::testing {

// A map of integers and floats.
std::vector<uint8_t> CustomOptionsBytes(const std::map<std::string, int32_t>& integers,
                                        const std::map<std::string, float>& floats = {});

}  // namespace millrace::micro::testing

#endif  // MILLRACE_MICRO_TESTING_CUSTOM_OPTIONS_WRITER_H_
