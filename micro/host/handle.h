// What is behind a handle of interpreter_c.h.
#ifndef MILLRACE_MICRO_HOST_HANDLE_H_
#define MILLRACE_MICRO_HOST_HANDLE_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "micro/core/interpreter.h"
#include "micro/host/interpreter_c.h"
#include "micro/host/op_clock.h"
#include "micro/kernels/all_ops.h"

struct mr_micro {
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  using Memory = std::unique_ptr<uint8_t, Free>;
  // Zeros, aligned to 16 as malloc's memory is; nullptr when there is not so much.
  static Memory Zeros(size_t bytes) {
    return Memory(static_cast<uint8_t*>(std::calloc(bytes / 16 + 1, 16)));
  }

  Memory model;
  Memory arena;
  millrace::micro::OpResolver resolver = millrace::micro::AllOps();
  // Of a model whose weights were turned: the ops that go with them, and the resolver's table.
  std::vector<millrace::micro::OpRegistration> turned_ops;
  std::vector<const millrace::micro::OpRegistration*> ops;
  millrace::micro::OpClock clock;
  std::vector<millrace::micro::PlanEntry> entries;  // of the memory plan
  std::vector<mr_micro_place> places;               // the same for callers
  std::vector<std::vector<int32_t>> place_of;       // by subgraph and tensor; -1: none
  std::unique_ptr<millrace::micro::MicroInterpreter> interpreter;
  std::string error;
};

#endif  // MILLRACE_MICRO_HOST_HANDLE_H_
