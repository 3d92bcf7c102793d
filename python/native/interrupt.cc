#include "python/native/interrupt.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "core/base/mutex.h"

namespace millrace::python {
namespace {

// SIGINT's handler may only post a semaphore; this thread does the rest.
struct Watcher {
  Watcher() { sem_init(&interrupts, 0, 0); }
  Mutex mu;
  Cancellation* step ABSL_GUARDED_BY(mu) = nullptr;
  sem_t interrupts;
};

std::atomic<Watcher*> watcher{nullptr};
struct sigaction python_handler;

void OnInterrupt(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  if (Watcher* w = watcher.load(std::memory_order_acquire); w != nullptr) sem_post(&w->interrupts);
  if (python_handler.sa_flags & SA_SIGINFO) {
    python_handler.sa_sigaction(signal, info, context);
  } else if (python_handler.sa_handler != SIG_DFL && python_handler.sa_handler != SIG_IGN) {
    python_handler.sa_handler(signal);
  }
  errno = saved_errno;
}

void Watch(Watcher* w) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (true) {
    if (sem_wait(&w->interrupts) != 0) continue;
    MutexLock lock(&w->mu);
    if (w->step != nullptr) w->step->Cancel(absl::CancelledError("interrupted by ctrl-C"));
  }
}

bool OnMainThread() {
  static const pthread_t main_thread = [] {
    // Python's own notion; asked once, from whichever thread runs the first step.
    PyRef threading = PyRef::Steal(PyImport_ImportModule("threading"));
    PyRef main = threading
                     ? PyRef::Steal(PyObject_CallMethod(threading.get(), "main_thread", nullptr))
                     : PyRef();
    PyRef ident = main ? PyRef::Steal(PyObject_GetAttrString(main.get(), "ident")) : PyRef();
    const unsigned long id = ident ? PyLong_AsUnsignedLong(ident.get()) : 0;
    PyErr_Clear();
    return static_cast<pthread_t>(id);
  }();
  return pthread_equal(main_thread, pthread_self()) != 0;
}

// Puts our handler before Python's, unless the program has one of its own for which ctrl-C is no
// interrupt.
void InstallHandler() {
  struct sigaction current;
  if (sigaction(SIGINT, nullptr, &current) != 0) return;
  if ((current.sa_flags & SA_SIGINFO) && current.sa_sigaction == OnInterrupt) return;
  if (!(current.sa_flags & SA_SIGINFO) &&
      (current.sa_handler == SIG_DFL || current.sa_handler == SIG_IGN))
    return;
  if (watcher.load(std::memory_order_acquire) == nullptr) {
    auto* w = new Watcher;  // as long as the process: the handler may run at any time
    watcher.store(w, std::memory_order_release);
    std::thread(Watch, w).detach();
  }
  python_handler = current;
  struct sigaction ours = {};
  ours.sa_sigaction = OnInterrupt;
  ours.sa_flags = SA_SIGINFO | (current.sa_flags & SA_RESTART);
  ours.sa_mask = current.sa_mask;
  sigaction(SIGINT, &ours, nullptr);
}

}  // namespace

InterruptScope::InterruptScope() {
  if (!OnMainThread()) return;
  InstallHandler();
  Watcher* w = watcher.load(std::memory_order_acquire);
  if (w == nullptr) return;
  cancellation_.emplace();
  MutexLock lock(&w->mu);
  w->step = &*cancellation_;
}

InterruptScope::~InterruptScope() {
  if (!cancellation_) return;
  Watcher* w = watcher.load(std::memory_order_acquire);
  MutexLock lock(&w->mu);
  w->step = nullptr;
}

bool InterruptScope::Raised() const { return cancellation_ && PyErr_CheckSignals() != 0; }

}  // namespace millrace::python
