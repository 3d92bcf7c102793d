#include "micro/core/resolver.h"
#include "micro/kernels/conv.h"
#include "micro/kernels/fully_connected.h"
#include "micro/kernels/pooling.h"
#include "micro/kernels/reshape.h"
#include "micro/kernels/softmax.h"
namespace millrace::micro {
static const OpRegistration* const kOps[] = {&kConv2DOp, &kDepthwiseConv2DOp, &kAveragePool2DOp, &kReshapeOp, &kFullyConnectedOp, &kSoftmaxOp};
OpResolver ModelOps() { return OpResolver(kOps, 6); }
}
