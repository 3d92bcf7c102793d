// GeneratorDataset: elements that a function makes one after the other from a state that another
// made.
#include <memory>
#include <utility>

#include "core/base/own_thread.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/registry.h"
#include "kernels/data/function_dataset.h"

namespace millrace {
namespace {

struct GeneratorFunctions {
  BoundFunction init, next, finalize;
};

class GeneratorIterator final : public DatasetIterator {
 public:
  GeneratorIterator(std::shared_ptr<const GeneratorFunctions> functions,
                    const IteratorContext& context)
      : functions_(std::move(functions)), cancellation_(context.cancellation) {}
  ~GeneratorIterator() override { Finalize(); }

  NextResult Next() override {
    NextResult result;
    result.end = ended_;
    if (ended_) return result;
    if (!begun_) {
      absl::StatusOr<Element> state = functions_->init.Call({}, cancellation_);
      if (!state.ok()) return {FunctionError(state.status())};
      state_ = *std::move(state);
      begun_ = true;
    }
    absl::StatusOr<Element> element = functions_->next.Call(state_, cancellation_);
    if (element.ok()) {
      result.element = *std::move(element);
    } else if (absl::IsOutOfRange(element.status())) {
      result.end = ended_ = true;
      Finalize();
    } else {
      result.status = element.status();
    }
    return result;
  }

 private:
  // Lets go of the state, once. Also when nobody wants elements any more, so not cancelled.
  void Finalize() {
    if (!std::exchange(begun_, false)) return;
    auto finish = [functions = functions_, state = std::move(state_)]() mutable {
      functions->finalize.Call(std::move(state), nullptr).status().IgnoreError();
    };
    // A function must not be waited for on a compute thread.
    if (ComputePool()->CurrentThreadIndex() >= 0) {
      RunOnOwnThread(std::move(finish));
    } else {
      finish();
    }
  }

  const std::shared_ptr<const GeneratorFunctions> functions_;
  Cancellation* const cancellation_;
  Element state_;
  bool begun_ = false, ended_ = false;
};

class GeneratorDatasetImpl final : public Dataset {
 public:
  explicit GeneratorDatasetImpl(std::shared_ptr<const GeneratorFunctions> functions)
      : functions_(std::move(functions)) {}
  absl::StatusOr<std::unique_ptr<DatasetIterator>> MakeIterator(
      const IteratorContext& context) const override {
    return std::make_unique<GeneratorIterator>(functions_, context);
  }

 private:
  const std::shared_ptr<const GeneratorFunctions> functions_;
};

// The inputs are what the three functions captured.
class GeneratorDatasetKernel final : public DatasetKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(functions_, CapturedFunctions::Create(
                                        c, {"init_func", "next_func", "finalize_func"}, "_args"));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<DatasetPtr> Make(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Element captured, OwnedInputs(c, 0));
    MR_ASSIGN_OR_RETURN(auto bound, functions_.Bind(captured));
    return std::make_shared<GeneratorDatasetImpl>(std::make_shared<GeneratorFunctions>(
        GeneratorFunctions{std::move(bound[0]), std::move(bound[1]), std::move(bound[2])}));
  }

  CapturedFunctions functions_;
};

}  // namespace

absl::Status RegisterGeneratorDataset(Registry& r) {
  return r.Add(Op("GeneratorDataset")
                   .Input("init_func_other_args: Tinit_func_args")
                   .Input("next_func_other_args: Tnext_func_args")
                   .Input("finalize_func_other_args: Tfinalize_func_args")
                   .Output("handle: variant")
                   .Attr("init_func: func")
                   .Attr("next_func: func")
                   .Attr("finalize_func: func")
                   .Attr("Tinit_func_args: list(type) >= 0")
                   .Attr("Tnext_func_args: list(type) >= 0")
                   .Attr("Tfinalize_func_args: list(type) >= 0")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Attr("metadata: string = ''")
                   .Stateful()
                   .Doc("Elements next_func(state), where each iteration begins with state = "
                        "init_func().\n"
                        "OUT_OF_RANGE from next_func ends the iteration; finalize_func(state) is "
                        "called at the end, or when the iterator goes before it.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<GeneratorDatasetKernel>());
}

}  // namespace millrace
