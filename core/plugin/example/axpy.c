/* A plug-in with one op: Axpy, a * x + y of floats of one shape, with `a` an attribute. */
#include <stdlib.h>

#include "core/plugin/c_api.h"

static const MillraceHost* host;

typedef struct {
  float a;
} Axpy;

static void* AxpyCreate(MillraceConstruction* construction, MillraceStatus* status) {
  Axpy* axpy = malloc(sizeof(Axpy));
  if (axpy == NULL) {
    host->set_status(status, MILLRACE_RESOURCE_EXHAUSTED, "out of memory");
    return NULL;
  }
  if (host->get_attr_float(construction, "a", &axpy->a, status) != 0) {
    free(axpy);
    return NULL;
  }
  return axpy;
}

static int SameShape(const MillraceTensor* x, const MillraceTensor* y) {
  if (x->rank != y->rank) return 0;
  for (int32_t i = 0; i < x->rank; ++i) {
    if (x->dims[i] != y->dims[i]) return 0;
  }
  return 1;
}

static void AxpyCompute(void* kernel, MillraceContext* context, MillraceStatus* status) {
  const Axpy* axpy = kernel;
  MillraceTensor x = {sizeof(x)}, y = {sizeof(y)}, out = {sizeof(out)};
  if (host->get_input(context, 0, &x, status) != 0) return;
  if (host->get_input(context, 1, &y, status) != 0) return;
  if (!SameShape(&x, &y)) {
    host->set_status(status, MILLRACE_INVALID_ARGUMENT, "x and y must have one shape");
    return;
  }
  if (host->allocate_output(context, 0, x.dims, x.rank, /*forward_input=*/0, &out, status) != 0)
    return;
  const float* xs = x.data;
  const float* ys = y.data;
  float* outs = out.data;
  for (int64_t i = 0; i < x.num_elements; ++i) outs[i] = axpy->a * xs[i] + ys[i];
}

MILLRACE_PLUGIN_EXPORT uint32_t MillracePluginApiVersion(void) {
  return MILLRACE_PLUGIN_API_VERSION;
}

MILLRACE_PLUGIN_EXPORT int MillracePluginInit(const MillraceHost* h, MillraceRegistry* registry,
                                              MillraceStatus* status) {
  static const char* const inputs[] = {"x: float", "y: float"};
  static const char* const outputs[] = {"z: float"};
  static const char* const attrs[] = {"a: float = 1.0"};
  host = h;
  MillraceOp op = {sizeof(op)};
  op.name = "Axpy";
  op.inputs = inputs;
  op.num_inputs = 2;
  op.outputs = outputs;
  op.num_outputs = 1;
  op.attrs = attrs;
  op.num_attrs = 1;
  op.doc = "a * x + y.";
  op.shape = MILLRACE_SHAPE_SAME_AS_INPUT0;
  if (host->register_op(registry, &op, status) != 0) return 1;

  MillraceKernel kernel = {sizeof(kernel)};
  kernel.op = "Axpy";
  kernel.device_type = "CPU";
  kernel.create = AxpyCreate;
  kernel.compute = AxpyCompute;
  kernel.destroy = free;
  return host->register_kernel(registry, &kernel, status);
}
