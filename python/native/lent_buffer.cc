#include "python/native/lent_buffer.h"

#include <atomic>

namespace millrace::python {
namespace {

std::atomic<LentBuffer*> returned{nullptr};

}  // namespace

void ReturnLater(LentBuffer* buffer) {
  buffer->next = returned.load(std::memory_order_relaxed);
  while (!returned.compare_exchange_weak(buffer->next, buffer, std::memory_order_release,
                                         std::memory_order_relaxed)) {
  }
}

void ReleaseReturned() {
  if (returned.load(std::memory_order_relaxed) == nullptr) return;
  LentBuffer* list = returned.exchange(nullptr, std::memory_order_acquire);
  while (list != nullptr) {
    LentBuffer* next = list->next;
    PyBuffer_Release(&list->view);
    delete list;
    list = next;
  }
}

}  // namespace millrace::python
