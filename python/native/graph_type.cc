#include "python/native/graph_type.h"

#include <new>
#include <string>

#include "core/graph/shape_inference.h"
#include "python/native/array.h"
#include "python/native/attr_convert.h"
#include "python/native/registry.h"
#include "python/native/status.h"
#include "python/native/user_line.h"

namespace millrace::python {
namespace {

struct GraphObject {
  PyObject_HEAD std::shared_ptr<Graph> graph;
};

PyTypeObject* type = nullptr;

Graph& Self(PyObject* self) { return *reinterpret_cast<GraphObject*>(self)->graph; }

PyObject* New(PyTypeObject*, PyObject*, PyObject*) {
  return NewGraphObject(std::make_shared<Graph>(&Ops()));
}

void Dealloc(PyObject* self) {
  PyTypeObject* t = Py_TYPE(self);
  reinterpret_cast<GraphObject*>(self)->graph.~shared_ptr();
  t->tp_free(self);
  Py_DECREF(t);
}

PyObject* Types(absl::Span<const DType> types) {
  PyRef tuple = PyRef::Steal(PyTuple_New(static_cast<Py_ssize_t>(types.size())));
  if (!tuple) return nullptr;
  for (size_t i = 0; i < types.size(); ++i) {
    PyObject* number = PyLong_FromLong(static_cast<long>(types[i]));
    if (number == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), number);
  }
  return tuple.Release();
}

bool ControlInputs(const Graph& graph, PyObject* ids, Graph::NodeArgs* node) {
  return ForEach(ids, "control inputs are a list", [&](PyObject* id) {
    Node* control = NodeOf(graph, id);
    if (control != nullptr) node->control_inputs.push_back(control);
    return control != nullptr;
  });
}

// add_node(op, name, input keys, {attr: value}, control ids, device) -> (id, name, (output dtype
// numbers))
PyObject* AddNode(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("add_node", n, 6, 6)) return nullptr;
  Graph& graph = Self(self);
  Graph::NodeArgs node;
  node.uniquify = true;
  if (!ToString(args[0], &node.op) || !ToString(args[1], &node.name) ||
      !ToString(args[5], &node.device)) {
    return nullptr;
  }
  const OpSchema* op = graph.registry().Find(node.op);
  if (op != nullptr && !AttrsFromDict(*op, args[3], &node.attrs)) return nullptr;
  node.origin = UserLine();
  MutexLock lock(&graph.mu());
  std::vector<Endpoint> inputs;
  if (!EndpointsOf(graph, args[2], &inputs)) return nullptr;
  node.inputs.assign(inputs.begin(), inputs.end());
  if (!ControlInputs(graph, args[4], &node)) return nullptr;
  const std::string origin = node.origin;
  absl::StatusOr<Node*> added = graph.AddNode(std::move(node));
  if (!added.ok()) {
    const absl::Status& status = added.status();
    if (origin.empty()) return Raise(status);
    return Raise(absl::Status(status.code(), absl::StrCat(origin, ": ", status.message())));
  }
  PyRef types = PyRef::Steal(Types((*added)->output_types()));
  if (!types) return nullptr;
  return Py_BuildValue("(isO)", (*added)->id(), (*added)->name().c_str(), types.get());
}

// add_constant(value, dtype number or 0, name, control ids, device) -> key
PyObject* AddConstant(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  int64_t dtype;
  Tensor value;
  Graph::NodeArgs node;
  if (!CheckArgCount("add_constant", n, 5, 5) || !ToInt64(args[1], &dtype) ||
      !TensorFromPython(args[0], static_cast<DType>(dtype), Memory::kCopy, &value) ||
      !ToString(args[2], &node.name) || !ToString(args[4], &node.device)) {
    return nullptr;
  }
  Graph& graph = Self(self);
  node.op = "Const";
  node.uniquify = true;
  node.origin = UserLine();
  node.attrs.Set("dtype", value.dtype());
  node.attrs.Set("value", std::move(value));
  MutexLock lock(&graph.mu());
  if (!ControlInputs(graph, args[3], &node)) return nullptr;
  absl::StatusOr<Node*> added = graph.AddNode(std::move(node));
  if (!added.ok()) return Raise(added.status());
  return PyLong_FromLongLong(KeyOf({*added, 0}));
}

// node(id) -> (op, name, device, input keys, control ids, (output dtype numbers), origin)
PyObject* NodeInfo(PyObject* self, PyObject* id) {
  Node* node = NodeOf(Self(self), id);
  if (node == nullptr) return nullptr;
  std::vector<int64_t> controls;
  for (Node* control : node->control_inputs()) controls.push_back(control->id());
  PyRef inputs = PyRef::Steal(FromEndpoints(node->inputs()));
  PyRef control_ids = PyRef::Steal(FromInts(controls));
  PyRef types = PyRef::Steal(Types(node->output_types()));
  if (!inputs || !control_ids || !types) return nullptr;
  return Py_BuildValue("(sssOOOs)", node->type().c_str(), node->name().c_str(),
                       node->requested_device().c_str(), inputs.get(), control_ids.get(),
                       types.get(), node->origin().c_str());
}

PyObject* NodeIds(PyObject* self, PyObject*) {
  std::vector<int64_t> ids;
  for (const auto& node : Self(self).nodes()) {
    if (node != nullptr) ids.push_back(node->id());
  }
  return FromInts(ids);
}

PyObject* FindNode(PyObject* self, PyObject* name) {
  std::string text;
  if (!ToString(name, &text)) return nullptr;
  Node* node = Self(self).FindNode(text);
  return PyLong_FromLong(node == nullptr ? -1 : node->id());
}

PyObject* UniqueName(PyObject* self, PyObject* name) {
  std::string text;
  if (!ToString(name, &text)) return nullptr;
  MutexLock lock(&Self(self).mu());
  return FromString(Self(self).UniqueName(text));
}

PyObject* OutputShape(PyObject* self, PyObject* key) {
  Endpoint e;
  if (!EndpointOf(Self(self), key, &e)) return nullptr;
  return FromShape(e.node->output_shape(e.index));
}

// handle_data(key) -> [(dtype, shape)] of a resource or variant output, or None
PyObject* HandleDataOf(PyObject* self, PyObject* key) {
  Endpoint e;
  if (!EndpointOf(Self(self), key, &e)) return nullptr;
  const HandleData* data = e.node->output_handle(e.index);
  if (data == nullptr) Py_RETURN_NONE;
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const auto& item : *data) {
    PyRef dtype = PyRef::Steal(FromDType(item.dtype));
    PyRef shape = PyRef::Steal(FromShape(item.shape));
    if (!dtype || !shape) return nullptr;
    PyRef pair = PyRef::Steal(PyTuple_Pack(2, dtype.get(), shape.get()));
    if (!pair || PyList_Append(list.get(), pair.get()) != 0) return nullptr;
  }
  return list.Release();
}

// set_handle_data(key, [(dtype, shape)])
PyObject* SetHandleData(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  Endpoint e;
  if (!CheckArgCount("set_handle_data", n, 2, 2) || !EndpointOf(Self(self), args[0], &e))
    return nullptr;
  HandleData data;
  const bool ok = ForEach(args[1], "handle data is a list", [&](PyObject* pair) {
    PyObject *dtype, *shape;
    data.emplace_back();
    return PyArg_ParseTuple(pair, "OO", &dtype, &shape) && ToDType(dtype, &data.back().dtype) &&
           ToShape(shape, &data.back().shape);
  });
  if (!ok) return nullptr;
  MutexLock lock(&Self(self).mu());
  Self(self).SetOutputHandle(e.node, e.index, std::move(data));
  Py_RETURN_NONE;
}

// set_output_shape(key, shape): merged with what is known
PyObject* SetOutputShape(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  Endpoint e;
  PartialShape shape;
  if (!CheckArgCount("set_output_shape", n, 2, 2) || !EndpointOf(Self(self), args[0], &e) ||
      !ToShape(args[1], &shape)) {
    return nullptr;
  }
  absl::StatusOr<PartialShape> merged = e.node->output_shape(e.index).MergeWith(shape);
  if (!merged.ok()) return Raise(merged.status());
  MutexLock lock(&Self(self).mu());
  Self(self).SetOutputShape(e.node, e.index, *std::move(merged));
  Py_RETURN_NONE;
}

// attr(id, name) -> value; ValueError if there is none
PyObject* GetAttr(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("attr", n, 2, 2)) return nullptr;
  Node* node = NodeOf(Self(self), args[0]);
  std::string name;
  if (node == nullptr || !ToString(args[1], &name)) return nullptr;
  const Attr* attr = node->attrs().Find(name);
  if (attr != nullptr) return PythonFromAttr(*attr);
  PyErr_Format(PyExc_ValueError, "operation '%s' (%s) has no attribute '%s'", node->name().c_str(),
               node->type().c_str(), name.c_str());
  return nullptr;
}

PyObject* ConstantValueOf(PyObject* self, PyObject* key) {
  Endpoint e;
  if (!EndpointOf(Self(self), key, &e)) return nullptr;
  const Tensor* value = ConstantValue(e);
  if (value == nullptr) Py_RETURN_NONE;
  return ArrayFromTensor(*value);
}

PyObject* AddControlEdge(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("add_control_edge", n, 2, 2)) return nullptr;
  Node* from = NodeOf(Self(self), args[0]);
  Node* to = from == nullptr ? nullptr : NodeOf(Self(self), args[1]);
  if (to == nullptr) return nullptr;
  MutexLock lock(&Self(self).mu());
  Self(self).AddControlEdge(from, to);
  Py_RETURN_NONE;
}

PyObject* SetDevice(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("set_device", n, 2, 2)) return nullptr;
  Node* node = NodeOf(Self(self), args[0]);
  std::string device;
  if (node == nullptr || !ToString(args[1], &device)) return nullptr;
  MutexLock lock(&Self(self).mu());
  Self(self).SetRequestedDevice(node, std::move(device));
  Py_RETURN_NONE;
}

PyObject* Version(PyObject* self, PyObject*) { return PyLong_FromLongLong(Self(self).version()); }

#define MR_FAST(name, f) \
  { name, reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(f)), METH_FASTCALL, nullptr }
PyMethodDef methods[] = {MR_FAST("add_node", AddNode),
                         MR_FAST("add_constant", AddConstant),
                         {"node", NodeInfo, METH_O, nullptr},
                         {"node_ids", NodeIds, METH_NOARGS, nullptr},
                         {"find_node", FindNode, METH_O, nullptr},
                         {"unique_name", UniqueName, METH_O, nullptr},
                         {"output_shape", OutputShape, METH_O, nullptr},
                         {"handle_data", HandleDataOf, METH_O, nullptr},
                         MR_FAST("set_output_shape", SetOutputShape),
                         MR_FAST("set_handle_data", SetHandleData),
                         MR_FAST("attr", GetAttr),
                         {"constant_value", ConstantValueOf, METH_O, nullptr},
                         MR_FAST("add_control_edge", AddControlEdge),
                         MR_FAST("set_device", SetDevice),
                         {"version", Version, METH_NOARGS, nullptr},
                         MR_FAST("gradients", GraphGradients),
                         MR_FAST("import_graph_def", GraphImport),
                         MR_FAST("as_graph_def", GraphExport),
                         MR_FAST("add_function", GraphAddFunction),
                         MR_FAST("reachable", GraphReachable),
                         {"function_names", GraphFunctionNames, METH_NOARGS, nullptr},
                         {"copy_functions", GraphCopyFunctions, METH_O, nullptr},
                         {"function_signature", GraphFunctionSignature, METH_O, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(New)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
                       {Py_tp_methods, methods},
                       {0, nullptr}};
PyType_Spec spec = {"millrace._native.Graph", sizeof(GraphObject), 0, Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddGraphType(PyObject* module) { return AddType(module, "Graph", &spec, &type); }

PyObject* NewGraphObject(std::shared_ptr<Graph> graph) {
  auto* self = reinterpret_cast<GraphObject*>(type->tp_alloc(type, 0));
  if (self != nullptr) new (&self->graph) std::shared_ptr<Graph>(std::move(graph));
  return reinterpret_cast<PyObject*>(self);
}

const std::shared_ptr<Graph>* GraphOf(PyObject* o) {
  if (Py_TYPE(o) == type) return &reinterpret_cast<GraphObject*>(o)->graph;
  PyErr_SetString(PyExc_TypeError, "expected a _native.Graph");
  return nullptr;
}

Node* NodeOf(const Graph& graph, PyObject* id) {
  int64_t number;
  if (!ToInt64(id, &number)) return nullptr;
  if (number >= 0 && number < graph.num_node_ids()) {
    if (Node* node = graph.nodes()[number].get(); node != nullptr) return node;
  }
  PyErr_SetString(PyExc_IndexError, "the graph has no such node");
  return nullptr;
}

bool EndpointOf(const Graph& graph, PyObject* key, Endpoint* out) {
  int64_t number;
  if (!ToInt64(key, &number)) return false;
  const int64_t id = number >> 24, index = number & ((1 << 24) - 1);
  if (id >= 0 && id < graph.num_node_ids()) {
    Node* node = graph.nodes()[id].get();
    if (node != nullptr && index < node->num_outputs()) {
      *out = {node, static_cast<int>(index)};
      return true;
    }
  }
  PyErr_SetString(PyExc_IndexError, "the graph has no such tensor");
  return false;
}

bool EndpointsOf(const Graph& graph, PyObject* keys, std::vector<Endpoint>* out) {
  return ForEach(keys, "expected a list of tensors", [&](PyObject* key) {
    out->emplace_back();
    return EndpointOf(graph, key, &out->back());
  });
}

PyObject* FromEndpoints(absl::Span<const Endpoint> endpoints) {
  std::vector<int64_t> keys;
  for (Endpoint e : endpoints) keys.push_back(KeyOf(e));
  return FromInts(keys);
}

}  // namespace millrace::python
