// Start of a bare-metal image: vector table, memory, floating point, main, exit.
#include <cstdint>

#include "micro/targets/cortex_m/semihosting.h"

extern "C" {

// From the linker script.
extern uint32_t mr_stack_top[];
extern uint32_t mr_data_load[];
extern uint32_t mr_data_begin[];
extern uint32_t mr_data_end[];
extern uint32_t mr_bss_begin[];
extern uint32_t mr_bss_end[];

int main();

[[noreturn]] void mr_reset() {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  // CPACR: full access to coprocessors 10 and 11, the floating-point and vector unit.
  *reinterpret_cast<volatile uint32_t*>(0xE000ED88) |= 0xFu << 20;
  asm volatile("dsb\n isb" ::: "memory");
#endif
  const uint32_t* from = mr_data_load;
  for (uint32_t* to = mr_data_begin; to != mr_data_end; ++to, ++from) *to = *from;
  for (uint32_t* to = mr_bss_begin; to != mr_bss_end; ++to) *to = 0;
  millrace::micro::semihosting::Exit(main());
}

[[noreturn]] void mr_fault() {
  millrace::micro::semihosting::Write("fault\n");
  millrace::micro::semihosting::Exit(99);
}

__attribute__((section(".isr_vector"), used)) void (*const mr_vectors[])() = {
    reinterpret_cast<void (*)()>(mr_stack_top),
    mr_reset,
    mr_fault,  // NMI
    mr_fault,  // hard fault
    mr_fault,  // memory management
    mr_fault,  // bus
    mr_fault,  // usage
    mr_fault,  // secure
};

}  // extern "C"
