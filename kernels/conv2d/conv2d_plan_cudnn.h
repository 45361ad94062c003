// How cuDNN computes one convolution problem: its descriptors, and the algorithms to try in
// order. Which of them works is known only when it runs: the first execution decides, and
// the plan remembers.
#pragma once

#include <string>
#include <vector>

#include "kernels/conv2d/conv2d.h"
#include "kernels/cudnn/cudnn.h"

namespace salix::kernels::cuda {

enum class Conv2dPass { kForward, kBackwardData, kBackwardWeight };

// Shapes as in conv2d.h, whichever of the three the pass writes.
struct Conv2dProblem {
  Conv2dPass pass;
  DType dtype;
  Shape x, weight, y;
  Conv2dParams params;
};

struct Conv2dCandidate {
  int algorithm;  // of the pass's own enumeration
  cudnnMathType_t math;
  bool by_default;                  // not from cuDNN's heuristic
  std::size_t workspace_bytes = 0;  // once its turn has come
};

// Move-only, through its descriptors.
struct Conv2dPlan {
  Conv2dProblem problem;
  cudnn::TensorDescriptor x, y, bias;
  cudnn::FilterDescriptor weight;
  cudnn::ConvolutionDescriptor convolution;
  cudnn::ActivationDescriptor relu;
  std::vector<Conv2dCandidate> candidates;
  std::size_t current = 0;  // the first that has not failed; candidates.size(): none is left
  bool ready = false;       // the current one's math type is set and its workspace known
  // Until cuDNN refuses it for this problem:
  bool fuses = true;                  // bias and ReLU in its kernel
  bool adds_in_place = true;          // to what y holds
  std::vector<std::string> refusals;  // what cuDNN refused so far
  bool logged = false;

  const Conv2dCandidate& candidate() const { return candidates[current]; }
};

// The plan of a problem, made at most once per Exec. Stays where it is until 512 others have
// been used.
Conv2dPlan& conv2d_plan(Exec& exec, const Conv2dProblem& problem);

// Makes the current candidate ready, or the first after it whose workspace cuDNN can tell.
// False when none is left.
bool prepare(Exec& exec, Conv2dPlan& plan);

// The current candidate does not work; the next one's turn.
void next_candidate(Conv2dPlan& plan);

// For a failed call: notes it where the status says "not this way", so that another is worth
// trying, and throws on any other.
void note_refusal(Conv2dPlan& plan, const char* call, cudnnStatus_t status);

}  // namespace salix::kernels::cuda
