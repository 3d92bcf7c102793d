/* The C interface between Millrace and a plug-in: a shared library that brings ops and kernels of
 * its own.
 *
 * A plug-in includes this header only, links nothing of Millrace, and exports
 *
 *     uint32_t MillracePluginApiVersion(void);   which returns MILLRACE_PLUGIN_API_VERSION
 *     int MillracePluginInit(const MillraceHost* host, MillraceRegistry* registry, MillraceStatus*
 * status);
 *
 * MillracePluginInit registers ops and kernels and returns 0; or it sets `status` and returns
 * something else, and then nothing is registered. `host` stays valid as long as the process.
 * core/plugin/example/axpy.c is a whole plug-in.
 *
 * Compatibility: structs that grow carry struct_size, set by whoever fills them; fields are only
 * added at the end, and MILLRACE_PLUGIN_API_VERSION changes only when something else does. Nothing
 * here may throw a C++ exception. */
#ifndef MILLRACE_CORE_PLUGIN_C_API_H_
#define MILLRACE_CORE_PLUGIN_C_API_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MILLRACE_PLUGIN_API_VERSION 1u

/* Marks what a plug-in exports. */
#define MILLRACE_PLUGIN_EXPORT __attribute__((visibility("default")))

/* Element types: TensorFlow's DataType. */
enum {
  MILLRACE_FLOAT = 1,
  MILLRACE_DOUBLE = 2,
  MILLRACE_INT32 = 3,
  MILLRACE_UINT8 = 4,
  MILLRACE_INT16 = 5,
  MILLRACE_INT8 = 6,
  MILLRACE_STRING = 7,
  MILLRACE_COMPLEX64 = 8,
  MILLRACE_INT64 = 9,
  MILLRACE_BOOL = 10,
  MILLRACE_BFLOAT16 = 14,
  MILLRACE_UINT16 = 17,
  MILLRACE_COMPLEX128 = 18,
  MILLRACE_HALF = 19,
  MILLRACE_UINT32 = 22,
  MILLRACE_UINT64 = 23
};

/* Status codes: gRPC's and Abseil's. */
enum {
  MILLRACE_OK = 0,
  MILLRACE_CANCELLED = 1,
  MILLRACE_UNKNOWN = 2,
  MILLRACE_INVALID_ARGUMENT = 3,
  MILLRACE_NOT_FOUND = 5,
  MILLRACE_RESOURCE_EXHAUSTED = 8,
  MILLRACE_FAILED_PRECONDITION = 9,
  MILLRACE_OUT_OF_RANGE = 11,
  MILLRACE_UNIMPLEMENTED = 12,
  MILLRACE_INTERNAL = 13,
  MILLRACE_UNAVAILABLE = 14
};

/* Opaque objects of Millrace, valid during the call that gives them. */
typedef struct MillraceStatus MillraceStatus;
typedef struct MillraceRegistry MillraceRegistry;
typedef struct MillraceConstruction MillraceConstruction; /* the node a kernel is made for */
typedef struct MillraceContext MillraceContext;           /* one call of a kernel */

/* How the shapes of outputs follow from those of inputs. */
enum {
  MILLRACE_SHAPE_UNKNOWN = 0,
  MILLRACE_SHAPE_SAME_AS_INPUT0 = 1,
  MILLRACE_SHAPE_SCALAR = 2,
  MILLRACE_SHAPE_BROADCAST = 3
};

/* Specs have the grammar of TensorFlow's op registration: "x: T", "T: {float, double}", "axis: int
 * = 0". */
typedef struct MillraceOp {
  size_t struct_size;
  const char* name;
  const char* const* inputs; /* num_inputs specs; likewise below */
  size_t num_inputs;
  const char* const* outputs;
  size_t num_outputs;
  const char* const* attrs;
  size_t num_attrs;
  const char* doc; /* may be null */
  int shape;       /* MILLRACE_SHAPE_... */
  int is_stateful; /* never folded or merged with its like */
} MillraceOp;

typedef struct MillraceKernel {
  size_t struct_size;
  const char* op;
  const char* device_type; /* "CPU" */
  const char* type_attr;   /* null: for all types; else for `type` of this attribute only */
  int32_t type;
  /* Returns the kernel's own state (may be null), or sets `status`. Any thread. May be null. */
  void* (*create)(MillraceConstruction* construction, MillraceStatus* status);
  /* Computes outputs from inputs, or sets `status`. Several threads may call it at once with one
   * `kernel`. */
  void (*compute)(void* kernel, MillraceContext* context, MillraceStatus* status);
  /* Frees what `create` returned. May be null. */
  void (*destroy)(void* kernel);
} MillraceKernel;

/* A tensor's memory, row-major, valid until the kernel's call returns. */
typedef struct MillraceTensor {
  size_t struct_size; /* set by the caller */
  int32_t type;
  int32_t rank;
  const int64_t* dims;
  int64_t num_elements;
  size_t bytes;
  void* data; /* of an input: not to be written; of strings: null, see get_string and set_string */
} MillraceTensor;

/* What Millrace offers. Functions that return int return 0, or something else with `status` set
 * where they take one. Everything may be called from the thread of the call that gave the object,
 * at one time. */
typedef struct MillraceHost {
  size_t struct_size;
  uint32_t api_version;

  void (*set_status)(MillraceStatus* status, int code, const char* message);

  /* The definitions are copied. */
  int (*register_op)(MillraceRegistry* registry, const MillraceOp* op, MillraceStatus* status);
  int (*register_kernel)(MillraceRegistry* registry, const MillraceKernel* kernel,
                         MillraceStatus* status);

  /* Attributes of the node; NOT_FOUND or INVALID_ARGUMENT. A string is valid during `create`. */
  int (*get_attr_int)(MillraceConstruction* c, const char* name, int64_t* value,
                      MillraceStatus* status);
  int (*get_attr_float)(MillraceConstruction* c, const char* name, float* value,
                        MillraceStatus* status);
  int (*get_attr_bool)(MillraceConstruction* c, const char* name, int* value,
                       MillraceStatus* status);
  int (*get_attr_type)(MillraceConstruction* c, const char* name, int32_t* value,
                       MillraceStatus* status);
  int (*get_attr_string)(MillraceConstruction* c, const char* name, const char** data, size_t* size,
                         MillraceStatus* status);

  int (*num_inputs)(MillraceContext* context);
  int (*num_outputs)(MillraceContext* context);
  int (*get_input)(MillraceContext* context, int i, MillraceTensor* tensor, MillraceStatus* status);
  /* Sets output `i` to a new tensor of this shape, or, with `forward_input` >= 0, to that input's
   * memory if nobody else needs it and it fits: then the output may only be written elementwise in
   * step with reading the input. */
  int (*allocate_output)(MillraceContext* context, int i, const int64_t* dims, int32_t rank,
                         int forward_input, MillraceTensor* tensor, MillraceStatus* status);
  /* Element `element` of a string input; of a string output that was allocated. */
  int (*get_string)(MillraceContext* context, int input, int64_t element, const char** data,
                    size_t* size, MillraceStatus* status);
  int (*set_string)(MillraceContext* context, int output, int64_t element, const char* data,
                    size_t size, MillraceStatus* status);
  /* Not 0 once the step's result is no longer wanted: long kernels look now and then. */
  int (*is_cancelled)(MillraceContext* context);
} MillraceHost;

#ifdef __cplusplus
}
#endif

#endif /* MILLRACE_CORE_PLUGIN_C_API_H_ */
