#include "micro/core/resolver.h"
#include "micro/kernels/fully_connected.h"
#include "micro/kernels/reshape.h"
#include "micro/kernels/softmax.h"
#include "micro/kernels/unidirectional_sequence_lstm.h"
namespace millrace::micro {
static const OpRegistration* const kOps[] = {&kUnidirectionalSequenceLstmOp, &kReshapeOp, &kFullyConnectedOp, &kSoftmaxOp};
OpResolver ModelOps() { return OpResolver(kOps, 4); }
}
