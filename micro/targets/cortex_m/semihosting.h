// Semihosting: an image's text, files, arguments and exit status, through the emulator or debugger
// it runs under. Calls are a breakpoint with a number in r0 and arguments at r1 (Arm, "Semihosting
// for AArch32 and AArch64").
#ifndef MILLRACE_MICRO_TARGETS_CORTEX_M_SEMIHOSTING_H_
#define MILLRACE_MICRO_TARGETS_CORTEX_M_SEMIHOSTING_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro::semihosting {

void Write(const char* text);
void WriteNumber(uint32_t number);
[[noreturn]] void Exit(int status);

// The command line, words separated by spaces. False when it does not fit.
bool CommandLine(char* text, size_t size);

// A file of the host; -1 when it cannot be opened.
int Open(const char* path, bool for_writing);
void Close(int file);
// Bytes that were read; fewer than `bytes` at the end of the file.
size_t Read(int file, void* to, size_t bytes);
bool WriteBytes(int file, const void* from, size_t bytes);

}  // namespace millrace::micro::semihosting

#endif  // MILLRACE_MICRO_TARGETS_CORTEX_M_SEMIHOSTING_H_
