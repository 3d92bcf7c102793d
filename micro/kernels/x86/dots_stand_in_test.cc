// The VNNI loops of dots.h on any processor, by plain code in place of its instructions.
#include "micro/testing/avx512_stand_in.h"

#define HasVnni ProcessorHasVnni
#define DotsVnni StandInDotsVnni
#include "micro/kernels/x86/dots_vnni.cc"
#undef HasVnni
#define HasVnni() true

#include "micro/kernels/x86/dots_test.cc"
