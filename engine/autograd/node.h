// One recorded op, or one leaf, on the tape.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/tensor.h"

namespace salix::autograd {

// From the gradients of an op's outputs to those of its inputs, in order. An undefined
// tensor stands for "no gradient" on both sides.
using BackwardFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>& douts)>;
// Sees a gradient on its way; a defined result replaces it.
using GradientHook = std::function<Tensor(const Tensor& grad)>;

class Node {
 public:
  struct Edge {
    std::shared_ptr<Node> node;  // who made that input; nullptr: it needs no gradient
    int output_index = 0;
  };

  const char* op = "leaf";
  std::uint64_t order = 0;    // later ops have larger numbers: the order of the tape
  std::vector<Edge> inputs;   // empty for a leaf
  BackwardFunction backward;  // empty for a leaf, and after it has been used
  bool is_leaf = false;
  int output_count = 1;

  Tensor grad;  // of a leaf, after backward
  std::vector<GradientHook> hooks;
};

// --- The rules of accumulation, used by the tape only. ---

// total += part. Adds in place when nobody else holds `total`'s memory.
void accumulate(Tensor& total, const Tensor& part);

}  // namespace salix::autograd
