.section .model, "a", %progbits
.balign 16
.global kModel
kModel:
.incbin "/work/shared/models/mlcommons-tiny/kws_ref_model.tflite"
.balign 4
.section .rodata.kModelSize, "a"
.global kModelSize
kModelSize: .word 53936
