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
  int32_t preserve_all_tensors; /* every tensor can be read after mr_micro_invoke; else float
                                   weights may have another order than in the model */
  int32_t large_arena;          /* tables last instead of being scratch memory */
  int32_t measure_ops;          /* mr_micro_op_seconds says how long each op took */
} mr_micro_options;

/* What is known about a failure; numbers that are not known are -1. */
typedef struct {
  int32_t status; /* millrace::micro::Status */
  int32_t subgraph;
  int32_t op_index; /* position in the subgraph's operators */
  int32_t op_code;  /* as in the .tflite schema */
  int32_t tensor_index;
  size_t needed_bytes; /* of an arena that was too small; else 0 */
  const char* reason;  /* lives as long as the program; may be "" */
} mr_micro_failure;

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

/* A piece of the planned end of the arena: a tensor or an op's scratch memory. */
typedef struct {
  uint32_t bytes;
  uint32_t offset;
  /* Steps at which it is in use, both inclusive: those of the main subgraph's n ops are 2 .. n + 1
     when no op calls a subgraph. */
  uint16_t first, last;
  int32_t subgraph, tensor; /* -1: scratch memory */
} mr_micro_place;

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
/* A tensor of any subgraph. */
MR_MICRO_API int32_t mr_micro_get_tensor(const mr_micro* micro, int32_t subgraph, int32_t index,
                                         mr_micro_tensor* tensor);
MR_MICRO_API void mr_micro_memory_report(const mr_micro* micro, mr_micro_memory* report);
/* Of the last failure; valid until the next call. */
MR_MICRO_API const char* mr_micro_error(mr_micro* micro);
/* The same in numbers. micro = NULL: of the last mr_micro_open of this thread that failed. */
MR_MICRO_API void mr_micro_last_failure(const mr_micro* micro, mr_micro_failure* failure);
/* The memory plan: how many places there are, and place number i < mr_micro_places. */
MR_MICRO_API int32_t mr_micro_places(const mr_micro* micro);
MR_MICRO_API void mr_micro_get_place(const mr_micro* micro, int32_t i, mr_micro_place* place);
/* Looks for a better plan: sets the offsets of `count` places, trying `rounds` orders; never worse
   than what mr_micro_open planned. Returns the size of the plan. */
MR_MICRO_API uint32_t mr_micro_search_plan(mr_micro_place* places, int32_t count, int32_t rounds);
/* The number of a tensor's place, which tensors computed in place share; -1: it has none. */
MR_MICRO_API int32_t mr_micro_place_of(const mr_micro* micro, int32_t subgraph, int32_t tensor);
/* Places the tensors again as if no op needed scratch memory; concerns mr_micro_get_place only. */
MR_MICRO_API void mr_micro_place_tensors_only(mr_micro* micro);
/* Seconds the main subgraph's first `count` ops took in the last invoke; 0 unless measured. */
MR_MICRO_API void mr_micro_op_seconds(const mr_micro* micro, double* seconds, int32_t count);

#ifdef __cplusplus
}
#endif

#endif /* MILLRACE_MICRO_HOST_INTERPRETER_C_H_ */
