// The VNNI loops of packed.h on any processor, by plain code in place of its instructions.
#include "micro/testing/avx512_stand_in.h"

#define MultiplyPanelVnni StandInMultiplyPanelVnni
#include "micro/kernels/x86/packed_vnni.cc"
#define HasVnni() true

#include "micro/kernels/x86/packed_test.cc"
