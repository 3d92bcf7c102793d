/* The interpreter with every op, behind a C interface: for Python (ctypes) and other languages.
   Not thread-safe by handle. Functions that return int return 0 on success, otherwise a
   millrace::micro::Status, and mr_micro_error says more. */
#ifndef MILLRACE_MICRO_HOST_INTERPRETER_C_H_
#define MILLRACE_MICRO_HOST_INTERPRETER_C_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MR_MICRO_API __attribute__((visibility("default")))
#define MR_MICRO_MAX_RANK 8

typedef struct mr_micro mr_micro;

typedef struct {
  size_t arena_bytes;           /* 0: as large as the model needs */
  int32_t batch;                /* 0 or 1: one example */
  int32_t preserve_all_tensors; /* every tensor can be read after mr_micro_invoke */
  int32_t large_arena;          /* tables last instead of being scratch memory */
} mr_micro_options;

typedef struct {
  const char* name;
  int32_t type; /* as in the .tflite schema */
  int32_t rank;
  int32_t dims[MR_MICRO_MAX_RANK];
  size_t bytes; /* of one example */
  float scale;  /* 0: not quantised */
  int32_t zero_point;
  int32_t scale_count;
  int32_t quantized_dimension;
  const float* scales;
  int32_t is_variable;
  void* data; /* NULL: not planned */
} mr_micro_tensor;

typedef struct {
  size_t tensor_pointers, op_tables, op_data, variables, padding, lasting, planned, bookkeeping,
      total;
} mr_micro_memory;

enum { MR_MICRO_INPUT = 0, MR_MICRO_OUTPUT = 1, MR_MICRO_TENSOR = 2 };

/* Copies the model, allocates tensors. NULL on failure; then message (if not NULL) says why. */
MR_MICRO_API mr_micro* mr_micro_open(const void* model, size_t size,
                                     const mr_micro_options* options, char* message,
                                     size_t message_size);
MR_MICRO_API void mr_micro_close(mr_micro* micro);

/* How many there are; kind: MR_MICRO_INPUT, _OUTPUT or _TENSOR (of the main subgraph). */
MR_MICRO_API int32_t mr_micro_count(const mr_micro* micro, int32_t kind);
MR_MICRO_API int32_t mr_micro_get(const mr_micro* micro, int32_t kind, int32_t index,
                                  mr_micro_tensor* tensor);
MR_MICRO_API int32_t mr_micro_invoke(mr_micro* micro);
MR_MICRO_API int32_t mr_micro_reset(mr_micro* micro);
MR_MICRO_API void mr_micro_memory_report(const mr_micro* micro, mr_micro_memory* report);
/* Of the last failure; valid until the next call. */
MR_MICRO_API const char* mr_micro_error(mr_micro* micro);

#ifdef __cplusplus
}
#endif

#endif /* MILLRACE_MICRO_HOST_INTERPRETER_C_H_ */
