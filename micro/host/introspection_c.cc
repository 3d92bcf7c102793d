#include "micro/core/planner.h"
#include "micro/host/error_text.h"
#include "micro/host/handle.h"
#include "micro/host/introspection.h"
#include "micro/host/search_planner.h"

namespace millrace::micro {
namespace {

thread_local Error last_failure;

// Whose each entry is. Before placing, a tensor's data pointer is 2 * entry + 1 (lifetimes.h).
void NameTensors(const Graph& graph, mr_micro* micro) {
  micro->place_of.clear();
  for (int s = 0; s < graph.model.subgraphs().size(); ++s) {
    const int tensors = graph.model.subgraph(s).tensors().size();
    micro->place_of.emplace_back(static_cast<size_t>(tensors), -1);
    for (int i = 0; i < tensors; ++i) {
      const auto number = reinterpret_cast<uintptr_t>(graph.subgraphs[s].tensors[i]);
      if (number % 2 == 0 || number / 2 >= micro->places.size()) continue;
      micro->place_of.back()[static_cast<size_t>(i)] = static_cast<int32_t>(number / 2);
      mr_micro_place& place = micro->places[number / 2];
      // Of tensors that share a place the first, whose data it holds first.
      if (place.tensor < 0) place.subgraph = s, place.tensor = i;
    }
  }
}

}  // namespace

void KeepPlaces(void* user, PlanEntry* entries, int count) {
  auto* micro = static_cast<mr_micro*>(user);
  micro->entries.assign(entries, entries + count);
  micro->places.assign(static_cast<size_t>(count), {0, 0, 0, 0, -1, -1});
  NameTensors(micro->interpreter->graph(), micro);
}

void FinishPlaces(mr_micro* micro) {
  std::vector<PlanEntry> entries = micro->entries;
  uint32_t total = 0;
  PlanGreedily(entries.data(), static_cast<int>(entries.size()), Arena::kAlignment, &total);
  for (size_t i = 0; i < entries.size(); ++i) {
    mr_micro_place& place = micro->places[i];
    place.bytes = entries[i].size;
    place.offset = entries[i].offset;
    place.first = entries[i].first;
    place.last = entries[i].last;
  }
}

void RememberFailure(const Error& error) {
  last_failure = error;
  last_failure.custom_name = nullptr;  // points into the model
}

}  // namespace millrace::micro

using millrace::micro::Error;
using millrace::micro::ErrorText;
using millrace::micro::MemoryReport;

void mr_micro_memory_report(const mr_micro* micro, mr_micro_memory* report) {
  const MemoryReport& m = micro->interpreter->memory();
  *report = {m.tensor_pointers, m.op_tables, m.op_data,     m.variables, m.padding,
             m.lasting,         m.planned,   m.bookkeeping, m.total()};
}

const char* mr_micro_error(mr_micro* micro) {
  micro->error = ErrorText(micro->interpreter->error());
  return micro->error.c_str();
}

void mr_micro_last_failure(const mr_micro* micro, mr_micro_failure* failure) {
  const Error& e = micro == nullptr ? millrace::micro::last_failure : micro->interpreter->error();
  *failure = {static_cast<int32_t>(e.status),
              e.subgraph,
              e.op_index,
              e.op_code,
              e.tensor_index,
              e.needed_bytes,
              e.reason == nullptr ? "" : e.reason};
}

int32_t mr_micro_places(const mr_micro* micro) {
  return static_cast<int32_t>(micro->places.size());
}

void mr_micro_get_place(const mr_micro* micro, int32_t i, mr_micro_place* place) {
  *place = micro->places[static_cast<size_t>(i)];
}

int32_t mr_micro_place_of(const mr_micro* micro, int32_t subgraph, int32_t tensor) {
  const auto s = static_cast<size_t>(subgraph), t = static_cast<size_t>(tensor);
  if (s >= micro->place_of.size() || t >= micro->place_of[s].size()) return -1;
  return micro->place_of[s][t];
}

void mr_micro_place_tensors_only(mr_micro* micro) {
  for (size_t i = 0; i < micro->places.size(); ++i) {
    if (micro->places[i].tensor < 0) micro->entries[i].size = 0;
  }
  millrace::micro::FinishPlaces(micro);
}

void mr_micro_op_seconds(const mr_micro* micro, double* seconds, int32_t count) {
  const std::vector<double>& measured = micro->clock.seconds();
  for (int32_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    seconds[i] = at < measured.size() ? measured[at] : 0.0;
  }
}

uint32_t mr_micro_search_plan(mr_micro_place* places, int32_t count, int32_t rounds) {
  using millrace::micro::PlanEntry;
  std::vector<PlanEntry> entries(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) {
    entries[i].size = places[i].bytes;
    entries[i].first = places[i].first;
    entries[i].last = places[i].last;
  }
  const uint32_t total = millrace::micro::PlanBySearch(entries.data(), count,
                                                       millrace::micro::Arena::kAlignment, rounds);
  for (int32_t i = 0; i < count; ++i) places[i].offset = entries[i].offset;
  return total;
}
