// Shapes of detections, which converters leave out of the model.
#ifndef MILLRACE_MICRO_HOST_DETECTION_SHAPES_H_
#define MILLRACE_MICRO_HOST_DETECTION_SHAPES_H_

#include "micro/core/schema.h"
#include "micro/host/interpreter_c.h"

namespace millrace::micro {

// Completes the description of tensor number `index` of a subgraph of a verified model that names
// no dimensions, when it is an output of TFLite_Detection_PostProcess.
void CompleteDetectionShape(const ModelView& model, int subgraph, int index,
                            mr_micro_tensor* tensor);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_DETECTION_SHAPES_H_
