#include "kernels/math/einsum_equation.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace millrace {
namespace {

absl::StatusOr<std::vector<int>> ParseTerm(absl::string_view term, absl::string_view equation) {
  std::vector<int> labels;
  bool ellipsis = false;
  for (size_t i = 0; i < term.size(); ++i) {
    if (term.substr(i, 3) == "...") {
      if (ellipsis) {
        return absl::InvalidArgumentError(
            absl::StrCat("Two ellipses in one term of the equation \"", equation, "\""));
      }
      ellipsis = true;
      labels.push_back(EinsumEquation::kEllipsis);
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(term[i]))) {
      labels.push_back(static_cast<unsigned char>(term[i]));
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", term.substr(i, 1), "' is no label, in the equation \"", equation, "\""));
    }
  }
  return labels;
}

bool Contains(const std::vector<int>& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// The labels of one term over a shape of `rank`; an ellipsis over d dimensions is the labels -d,
// ..., -1.
absl::StatusOr<std::vector<int>> Expand(const std::vector<int>& term, int rank, int ellipsis_rank) {
  std::vector<int> labels;
  for (int label : term) {
    if (label != EinsumEquation::kEllipsis) {
      labels.push_back(label);
    } else {
      for (int d = ellipsis_rank; d > 0; --d) labels.push_back(-d);
    }
  }
  if (static_cast<int>(labels.size()) == rank) return labels;
  return absl::InvalidArgumentError(absl::StrCat("An operand of the equation has ", labels.size(),
                                                 " labels, its input has rank ", rank));
}

}  // namespace

absl::StatusOr<EinsumEquation> EinsumEquation::Parse(absl::string_view equation, int num_inputs) {
  const std::string text = absl::StrReplaceAll(equation, {{" ", ""}});
  const std::vector<std::string> sides = absl::StrSplit(text, "->");
  if (sides.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expecting exactly one '->' in einsum equation: ", equation));
  }
  EinsumEquation e;
  for (absl::string_view term : absl::StrSplit(sides[0], ',')) {
    MR_ASSIGN_OR_RETURN(std::vector<int> labels, ParseTerm(term, equation));
    e.inputs.push_back(std::move(labels));
  }
  if (static_cast<int>(e.inputs.size()) != num_inputs || num_inputs > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expecting 1 or 2 input subscripts, one an input, in equation '", equation,
                     "' but got: ", e.inputs.size(), " for ", num_inputs));
  }
  MR_ASSIGN_OR_RETURN(e.output, ParseTerm(sides[1], equation));
  for (int label : e.output) {
    bool known = label == kEllipsis;
    for (const auto& input : e.inputs) known = known || Contains(input, label);
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("The output has a label that no input has, in ", equation));
    }
  }
  return e;
}

bool EinsumEquation::has_ellipsis() const {
  bool found = Contains(output, kEllipsis);
  for (const auto& input : inputs) found = found || Contains(input, kEllipsis);
  return found;
}

absl::StatusOr<EinsumLabels> EinsumLabels::Bind(const EinsumEquation& equation,
                                                const std::vector<Shape>& shapes) {
  EinsumLabels result;
  std::map<int, size_t> index;
  int widest = 0;
  for (size_t k = 0; k < shapes.size(); ++k) {
    const std::vector<int>& term = equation.inputs[k];
    const bool ellipsis = Contains(term, EinsumEquation::kEllipsis);
    const int ellipsis_rank = ellipsis ? shapes[k].rank() - static_cast<int>(term.size()) + 1 : 0;
    widest = std::max(widest, ellipsis_rank);
    MR_ASSIGN_OR_RETURN(const std::vector<int> labels,
                        Expand(term, shapes[k].rank(), ellipsis_rank));
    int64_t stride = 1;
    for (int d = shapes[k].rank() - 1; d >= 0; --d) {
      const auto [at, is_new] = index.try_emplace(labels[d], result.labels.size());
      if (is_new) result.labels.emplace_back();
      Label& label = result.labels[at->second];
      const int64_t size = shapes[k].dim(d);
      const bool stretches = labels[d] < 0 && size == 1;
      if (label.size == 1 && (is_new || labels[d] < 0)) label.size = size;
      if (label.size != size && !stretches) {
        return absl::InvalidArgumentError(
            absl::StrCat("Expected dimension ", label.size, " at axis ", d, " of the input shaped ",
                         shapes[k].ToString(), " but got dimension ", size));
      }
      label.in_input[k] = label.in_input[k] || !stretches;
      if (!stretches) label.strides[k] += stride;
      stride *= size;
    }
  }
  std::vector<int> output;
  for (int label : equation.output) {
    if (label != EinsumEquation::kEllipsis) {
      output.push_back(label);
    } else {
      for (int d = widest; d > 0; --d) output.push_back(-d);
    }
  }
  DimVector dims;
  for (int label : output) dims.push_back(result.labels[index.at(label)].size);
  MR_ASSIGN_OR_RETURN(result.output, Shape::Create(dims));
  int64_t stride = 1;
  for (size_t i = output.size(); i-- > 0;) {
    Label& label = result.labels[index.at(output[i])];
    label.in_output = true;
    label.output_stride += stride;
    stride *= label.size;
  }
  return result;
}

}  // namespace millrace
