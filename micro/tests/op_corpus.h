// The models of op_corpus.xz: one a case, with inputs and the outputs that other interpreters gave.
#ifndef MILLRACE_MICRO_TESTS_OP_CORPUS_H_
#define MILLRACE_MICRO_TESTS_OP_CORPUS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::micro {

struct CorpusStep {
  std::vector<std::vector<uint8_t>> inputs;
  std::vector<std::vector<uint8_t>> outputs;
};

struct CorpusCase {
  std::string name;
  std::vector<uint8_t> model;
  std::vector<CorpusStep> steps;  // invoked one after another without a reset
};

// Reads the unpacked file (its format: make_op_corpus.py). Empty when it is damaged or not there.
std::vector<CorpusCase> ReadOpCorpus();

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_TESTS_OP_CORPUS_H_
