"""A model as C++: its ops called one by one, places of its tensors fixed.

The text takes the place of parts of micro/core when a program is linked: the verifier (the model
was verified here), finding ops (they are named), the memory planner (places are listed) and the
loop over ops (calls are written out). What stays is what kernels use: their constants and the
tensors' descriptions, read where they lie in the model.
"""

from millrace.micro import _source
from millrace.micro.interpreter import Interpreter

_TEXT = """\
// Made by `millrace micro compile` from {name}. Of use with just that model.
#include "micro/core/fixed_plan.h"
#include "micro/core/interpreter.h"
#include "micro/core/look_up_weights.h"
#include "micro/core/verifier.h"
{includes}

namespace millrace::micro {{
namespace {{

// By operator code; behind them, ops whose parts others use.
const OpRegistration* const kOps[] = {{{ops}}};

// Offsets of tensors, by subgraph.
{offsets}
constexpr const int32_t* kTensors[] = {{{tables}}};
{free_from}{decompression}
}}  // namespace

OpResolver ModelOps() {{ return OpResolver(nullptr, 0, {decompression_name}); }}

// Verified when this file was made.
Status VerifyModel(const uint8_t*, size_t, Error*, const Decompression*) {{ return Status::kOk; }}

Status MicroInterpreter::ResolveOps() {{
  graph_.ops = const_cast<const OpRegistration**>(kOps);
  return Status::kOk;
}}

Status PlanMemory(const Graph& graph, const ScratchRequest* requests, int num_requests,
                  const PlanOptions& options, Arena* arena, MemoryReport* report, Error* error) {{
  constexpr FixedPlan plan = {{kTensors, {free_from_name}, {end}}};
  return ApplyFixedPlan(plan, graph, requests, num_requests, options, arena, report, error);
}}

Status MicroInterpreter::InvokeSubgraph(int subgraph) {{
  OpContext context(this, subgraph);
  switch (subgraph) {{
{calls}
  }}
  return Status::kOk;
}}

}}  // namespace millrace::micro
"""

_DECOMPRESSION = """
// Verified when this file was made.
constexpr Decompression kDecompression = {nullptr, IsLookUpWeight, LookUpInputs};
"""


def generate(path):
    """The C++ of a .tflite file, which has to run here. MicroError when it does not."""
    interpreter = Interpreter.from_file(path)
    model = interpreter.model_file
    all_places = interpreter.places(tensors_only=True)
    places = [p for p in all_places if p.tensor >= 0]
    several = len(model.subgraphs) > 1
    header = _source.tool("export").header_of
    model_ops = _source.tool("model_ops")
    files = model_ops.kernel_files()
    used = model.used_ops()
    parts = [op for op in model_ops.ops_of(path.read_bytes()) if op not in used]
    offsets, tables = _offsets(interpreter, model, all_places)
    free_from = "" if several else _free_from(model.subgraphs[0], places)
    compressed = any(t.index_bits > 0 for graph in model.subgraphs for t in graph.tensors)
    return _TEXT.format(
        name=path.name,
        includes="\n".join(
            f'#include "{h}"' for h in sorted({str(header(files[op])) for op in [*used, *parts]})
        ),
        ops=", ".join(
            f"&k{name}Op" if name in files else "nullptr" for name in [*model.op_codes(), *parts]
        ),
        offsets="\n".join(offsets),
        tables=", ".join(tables),
        free_from=free_from,
        free_from_name="nullptr" if several else "kFreeFrom",
        decompression=_DECOMPRESSION if compressed else "",
        decompression_name="&kDecompression" if compressed else "nullptr",
        end=max((p.offset + p.bytes for p in places), default=0),
        calls="\n".join(_calls(number, g) for number, g in enumerate(model.subgraphs)),
    )


def _offsets(interpreter, model, places):
    lines, names = [], []
    for number, graph in enumerate(model.subgraphs):
        numbers = [interpreter.place_of(t.index, number) for t in graph.tensors]
        values = [str(places[n].offset) if n >= 0 else "-1" for n in numbers]
        names.append(f"kTensors{number}")
        lines.append(f"constexpr int32_t {names[-1]}[] = {{{', '.join(values) or '-1'}}};")
    return lines, names


def _free_from(graph, places):
    """By op: the end of the tensors that are in use while it runs."""
    ends = []
    for op in graph.operators:
        step = op.index + 2  # step 1 is the inputs'
        used = [p.offset + p.bytes for p in places if p.first <= step <= p.last]
        ends.append(str(max(used, default=0)))
    return (
        "// By op: where memory is free while it runs.\n"
        f"constexpr uint32_t kFreeFrom[] = {{{', '.join(ends) or '0'}}};\n"
    )


def _calls(number, graph):
    lines = [f"    case {number}:"]
    for op in graph.operators:
        lines.append(f"      context.MoveTo({op.index});")
        if any(graph.tensors[i].index_bits > 0 for i in op.inputs if i >= 0):
            lines.append("      MR_TRY(LookUpInputs(compression_, context));")
        lines.append(f"      MR_TRY(k{op.name}Op.invoke(context));")
    return "\n".join([*lines, "      break;"])
