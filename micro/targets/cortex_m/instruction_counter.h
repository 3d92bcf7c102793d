// Counts instructions in QEMU run with -icount shift=0, where each takes one nanosecond of the
// machine's time: the system timer counts that time, so figures are the same in each run. Not
// cycles: memory takes no time and a vector instruction counts as one.
#ifndef MILLRACE_MICRO_TARGETS_CORTEX_M_INSTRUCTION_COUNTER_H_
#define MILLRACE_MICRO_TARGETS_CORTEX_M_INSTRUCTION_COUNTER_H_

#include <cstdint>

namespace millrace::micro {

// MR_TICK_PICOSECONDS: the board's system timer period. Measures spans of up to 2^24 ticks.
class InstructionCounter {
 public:
  static void Start() {
    Register(0x14) = 0xFFFFFF;  // reload value
    Register(0x18) = 0;         // current value
    Register(0x10) = 5;         // processor clock, on
  }
  // Ticks since any earlier moment are a difference of two of these.
  static uint32_t Now() { return 0xFFFFFF - Register(0x18); }
  static uint32_t TicksBetween(uint32_t begin, uint32_t end) { return (end - begin) & 0xFFFFFF; }
  static uint32_t InstructionsOf(uint64_t ticks) {
    return static_cast<uint32_t>(ticks * MR_TICK_PICOSECONDS / 1000);
  }
  static uint32_t Between(uint32_t begin, uint32_t end) {
    return InstructionsOf(TicksBetween(begin, end));
  }

 private:
  static volatile uint32_t& Register(uint32_t offset) {
    return *reinterpret_cast<volatile uint32_t*>(0xE000E000 + offset);
  }
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_TARGETS_CORTEX_M_INSTRUCTION_COUNTER_H_
