// What earlier iterations saw: the prototypes of their segments, as constants to contrast with.
#pragma once

#include "engine/tensor.h"
#include "layers/functional/segments.h"
#include "train/run_folder/state_part.h"

namespace salix {

// A queue of the last iterations' prototypes and semantic labels, of the image's branch ("plain")
// and of the degraded copy's ("aug"). All of it lies on the device, its bounds too: pushing waits
// for nothing. The order of its rows: plain of the oldest iteration, ..., plain of the newest, aug
// of the oldest, ..., aug of the newest.
class MemoryBank : public StatePart {
 public:
  // Remembers `iterations` >= 0 iterations; starts empty.
  MemoryBank(Exec& exec, int iterations);

  // prototypes [K,C] and labels [K] int32, rows behind the last are zero and of label -1;
  // bounds [2 iterations + 1] int32: where each part begins, and the end. K is a capacity. The
  // first two are undefined until something was pushed or loaded.
  const Tensor& prototypes() const { return prototypes_; }
  const Tensor& labels() const { return labels_; }
  const Tensor& bounds() const { return bounds_; }
  // How many rows are in use; waits for the device.
  std::int64_t size() const;

  // The oldest iteration leaves, these prototypes [K,C] enter: segments of 2 N images, the first
  // N plain, the others aug. Where `frozen` [] is not 0 on the device, nothing changes. Over
  // several ranks (Ranks in engine/comm) those of all ranks enter, in the order of the ranks, so
  // that all ranks remember the same; each must push as many images.
  void push(const Tensor& prototypes, const Segments& segments, const Tensor& frozen);

  // In a checkpoint: the rows in use.
  std::string prefix() const override { return "memory_bank."; }
  io::NamedArrays save() const override;
  void check(const io::NamedArrays& arrays) const override;
  void load(const io::NamedArrays& arrays) override;

 private:
  Exec& exec_;
  int iterations_;
  std::int64_t largest_push_ = 0;  // rows that one iteration may bring
  Tensor prototypes_, labels_, bounds_;
};

}  // namespace salix
