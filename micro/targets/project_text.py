"""Texts of an exported project (export.py)."""

README = """\
# The Millrace interpreter for .tflite models

`make` (or CMake) builds `libmillrace_micro.a` for this machine. For a device say its compiler and
flags, as this for a Cortex-M4 with floating point:

    make BUILD=build-m4 CXX=arm-none-eabi-g++ AR=arm-none-eabi-ar \\
      CPU="{cpu}"

`CXXFLAGS` are added to what is needed, `OPTIMIZE` (-O2) takes the place of the optimisation. With
CMake, `add_subdirectory` of this folder gives the target `millrace_micro`, built as your toolchain
file says.

List the ops of your model in a `MutableOpResolver` (`micro/core/resolver.h`); what is not listed is
not linked. One for a model with compressed weights (metadata COMPRESSION_METADATA) also has
`SetDecompression(kLookUpWeights)` (`micro/core/look_up_weights.h`). `micro/core/interpreter.h` has
the rest. Nothing needs a heap, exceptions, RTTI or an operating system.
"""

README_PROGRAM = """\
# A model with the Millrace interpreter

    make                 builds the program for this machine: ./program
    make image           builds it for {target}: image.elf (arm-none-eabi-g++)
    make run             runs that in QEMU

or with CMake, for this machine and for {target}:

    cmake -S . -B build && cmake --build build && build/program
    cmake -S . -B build-{target} -DCMAKE_TOOLCHAIN_FILE=board/{target}.cmake
    cmake --build build-{target} --target run

`model.cc` is the model, `{ops}` the list of its ops, `arena.h` the memory it needs on {target}
({arena} bytes), `main.cc` an example to change. `board/` and `micro/targets/cortex_m/` are for the
emulated board: a vendor's SDK has its own start-up code and linker script; there only `main.cc`,
`model.cc`, `{ops}` and `micro/` are needed, with this folder in the include path.
"""

README_COMPILED = """
The model is compiled: `compiled_model.cc` calls its ops one by one and says where its tensors are.
The verifier, the resolver and the planner are not linked.
"""

MODEL_H = """\
#pragma once
#include <cstddef>
#include <cstdint>

extern const uint8_t kModel[];
extern const size_t kModelSize;
"""

MODEL_CC = """\
#include "model.h"

// Aligned as flatbuffers want it; read where it lies.
alignas(16) extern const uint8_t kModel[{size}] = {{
    {bytes}}};
extern const size_t kModelSize = {size};
"""

OPS_CC = """\
// The ops of the model: what is not named here is not linked.
#include "micro/core/look_up_weights.h"
#include "micro/core/resolver.h"
{includes}

namespace millrace::micro {{
namespace {{
const OpRegistration* const kOps[] = {{
{ops}
}};
}}  // namespace

OpResolver ModelOps() {{
  return OpResolver(kOps, sizeof(kOps) / sizeof(kOps[0]), {decompression});
}}

}}  // namespace millrace::micro
"""

ARENA_H = """\
#pragma once
#include <cstddef>

// What the model needs on {target}. A machine with longer pointers needs more.
#ifdef __arm__
constexpr size_t kArenaBytes = {bytes};
#else
constexpr size_t kArenaBytes = 2 * {bytes} + 4096;
#endif
"""

MAIN_CC = """\
// Runs the model once on inputs of zeros and prints the first bytes of its first output.
#include "arena.h"
#include "micro/core/interpreter.h"
#include "model.h"

#if defined(__arm__) && !defined(__linux__)
#include "micro/targets/cortex_m/semihosting.h"
using millrace::micro::semihosting::Write;
using millrace::micro::semihosting::WriteNumber;
#else
#include <cstdio>
static void Write(const char* text) { std::fputs(text, stdout); }
static void WriteNumber(uint32_t number) { std::printf("%u", static_cast<unsigned>(number)); }
#endif

namespace millrace::micro {
OpResolver ModelOps();
}

using millrace::micro::MicroInterpreter;
using millrace::micro::Status;
using millrace::micro::TensorView;

alignas(16) static uint8_t arena[kArenaBytes];

static int Fail(const MicroInterpreter& interpreter) {
  const auto& error = interpreter.error();
  Write(error.reason == nullptr ? "failed" : error.reason);
  if (error.op_index >= 0) {
    Write(", op ");
    WriteNumber(static_cast<uint32_t>(error.op_index));
  }
  if (error.needed_bytes > 0) {
    Write(", arena bytes needed: ");
    WriteNumber(static_cast<uint32_t>(error.needed_bytes));
  }
  Write("\\n");
  return 1;
}

int main() {
  const auto ops = millrace::micro::ModelOps();
  MicroInterpreter interpreter(kModel, kModelSize, ops, arena, sizeof(arena));
  if (interpreter.AllocateTensors() != Status::kOk) return Fail(interpreter);
  Write("arena bytes: ");
  WriteNumber(static_cast<uint32_t>(interpreter.memory().total()));
  for (int i = 0; i < interpreter.num_inputs(); ++i) {
    const TensorView input = interpreter.input(i);
    // Put your sensor's values here.
    for (size_t b = 0; b < input.bytes(); ++b) input.data<uint8_t>()[b] = 0;
  }
  if (interpreter.Invoke() != Status::kOk) return Fail(interpreter);
  const TensorView output = interpreter.output(0);
  Write("\\noutput bytes:");
  for (size_t b = 0; b < output.bytes() && b < 16; ++b) {
    Write(" ");
    WriteNumber(output.data<uint8_t>()[b]);
  }
  Write("\\n");
  return 0;
}
"""

MAKEFILE = """\
CXX ?= g++
AR ?= ar
CPU ?=
OPTIMIZE ?= -O2
CXXFLAGS ?=
BUILD ?= build
FLAGS = {flags} -Wall -Wextra -Wno-missing-field-initializers -I. $(OPTIMIZE) $(CPU) $(CXXFLAGS)

SOURCES = {sources}

OBJECTS = $(SOURCES:%.cc=$(BUILD)/%.o)
PROGRAM = {program}

all: $(BUILD)/libmillrace_micro.a $(if $(PROGRAM),program)

$(BUILD)/libmillrace_micro.a: $(OBJECTS)
\trm -f $@
\t$(AR) rcs $@ $^

$(BUILD)/%.o: %.cc
\t@mkdir -p $(@D)
\t$(CXX) $(FLAGS) -MMD -MP -c $< -o $@

program: $(PROGRAM) $(BUILD)/libmillrace_micro.a
\t$(CXX) $(FLAGS) $^ -Wl,--gc-sections -o $@

clean:
\trm -rf build build-* program image.elf image.map

.PHONY: all clean image run

-include $(OBJECTS:.o=.d)
"""

MAKE_IMAGE = """
BOARD = micro/targets/cortex_m/start.cc micro/targets/cortex_m/semihosting.cc
ARM = arm-none-eabi-
ARM_CPU = {cpu}
# The same with the target's own inner loops.
TARGET_SOURCES = {target_sources}

image:
\t$(MAKE) CXX=$(ARM)g++ AR=$(ARM)ar CPU="$(ARM_CPU)" BUILD=build-{target} \\
\t  SOURCES="$(TARGET_SOURCES)" build-{target}/libmillrace_micro.a
\t$(ARM)g++ $(FLAGS) $(ARM_CPU) $(BOARD) $(PROGRAM) build-{target}/libmillrace_micro.a \\
\t  {link} -Wl,-Map=image.map -Lboard -T board/{script} -o image.elf

run: image
\tqemu-system-arm {qemu} -kernel image.elf
"""

CMAKE = """\
cmake_minimum_required(VERSION 3.13)
project(millrace_micro CXX)

set(SOURCES
  {sources_cmake})
"""

CMAKE_TARGET = """\
if(MILLRACE_BOARD STREQUAL "{target}")
  set(SOURCES  # with the target's own inner loops
  {target_sources_cmake})
endif()
"""

CMAKE_LIBRARY = """
add_library(millrace_micro STATIC ${{SOURCES}})
target_include_directories(millrace_micro PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})
target_compile_options(millrace_micro PUBLIC {flags})
if(NOT CMAKE_BUILD_TYPE)
  target_compile_options(millrace_micro PRIVATE -O2)
endif()
"""

CMAKE_PROGRAM = """
add_executable(program {program})
target_link_libraries(program millrace_micro)
target_link_options(program PRIVATE -Wl,--gc-sections)
if(MILLRACE_BOARD)
  target_sources(program PRIVATE
    micro/targets/cortex_m/start.cc micro/targets/cortex_m/semihosting.cc)
  target_link_options(program PRIVATE {link}
    -L${{CMAKE_CURRENT_SOURCE_DIR}}/board -T${{CMAKE_CURRENT_SOURCE_DIR}}/board/{script})
  add_custom_target(run
    COMMAND qemu-system-arm {qemu} -kernel $<TARGET_FILE:program>
    DEPENDS program)
endif()
"""

CMAKE_TOOLCHAIN = """\
# The emulated board {machine}, as README.md says.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_CXX_FLAGS_INIT "{cpu}")
# Without the board's linker script nothing links.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(MILLRACE_BOARD {target})
"""
