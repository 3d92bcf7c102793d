#include "tests/faults/ledger_task.h"

#include <stdio.h>
#include <stdlib.h>

#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/tensor/tensor.h"
#include "distributed/grpc_session.h"
#include "distributed/server.h"
#include "distributed/task_config.h"
#include "kernels/array/register_array.h"
#include "kernels/control_flow/register_control_flow.h"
#include "kernels/state/register_state.h"

namespace millrace {
namespace {

constexpr char kPs[] = "/job:ps/task:0";

int Fail(const absl::Status& status) {
  fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

void Print(const std::string& line) {
  printf("%s\n", line.c_str());
  fflush(stdout);
}

class GraphMaker {
 public:
  explicit GraphMaker(Graph* graph) : graph_(graph) {}
  Node* Add(const std::string& name, const std::string& op, const std::string& device,
            AttrMap attrs, std::vector<Endpoint> inputs = {}) {
    Graph::NodeArgs args;
    args.name = name;
    args.op = op;
    args.device = device;
    args.attrs = std::move(attrs);
    args.inputs.assign(inputs.begin(), inputs.end());
    auto node = graph_->AddNode(std::move(args));
    if (!node.ok()) {
      fprintf(stderr, "%s\n", node.status().ToString().c_str());
      abort();
    }
    return *node;
  }

 private:
  Graph* const graph_;
};

// One worker, from session to session.
class LedgerWorker {
 public:
  LedgerWorker(Server* server, std::shared_ptr<Graph> graph, int row, int cells)
      : server_(server), graph_(std::move(graph)), row_(row), cells_(cells) {}

  // Steps until the row is full or a step fails.
  absl::Status FillRow() {
    MR_ASSIGN_OR_RETURN(const auto session, NewServerSession({}, graph_, server_));
    RunOptions options;
    const std::vector<std::string> read = {"read:0"}, update = {"update"};
    MR_ASSIGN_OR_RETURN(const auto ledger, session->Run(options, {}, read, {}, nullptr));
    int next = 0;
    while (next < cells_ && ledger[0].data<int32_t>()[row_ * cells_ + next] > 0) ++next;
    for (; next < cells_; ++next) {
      MR_ASSIGN_OR_RETURN(Tensor delta,
                          Tensor::CreateZeros(DType::kInt32, Shape{kLedgerWorkers, cells_}));
      delta.mutable_data<int32_t>()[row_ * cells_ + next] = 1;
      const std::vector<Session::Feed> feeds = {{"delta:0", std::move(delta)}};
      MR_RETURN_IF_ERROR(session->Run(options, feeds, {}, update, nullptr).status());
      Print(absl::StrCat("ack ", next));
    }
    return absl::OkStatus();
  }

  int Run() {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      const absl::Status status = FillRow();
      if (status.ok()) return 0;
      Print(absl::StrCat("lost ", StatusCodeName(status.code()), ": ", status.message()));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return 1;
  }

 private:
  Server* const server_;
  const std::shared_ptr<Graph> graph_;
  const int row_, cells_;
};

}  // namespace

absl::Status RegisterLedgerOps(Registry& registry) {
  MR_RETURN_IF_ERROR(RegisterControlFlowKernels(registry));
  MR_RETURN_IF_ERROR(RegisterArrayKernels(registry));
  return RegisterStateKernels(registry);
}

std::shared_ptr<Graph> LedgerGraph(const Registry* registry, int cells) {
  auto graph = std::make_shared<Graph>(registry);
  GraphMaker make(graph.get());
  const Shape shape{kLedgerWorkers, cells};
  Node* ledger = make.Add("ledger", "VarHandleOp", kPs,
                          {{"dtype", Attr(DType::kInt32)},
                           {"shape", Attr(shape)},
                           {"shared_name", Attr(std::string("ledger"))}});
  Node* zeros = make.Add("zeros", "Const", kPs,
                         {{"dtype", Attr(DType::kInt32)},
                          {"value", Attr(*Tensor::CreateZeros(DType::kInt32, shape))}});
  make.Add("init", "AssignVariableOp", kPs, {{"dtype", Attr(DType::kInt32)}},
           {{ledger, 0}, {zeros, 0}});
  // Without a device, so on the worker: the update crosses to the parameter server as a tensor.
  Node* delta = make.Add("delta", "Placeholder", "",
                         {{"dtype", Attr(DType::kInt32)}, {"shape", Attr(shape)}});
  Node* here = make.Add("here", "Identity", "", {{"T", Attr(DType::kInt32)}}, {{delta, 0}});
  make.Add("update", "AssignAddVariableOp", kPs, {{"dtype", Attr(DType::kInt32)}},
           {{ledger, 0}, {here, 0}});
  make.Add("read", "ReadVariableOp", kPs, {{"dtype", Attr(DType::kInt32)}}, {{ledger, 0}});
  return graph;
}

int RunLedgerTask() {
  auto config = TaskConfigFromEnvironment();
  if (!config.ok()) return Fail(config.status());
  int cells;
  const char* cells_text = getenv("MILLRACE_LEDGER_CELLS");
  if (!config->has_value() || cells_text == nullptr || !absl::SimpleAtoi(cells_text, &cells)) {
    return Fail(absl::InvalidArgumentError("not told which task this is"));
  }
  SetLogTaskName(absl::StrCat((*config)->job, ":", (*config)->task));
  Registry registry;
  if (absl::Status s = RegisterLedgerOps(registry); !s.ok()) return Fail(s);
  ServerOptions options;
  options.cluster = (*config)->cluster;
  options.job = (*config)->job;
  options.task = (*config)->task;
  options.registry = &registry;
  auto server = Server::Create(std::move(options));
  if (!server.ok()) return Fail(server.status());
  if (absl::Status s = (*server)->Start(); !s.ok()) return Fail(s);
  Print("ready");
  if ((*config)->job == "ps") {
    (*server)->Join();
    return 0;
  }
  return LedgerWorker(server->get(), LedgerGraph(&registry, cells), (*config)->task, cells).Run();
}

}  // namespace millrace
