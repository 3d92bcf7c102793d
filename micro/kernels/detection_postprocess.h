// TFLite_Detection_PostProcess: the last op of single-shot detectors. Decodes boxes from their
// anchors and keeps the best of those that overlap (non-maximum suppression).
#ifndef MILLRACE_MICRO_KERNELS_DETECTION_POSTPROCESS_H_
#define MILLRACE_MICRO_KERNELS_DETECTION_POSTPROCESS_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Inputs: encoded boxes [1, boxes, 4 or more] (y, x, height, width relative to the anchor), scores
// [1, boxes, classes], classes with or without a background class in front, anchors [boxes, 4] (y,
// x of the centre, height, width). Each float32, or uint8 or int8 with a scale.
// Outputs, float32: boxes [1, n, 4] (top, left, bottom, right), classes [1, n], scores [1, n], all
// 0 beyond those found, and how many boxes were found [1]. n: max_detections times
// max_classes_per_detection. Converters leave the outputs' shapes empty: such an output gets
// lasting memory for what it will hold. Options (flexbuffer map): max_detections,
// max_classes_per_detection, num_classes, y_scale, x_scale, h_scale, w_scale, nms_score_threshold,
// nms_iou_threshold; use_regular_nms (false): the suppression goes by class, with
// detections_per_class (100) at most; otherwise by each box's best class. A box that decodes to one
// without area is an error.
extern const OpRegistration kTFLite_Detection_PostProcessOp;

// n, for callers who find no shape in the model. 0 when the options make no sense.
int32_t MostDetections(fb::Vector<uint8_t> custom_options);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_DETECTION_POSTPROCESS_H_
