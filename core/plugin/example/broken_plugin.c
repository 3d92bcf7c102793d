/* Plug-ins that go wrong, one for each value of BROKEN: for the loader's test. */
#include "core/plugin/c_api.h"

#define WRONG_VERSION 1
#define NO_INIT 2
#define INIT_FAILS 3
#define BAD_SPEC 4
#define KERNEL_WITHOUT_OP 5

MILLRACE_PLUGIN_EXPORT uint32_t MillracePluginApiVersion(void) {
  return MILLRACE_PLUGIN_API_VERSION + (BROKEN == WRONG_VERSION ? 1 : 0);
}

#if BROKEN != NO_INIT
static void Compute(void* kernel, MillraceContext* context, MillraceStatus* status) {
  (void)kernel;
  (void)context;
  (void)status;
}

MILLRACE_PLUGIN_EXPORT int MillracePluginInit(const MillraceHost* host, MillraceRegistry* registry,
                                              MillraceStatus* status) {
  static const char* const specs[] = {"x: :"};
  MillraceOp op = {sizeof(op)};
  MillraceKernel kernel = {sizeof(kernel)};
  op.name = "HalfRegistered";
  if (BROKEN == BAD_SPEC) {
    op.inputs = specs;
    op.num_inputs = 1;
  }
  if (host->register_op(registry, &op, status) != 0) return 1;
  kernel.op = BROKEN == KERNEL_WITHOUT_OP ? "NoSuchOp" : "HalfRegistered";
  kernel.device_type = "CPU";
  kernel.compute = Compute;
  if (host->register_kernel(registry, &kernel, status) != 0) return 1;
  if (BROKEN == INIT_FAILS) {
    host->set_status(status, MILLRACE_UNAVAILABLE, "no such accelerator");
    return 1;
  }
  return 0;
}
#endif
