.section .model, "a", %progbits
.balign 16
.global kModel
kModel:
.incbin "/work/shared/models/tflite-micro/hello_world_int8.tflite"
.balign 4
.section .rodata.kModelSize, "a"
.global kModelSize
kModelSize: .word 2704
