// An image that runs a model on cases from a file of the host, writes its outputs to another, and
// prints arena bytes and instructions. Command line: INPUTS OUTPUTS reset|keep REPEATS, the inputs
// of each case one behind the other. Links with the model (kModel) and its ops (ModelOps).
#include "micro/core/interpreter.h"
#include "micro/targets/cortex_m/instruction_counter.h"
#include "micro/targets/cortex_m/semihosting.h"

extern "C" const uint8_t kModel[];
extern "C" const uint32_t kModelSize;

namespace millrace::micro {

OpResolver ModelOps();

namespace {

alignas(16) uint8_t arena[MR_ARENA_BYTES];

void Print(const char* key, uint32_t value) {
  semihosting::Write(key);
  semihosting::Write(" ");
  semihosting::WriteNumber(value);
  semihosting::Write("\n");
}

int Fail(const MicroInterpreter& interpreter) {
  const Error& error = interpreter.error();
  Print("status", static_cast<uint32_t>(error.status));
  if (error.op_index >= 0) Print("op", static_cast<uint32_t>(error.op_index));
  if (error.needed_bytes > 0) Print("needed", error.needed_bytes);
  semihosting::Write(error.reason == nullptr ? "" : error.reason);
  semihosting::Write("\n");
  return 1;
}

// Cuts `line` into words in place.
int Words(char* line, char** words, int max_words) {
  int count = 0;
  for (char* p = line; *p != '\0' && count < max_words;) {
    words[count++] = p;
    while (*p != '\0' && *p != ' ') ++p;
    if (*p == ' ') *p++ = '\0';
  }
  return count;
}

bool ReadInputs(const MicroInterpreter& interpreter, int file) {
  for (int i = 0; i < interpreter.num_inputs(); ++i) {
    const TensorView input = interpreter.input(i);
    if (semihosting::Read(file, input.raw(), input.bytes()) != input.bytes()) return false;
  }
  return true;
}

void WriteOutputs(const MicroInterpreter& interpreter, int file) {
  for (int i = 0; i < interpreter.num_outputs(); ++i) {
    const TensorView output = interpreter.output(i);
    semihosting::WriteBytes(file, output.raw(), output.bytes());
  }
}

void PrintMemory(const MemoryReport& memory) {
  Print("arena", memory.total());
  Print("planned", memory.planned);
  Print("bookkeeping", memory.bookkeeping);
  Print("tensor_pointers", memory.tensor_pointers);
  Print("op_tables", memory.op_tables);
  Print("op_data", memory.op_data);
  Print("variables", memory.variables);
}

int Run() {
  static char line[512];
  char* words[5];
  if (!semihosting::CommandLine(line, sizeof(line)) || Words(line, words, 5) != 5) return 2;
  uint32_t repeats = 0;
  for (const char* p = words[4]; *p != '\0'; ++p) {
    repeats = repeats * 10 + static_cast<uint32_t>(*p - '0');
  }
  const bool reset = words[3][0] == 'r';

  const OpResolver ops = ModelOps();
  MicroInterpreter interpreter(kModel, kModelSize, ops, arena, sizeof(arena));
  InstructionCounter::Start();
  const uint32_t begin = InstructionCounter::Now();
  if (interpreter.AllocateTensors() != Status::kOk) return Fail(interpreter);
  Print("init", InstructionCounter::Between(begin, InstructionCounter::Now()));
  PrintMemory(interpreter.memory());

  const int inputs = semihosting::Open(words[1], false);
  const int outputs = semihosting::Open(words[2], true);
  if (inputs < 0 || outputs < 0) return 3;
  uint32_t instructions = 0;
  while (ReadInputs(interpreter, inputs)) {
    if (reset && interpreter.Reset() != Status::kOk) return Fail(interpreter);
    const uint32_t before = InstructionCounter::Now();
    if (interpreter.Invoke() != Status::kOk) return Fail(interpreter);
    instructions = InstructionCounter::Between(before, InstructionCounter::Now());
    WriteOutputs(interpreter, outputs);
  }
  semihosting::Close(outputs);
  if (repeats > 1) {
    // A short invoke is only a few ticks: measure many, without a gap, each within the timer's
    // range.
    uint64_t sum = 0;
    uint32_t before = InstructionCounter::Now();
    for (uint32_t i = 0; i < repeats; ++i) {
      if (interpreter.Invoke() != Status::kOk) return Fail(interpreter);
      const uint32_t after = InstructionCounter::Now();
      sum += InstructionCounter::TicksBetween(before, after);
      before = after;
    }
    instructions = InstructionCounter::InstructionsOf(sum) / repeats;
  }
  Print("invoke", instructions);
  return 0;
}

}  // namespace
}  // namespace millrace::micro

int main() { return millrace::micro::Run(); }
