.section .model, "a", %progbits
.balign 16
.global kModel
kModel:
.incbin "/work/wt/micro-speed/examples/micro/lstm.tflite"
.balign 4
.section .rodata.kModelSize, "a"
.global kModelSize
kModelSize: .word 13768
