// Data parallelism: the mean of all ranks' gradients, on its way while the backward pass still
// computes (what PyTorch calls DistributedDataParallel).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/comm/communicator.h"
#include "layers/modules/module.h"

namespace salix {

// Gradients travel in buckets of about `bucket_bytes`, last registered parameter first, as
// backward() finds them; a bucket leaves when it and all before it are complete. Parameters
// that had no gradient on any rank are left out of the buckets from the next time on.
//
// Repeats   The mean is the communicator's sum times 1 / ranks, element by element: the size of
//           the buckets changes no bit.
class GradientAverager {
 public:
  // The parameters of one network, the same on all ranks, all of one floating type, which must
  // outlive this. Those that require a gradient now are sent during backward(), others that
  // have one after it.
  GradientAverager(Communicator& communicator, std::vector<StateEntry> parameters,
                   std::size_t bucket_bytes = std::size_t{16} << 20);
  ~GradientAverager();
  GradientAverager(const GradientAverager&) = delete;
  GradientAverager& operator=(const GradientAverager&) = delete;

  // Before the backward() whose gradients, with those that wait in grad() already, are wanted
  // from all ranks.
  void begin();
  // After it: every grad() is the mean over all ranks. A rank without a gradient counts as zeros;
  // where no rank has one there is none after either, so that optimizers skip the parameter.
  void finish();

 private:
  struct Work;
  std::shared_ptr<Work> work_;  // the hooks on the parameters see it as long as it lives
};

}  // namespace salix
