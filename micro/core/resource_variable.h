// ResourceVariable: a variable that outlives an invoke and is known by its name, shared by all
// subgraphs of an interpreter.
#ifndef MILLRACE_MICRO_CORE_RESOURCE_VARIABLE_H_
#define MILLRACE_MICRO_CORE_RESOURCE_VARIABLE_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro {

struct ResourceVariable {
  int32_t id;  // first, as a handle tensor's data is this field
  uint32_t bytes;
  const char* container;
  const char* name;
  void* data;  // nullptr until an op says how large it is
  ResourceVariable* next;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_RESOURCE_VARIABLE_H_
