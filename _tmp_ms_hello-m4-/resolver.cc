#include "micro/core/resolver.h"
#include "micro/kernels/fully_connected.h"
namespace millrace::micro {
static const OpRegistration* const kOps[] = {&kFullyConnectedOp};
OpResolver ModelOps() { return OpResolver(kOps, 1); }
}
