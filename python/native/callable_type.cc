// _native.Callable: a step made ready once, run by calling it.
#include <chrono>
#include <future>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "python/native/array.h"
#include "python/native/graph_type.h"
#include "python/native/interrupt.h"
#include "python/native/lent_buffer.h"
#include "python/native/session_type.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

struct FeedSpec {
  std::string name;
  DType dtype;
  PartialShape shape;
};

struct Step {
  std::shared_ptr<Session> session;
  Session::CallableHandle handle = 0;
  std::vector<FeedSpec> feeds;
};

struct CallableObject {
  PyObject_HEAD vectorcallfunc vectorcall;
  Step* step;
};

PyTypeObject* type = nullptr;

Step& StepOf(PyObject* self) { return *reinterpret_cast<CallableObject*>(self)->step; }

// Puts the name of the tensor before the text of the exception that is set, where it is one of
// Python's own.
void NameFeed(const FeedSpec& feed) {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  PyRef owned_type = PyRef::Steal(type), owned = PyRef::Steal(value);
  PyRef owned_traceback = PyRef::Steal(traceback);
  if (type != PyExc_TypeError && type != PyExc_ValueError) {
    PyErr_Restore(owned_type.Release(), owned.Release(), owned_traceback.Release());
    return;
  }
  PyErr_Format(type, "Cannot feed Tensor '%s' of dtype %s and shape %s: %S", feed.name.c_str(),
               std::string(DTypeName(feed.dtype)).c_str(), feed.shape.ToString().c_str(), value);
}

bool ConvertFeed(const FeedSpec& feed, PyObject* value, Tensor* out) {
  if (!TensorFromPython(value, feed.dtype, Memory::kLend, out)) {
    NameFeed(feed);
    return false;
  }
  if (out->dtype() != feed.dtype) {
    Raise(absl::InvalidArgumentError(absl::StrCat("Cannot feed a ", DTypeName(out->dtype()),
                                                  " value for Tensor '", feed.name, "', which is ",
                                                  DTypeName(feed.dtype))));
    return false;
  }
  if (feed.shape.IsCompatibleWith(out->shape())) return true;
  Raise(absl::InvalidArgumentError(absl::StrCat("Cannot feed value of shape ",
                                                out->shape().ToString(), " for Tensor '", feed.name,
                                                "', which has shape ", feed.shape.ToString())));
  return false;
}

// A tuple; None if there are none.
PyObject* ArraysOf(std::vector<Tensor> tensors) {
  if (tensors.empty()) Py_RETURN_NONE;
  PyRef tuple = PyRef::Steal(PyTuple_New(static_cast<Py_ssize_t>(tensors.size())));
  if (!tuple) return nullptr;
  for (size_t i = 0; i < tensors.size(); ++i) {
    PyObject* array = ArrayFromTensor(std::move(tensors[i]));
    if (array == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), array);
  }
  return tuple.Release();
}

// Runs the step; null with an exception on failure.
PyObject* RunStep(Step& step, PyObject* const* values, RunOptions options, RunMetadata* metadata) {
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  absl::StatusOr<std::vector<Tensor>> fetched;
  {
    std::vector<Tensor> feeds(step.feeds.size());
    for (size_t i = 0; i < feeds.size(); ++i) {
      if (!ConvertFeed(step.feeds[i], values[i], &feeds[i])) return nullptr;
    }
    InterruptScope interrupt;
    options.cancellation = interrupt.cancellation();
    {
      GilReleased released;
      fetched = step.session->RunCallable(step.handle, options, feeds, metadata);
    }
    if (!fetched.ok() && interrupt.Raised()) return nullptr;
  }
  ReleaseReturned();
  if (!fetched.ok()) return Raise(fetched.status());
  return ArraysOf(*std::move(fetched));
}

bool CheckFeedCount(const Step& step, Py_ssize_t n) {
  if (n == static_cast<Py_ssize_t>(step.feeds.size())) return true;
  PyErr_Format(PyExc_TypeError, "this step takes %zu feeds, got %zd", step.feeds.size(), n);
  return false;
}

PyObject* Call(PyObject* self, PyObject* const* args, size_t nargs, PyObject* names) {
  const Py_ssize_t n = PyVectorcall_NARGS(nargs);
  if (names != nullptr && PyTuple_GET_SIZE(names) != 0) {
    PyErr_SetString(PyExc_TypeError, "a step's feeds are given by position");
    return nullptr;
  }
  if (!CheckFeedCount(StepOf(self), n)) return nullptr;
  return RunStep(StepOf(self), args, RunOptions(), nullptr);
}

PyObject* StatsToPython(const RunMetadata& metadata) {
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const NodeStats& s : metadata.step_stats) {
    PyRef item = PyRef::Steal(Py_BuildValue("(sssLLI)", s.node.c_str(), s.op.c_str(),
                                            s.device.c_str(), static_cast<long long>(s.start_ns),
                                            static_cast<long long>(s.end_ns),
                                            static_cast<unsigned int>(s.thread)));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

// run(feed values, timeout in ms or 0, trace) -> (arrays, [(node, op, device, start ns, end ns,
// thread)])
PyObject* Run(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("run", n, 3, 3)) return nullptr;
  PyRef values = PyRef::Steal(PySequence_Fast(args[0], "feeds are a sequence"));
  int64_t timeout_ms;
  if (!values || !ToInt64(args[1], &timeout_ms) ||
      !CheckFeedCount(StepOf(self), PySequence_Fast_GET_SIZE(values.get()))) {
    return nullptr;
  }
  RunOptions options;
  if (timeout_ms > 0) options.timeout = absl::Milliseconds(timeout_ms);
  options.trace = PyObject_IsTrue(args[2]) == 1;
  RunMetadata metadata;
  PyRef arrays =
      PyRef::Steal(RunStep(StepOf(self), PySequence_Fast_ITEMS(values.get()), options, &metadata));
  if (!arrays) return nullptr;
  PyRef stats = PyRef::Steal(StatsToPython(metadata));
  return stats ? PyTuple_Pack(2, arrays.get(), stats.get()) : nullptr;
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  Step* step = reinterpret_cast<CallableObject*>(self)->step;
  t->tp_free(self);
  Py_DECREF(t);
  if (!CheckNotForked().ok()) return;  // the runtime's threads are not here: left alone
  GilReleased released;
  step->session->ReleaseCallable(step->handle).IgnoreError();  // the session may be closed
  delete step;
}

PyMethodDef methods[] = {
    {"run", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(Run)), METH_FASTCALL, nullptr},
    {nullptr, nullptr, 0, nullptr}};
PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(CallableObject, vectorcall), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                       {Py_tp_methods, methods},
                       {Py_tp_members, members},
                       {0, nullptr}};
PyType_Spec spec = {
    "millrace._native.Callable", sizeof(CallableObject), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

absl::Status DescribeFeeds(const Graph& graph, const std::vector<std::string>& names,
                           std::vector<FeedSpec>* feeds) {
  for (const std::string& name : names) {
    absl::StatusOr<Endpoint> e = graph.FindEndpoint(name);
    if (!e.ok()) return e.status();
    feeds->push_back(
        {name, BaseType(e->node->output_type(e->index)), e->node->output_shape(e->index)});
  }
  return absl::OkStatus();
}

// Session::MakeCallable. For a remote session, which may wait for tasks that are not there yet,
// ctrl-C closes the session and ends the waiting. False if Python's signal handlers raised.
bool Prepare(Session& session, const StepSignature& signature, bool remote,
             absl::StatusOr<Session::CallableHandle>* handle) {
  if (!remote) {
    GilReleased released;
    *handle = session.MakeCallable(signature);
    return true;
  }
  auto made = std::async(std::launch::async, [&] { return session.MakeCallable(signature); });
  while (true) {
    {
      GilReleased released;
      if (made.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready) break;
    }
    if (PyErr_CheckSignals() != 0) {
      GilReleased released;
      session.Close().IgnoreError();
      made.wait();
      return false;
    }
  }
  *handle = made.get();
  return true;
}

}  // namespace

PyObject* NewCallable(PyObject* session_object, StepSignature signature) {
  if (absl::Status status = CheckNotForked(); !status.ok()) return Raise(status);
  auto step = std::make_unique<Step>();
  step->session = SessionOf(session_object);
  if (step->session == nullptr) return nullptr;
  absl::Status status =
      DescribeFeeds(*GraphOfSession(session_object), signature.feeds, &step->feeds);
  if (!status.ok()) return Raise(status);
  absl::StatusOr<Session::CallableHandle> handle = absl::UnknownError("");
  if (!Prepare(*step->session, signature, IsRemoteSession(session_object), &handle)) return nullptr;
  if (!handle.ok()) return Raise(handle.status());
  step->handle = *handle;
  auto* self = reinterpret_cast<CallableObject*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  self->vectorcall = Call;
  self->step = step.release();
  return reinterpret_cast<PyObject*>(self);
}

bool AddCallableType(PyObject* module) { return AddType(module, "Callable", &spec, &type); }

}  // namespace millrace::python
