// A beam search over the prefixes of sequences that logits speak for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "kernels/nn/ctc.h"

namespace millrace {

// The beam keeps the `width` likeliest prefixes, each with the probabilities of the paths that end
// with its label and of those that end with a blank (Graves and Jaitly, 2014). The last class is
// the blank. Used by one thread.
template <typename T>
class CtcBeam {
 public:
  struct Path {
    std::vector<int64_t> labels;
    T score;
  };

  CtcBeam(int64_t width, int64_t classes) : width_(width), blank_(classes - 1) {
    root_.now = {LogZero<T>(), 0, 0};
    leaves_.push_back(&root_);
  }

  // `logits` of the next step, one a class.
  void Step(const T* logits) {
    const T shift = LogSumExp(logits);
    std::vector<Prefix*> branches;
    branches.swap(leaves_);
    for (Prefix* p : branches) p->before = p->now;
    for (Prefix* p : branches) {
      if (p->parent != nullptr) {
        if (p->parent->now.total != LogZero<T>()) {
          p->now.label = LogAdd(p->now.label, Extended(*p->parent, p->label));
        }
        p->now.label += logits[p->label] - shift;
      }
      p->now.blank = p->before.total + logits[blank_] - shift;
      p->now.total = LogAdd(p->now.blank, p->now.label);
      Keep(p);
    }
    for (Prefix* p : branches) {
      if (!IsCandidate(p->before)) continue;
      for (int64_t label = 0; label < blank_; ++label) Grow(p, label, logits[label] - shift);
    }
  }

  // The `n` likeliest prefixes, fewer if the beam holds fewer. With `merge`, repeated labels are
  // one.
  std::vector<Path> Best(int64_t n, bool merge) const {
    std::vector<Path> paths;
    for (const Prefix* p : leaves_) {
      if (static_cast<int64_t>(paths.size()) == n) break;
      Path path{{}, p->now.total};
      int64_t previous = -1;
      for (; p->parent != nullptr; p = p->parent) {
        if (!merge || p->label != previous) path.labels.push_back(p->label);
        previous = p->label;
      }
      std::reverse(path.labels.begin(), path.labels.end());
      paths.push_back(std::move(path));
    }
    return paths;
  }

 private:
  // Logarithms of probabilities.
  struct Scores {
    T label = LogZero<T>(), blank = LogZero<T>(), total = LogZero<T>();
  };
  struct Prefix {
    Prefix* parent = nullptr;
    int64_t label = -1;
    Scores before, now;
    std::map<int64_t, std::unique_ptr<Prefix>> children;
  };

  T LogSumExp(const T* x) const {
    const T largest = *std::max_element(x, x + blank_ + 1);
    T sum = 0;
    for (int64_t k = 0; k <= blank_; ++k) sum += std::exp(x[k] - largest);
    return largest + std::log(sum);
  }
  // Of the paths of `p` that another `label` extends: a repeated label needs a blank before it.
  static T Extended(const Prefix& p, int64_t label) {
    return label == p.label ? p.before.blank : p.before.total;
  }
  bool IsCandidate(const Scores& s) const {
    return s.total > LogZero<T>() &&
           (static_cast<int64_t>(leaves_.size()) < width_ || s.total > leaves_.back()->now.total);
  }
  // In descending order; of equal ones the first stays first.
  void Keep(Prefix* p) {
    leaves_.insert(std::upper_bound(leaves_.begin(), leaves_.end(), p,
                                    [](const Prefix* a, const Prefix* b) {
                                      return a->now.total > b->now.total;
                                    }),
                   p);
  }
  void Grow(Prefix* p, int64_t label, T score) {
    std::unique_ptr<Prefix>& child = p->children[label];
    if (child == nullptr) {
      child = std::make_unique<Prefix>();
      child->parent = p;
      child->label = label;
    }
    if (child->now.total != LogZero<T>()) return;
    child->now.blank = LogZero<T>();
    child->now.total = child->now.label = score + Extended(*p, label);
    if (!IsCandidate(child->now)) {
      child->before = child->now = Scores();
      return;
    }
    if (static_cast<int64_t>(leaves_.size()) == width_) {
      leaves_.back()->now = Scores();
      leaves_.pop_back();
    }
    Keep(child.get());
  }

  const int64_t width_, blank_;
  Prefix root_;
  std::vector<Prefix*> leaves_;
};

}  // namespace millrace
