// Arrays lent to tensors without a copy. The last user of such a tensor may be an executor thread,
// which must not touch Python: it only puts the buffer on a list, and the next thread that holds
// the GIL gives it back.
#ifndef MILLRACE_PYTHON_NATIVE_LENT_BUFFER_H_
#define MILLRACE_PYTHON_NATIVE_LENT_BUFFER_H_

#include "python/native/py.h"

namespace millrace::python {

struct LentBuffer {
  Py_buffer view;
  LentBuffer* next = nullptr;
};

// From any thread, with or without the GIL.
void ReturnLater(LentBuffer* buffer);
// Releases what was returned. Needs the GIL; may run Python code (destructors).
void ReleaseReturned();

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_LENT_BUFFER_H_
