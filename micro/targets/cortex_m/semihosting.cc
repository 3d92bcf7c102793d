#include "micro/targets/cortex_m/semihosting.h"

namespace millrace::micro::semihosting {
namespace {

enum Operation : uint32_t {
  kOpen = 0x01,
  kClose = 0x02,
  kWrite0 = 0x04,
  kWrite = 0x05,
  kRead = 0x06,
  kGetCommandLine = 0x15,
  kExitExtended = 0x20,
};

int32_t Call(Operation operation, const void* arguments) {
  register uint32_t r0 asm("r0") = operation;
  register const void* r1 asm("r1") = arguments;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return static_cast<int32_t>(r0);
}

uint32_t AddressOf(const void* p) { return reinterpret_cast<uint32_t>(p); }

uint32_t LengthOf(const char* text) {
  uint32_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

}  // namespace

void Write(const char* text) { Call(kWrite0, text); }

void WriteNumber(uint32_t number) {
  char digits[11];
  char* p = digits + sizeof(digits) - 1;
  *p = '\0';
  do {
    *--p = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  Write(p);
}

void Exit(int status) {
  constexpr uint32_t kApplicationExit = 0x20026;
  const uint32_t arguments[] = {kApplicationExit, static_cast<uint32_t>(status)};
  for (;;) Call(kExitExtended, arguments);
}

bool CommandLine(char* text, size_t size) {
  uint32_t arguments[] = {AddressOf(text), size};
  return Call(kGetCommandLine, arguments) == 0;
}

int Open(const char* path, bool for_writing) {
  constexpr uint32_t kReadBinary = 1, kWriteBinary = 5;
  const uint32_t arguments[] = {AddressOf(path), for_writing ? kWriteBinary : kReadBinary,
                                LengthOf(path)};
  return Call(kOpen, arguments);
}

void Close(int file) {
  const uint32_t arguments[] = {static_cast<uint32_t>(file)};
  Call(kClose, arguments);
}

size_t Read(int file, void* to, size_t bytes) {
  const uint32_t arguments[] = {static_cast<uint32_t>(file), AddressOf(to), bytes};
  const int32_t missing = Call(kRead, arguments);
  return missing < 0 ? 0 : bytes - static_cast<size_t>(missing);
}

bool WriteBytes(int file, const void* from, size_t bytes) {
  const uint32_t arguments[] = {static_cast<uint32_t>(file), AddressOf(from), bytes};
  return Call(kWrite, arguments) == 0;
}

}  // namespace millrace::micro::semihosting
