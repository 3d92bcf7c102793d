// Graph: nodes of registered ops, joined by data and control edges. Every node in it has been
// checked against its schema: attributes complete and valid, input types right, output types and
// shapes inferred.
#ifndef MILLRACE_CORE_GRAPH_GRAPH_H_
#define MILLRACE_CORE_GRAPH_GRAPH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/mutex.h"
#include "core/graph/attr.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/tensor/dtype.h"
#include "core/tensor/resource_handle.h"
#include "core/tensor/shape.h"

namespace millrace {

class FunctionLibrary;
class Graph;
class Node;

// One output of one node.
struct Endpoint {
  Node* node = nullptr;
  int index = 0;
  bool operator==(const Endpoint& o) const { return node == o.node && index == o.index; }
};

// A use of a node: by input `dst_input` of `dst`, or as a control input (dst_input == kControl,
// output == kControl).
struct Use {
  static constexpr int kControl = -1;
  Node* dst = nullptr;
  int output = kControl;
  int dst_input = kControl;
};

// What is known of a resource or variant output: the dtypes and shapes behind the handle.
using HandleData = std::vector<ResourceHandle::DTypeAndShape>;

// Owned by its graph. Read through const; changed only through Graph.
class Node {
 public:
  int id() const { return id_; }  // index into Graph::nodes(); stable
  const std::string& name() const { return name_; }
  const OpSchema& op() const { return *op_; }
  const std::string& type() const { return op_->name; }
  const AttrMap& attrs() const { return attrs_; }
  template <typename T>
  absl::Status GetAttr(absl::string_view name, T* value) const {
    return attrs_.Get(name, value);
  }

  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  int num_outputs() const { return static_cast<int>(output_types_.size()); }
  Endpoint input(int i) const { return inputs_[i]; }
  absl::Span<const Endpoint> inputs() const { return inputs_; }
  absl::Span<Node* const> control_inputs() const { return control_inputs_; }
  absl::Span<const Use> uses() const { return uses_; }  // in no particular order
  DType input_type(int i) const { return input_types_[i]; }
  DType output_type(int i) const { return output_types_[i]; }
  absl::Span<const DType> input_types() const { return input_types_; }
  absl::Span<const DType> output_types() const { return output_types_; }
  const PartialShape& output_shape(int i) const { return output_shapes_[i]; }
  // Null if nothing is known.
  const HandleData* output_handle(int i) const;

  const std::string& requested_device() const { return requested_device_; }
  const std::string& assigned_device() const { return assigned_device_; }
  const std::string& origin() const { return origin_; }
  // "node 'x' (op: MatMul, defined at train.py:12)", for messages.
  std::string Describe() const;

 private:
  friend class Graph;
  Node() = default;

  int id_ = -1;
  std::string name_;
  const OpSchema* op_ = nullptr;
  // A function used as an op ("call by name") has a schema of its own, kept alive here.
  std::shared_ptr<const OpSchema> owned_op_;
  AttrMap attrs_;
  absl::InlinedVector<Endpoint, 3> inputs_;
  absl::InlinedVector<Node*, 1> control_inputs_;
  std::vector<Use> uses_;
  // Where edges stand in the lists at their other end, so that one is removed in constant time: of
  // input i and of control input i the position in the producer's uses_; of use u the position in
  // the consumer's inputs_ or control_inputs_.
  absl::InlinedVector<int, 3> input_use_;
  absl::InlinedVector<int, 1> control_use_;
  std::vector<int> use_slot_;
  DTypeVector input_types_, output_types_;
  absl::InlinedVector<PartialShape, 1> output_shapes_;
  std::vector<HandleData> output_handles_;
  std::string requested_device_, assigned_device_, origin_;
};

// Externally synchronised: several threads may read a graph that nobody changes. A graph that a
// session runs while a program extends it is guarded by mu().
class Graph {
 public:
  // `registry` must outlive the graph. `library` is shared: functions that nodes refer to; never
  // null after creation.
  explicit Graph(const Registry* registry, std::shared_ptr<FunctionLibrary> library = nullptr);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  const Registry& registry() const { return *registry_; }
  FunctionLibrary& library() const { return *library_; }
  const std::shared_ptr<FunctionLibrary>& shared_library() const { return library_; }

  struct NodeArgs {
    std::string name;  // made unique when `uniquify`; else ALREADY_EXISTS if taken
    std::string op;
    AttrMap attrs;                            // defaults and what inputs imply may be left out
    absl::InlinedVector<Endpoint, 3> inputs;  // flat: list arguments one after the other
    absl::InlinedVector<Node*, 1> control_inputs;
    std::string device;
    std::string origin;
    bool uniquify = false;
    // The name may begin with '_', as those of nodes that functions and passes add do. Ops of that
    // sort always may.
    bool internal_name = false;
    // Leave inputs to be joined later by SetInput (loops); says the types that will come. `inputs`
    // is then empty, or as long with null nodes where an input is left open.
    DTypeVector deferred_input_types;
  };
  // Checks everything, infers attributes, types and shapes, and adds the node. Nothing changes on
  // failure. NOT_FOUND unknown op; INVALID_ARGUMENT otherwise, naming node, op, and the offending
  // attribute, dtype or shape.
  absl::StatusOr<Node*> AddNode(NodeArgs args);

  // Input `i` of `node` becomes `source` (checked: type), or is left open if that is null. Shapes
  // downstream are not inferred again. INVALID_ARGUMENT naming both, with nothing changed.
  absl::Status SetInput(Node* node, int i, Endpoint source);
  void AddControlEdge(Node* from, Node* to);  // no-op if there already
  void RemoveControlEdge(Node* from, Node* to);
  // REQUIRES: nobody uses it any more (uses().empty()); an input that did is left open.
  void RemoveNode(Node* node);
  // `node` gets other attributes and, behind those it has, more inputs; its outputs must begin with
  // those it has, the others are added. INVALID_ARGUMENT, naming the node, with nothing changed.
  // (How a call comes to give what its gradient needs.)
  absl::Status ExtendNode(Node* node, AttrMap attrs, absl::Span<const Endpoint> more_inputs);
  void SetAttr(Node* node, absl::string_view name, Attr value);
  void SetRequestedDevice(Node* node, std::string device);
  void SetAssignedDevice(Node* node, std::string device);
  void SetOutputShape(Node* node, int i, PartialShape shape);
  void SetOutputHandle(Node* node, int i, HandleData handle);
  // Every use of `from` (data only) becomes a use of `to`. REQUIRES: same dtype.
  void ReplaceUses(Endpoint from, Endpoint to);

  // Holes (null) where nodes were removed.
  absl::Span<const std::unique_ptr<Node>> nodes() const { return nodes_; }
  int num_node_ids() const { return static_cast<int>(nodes_.size()); }
  int num_nodes() const { return num_live_; }
  Node* FindNode(absl::string_view name) const;  // null if none
  // "name", "name:1" -> endpoint. NOT_FOUND / INVALID_ARGUMENT with the name in the text.
  absl::StatusOr<Endpoint> FindEndpoint(absl::string_view tensor_name) const;
  // `prefix` if free, else prefix_1, prefix_2, ... (remembers, so repeated calls are cheap).
  std::string UniqueName(absl::string_view prefix);

  // Nodes so that producers come before consumers; back edges (from NextIteration to Merge) are
  // left out of account. INVALID_ARGUMENT, naming nodes of it, if there is a cycle without a loop.
  absl::StatusOr<std::vector<Node*>> TopologicalOrder() const;

  int producer_version() const { return producer_; }
  void set_producer_version(int v) { producer_ = v; }
  // Grows by one at each change; sessions compare it.
  int64_t version() const { return version_; }
  Mutex& mu() const { return mu_; }

  // A deep copy of nodes for which `keep[id]` (all if empty); ids, assigned devices, shapes and
  // names stay. Data inputs from nodes that are not kept are left open, control inputs from them
  // dropped.
  std::unique_ptr<Graph> Copy(const std::vector<bool>& keep = {}) const;

 private:
  bool Contains(const Node* node) const;
  absl::Status CheckArgs(NodeArgs* args) const;
  absl::StatusOr<const OpSchema*> FindOp(const std::string& op, Node* node) const;
  absl::Status CheckInputs(const NodeArgs& args, DTypeVector* types) const;
  absl::Status FillNode(NodeArgs* args, Node* node) const;
  Node* Insert(std::unique_ptr<Node> node);
  void Connect(Node* dst, int i, Endpoint source);  // input i of dst, which is open
  void Disconnect(Node* dst, int i);                // leaves input i open
  void ConnectControl(Node* from, Node* to);        // not there yet
  void DisconnectControl(Node* to, int control_input);
  void EraseUse(Node* src, int use);

  const Registry* registry_;
  std::shared_ptr<FunctionLibrary> library_;
  std::vector<std::unique_ptr<Node>> nodes_;
  absl::flat_hash_map<std::string, Node*> by_name_;
  absl::flat_hash_map<std::string, int> name_counters_;
  int num_live_ = 0;
  int producer_ = 0;
  int64_t version_ = 0;
  mutable Mutex mu_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_GRAPH_H_
