// Multi-scale training: every batch at a size of its own.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "engine/tensor.h"

namespace salix {

// A Philox stream (engine/philox.h), apart from all others.
constexpr std::uint32_t kBatchSizeStream = 0x5A10D1;

// The side of the batch at iteration k = 0, 1, ... counted over all epochs:
// size + 64 u, u = floor(5 philox_bits({seed, kBatchSizeStream, k}, 0) / 2^32) - 2, so -2..2.
// Errors    InvalidInput unless size > 128: the smallest side must be positive.
int draw_batch_size(int size, std::uint64_t seed, std::int64_t iteration);
constexpr int smallest_batch_size(int size) { return size - 128; }

// Resizes batches to the drawn size. The network sees photographs as up_T (bilinear, aligned
// corners) and labels as nearest pixels, which stay 0 or 1.
class MultiScale {
 public:
  // image [N,H,W,C] -> [N,side,side,C].
  Tensor image(const Tensor& image, int side) const;
  // label [N,H,W,C] -> [N,side,side,C]: pixel (i, j) is the label's (floor(i H / side),
  // floor(j W / side)). PyTorch's nearest multiplies by a float32 quotient instead, which of all
  // sizes from 224 to 352 differs for 224 -> 96 only, in three rows. No gradient.
  // The device is waited for when a pair of sizes is new, not after that.
  Tensor label(const Tensor& label, int side);

 private:
  // Where the output pixels of an axis lie in the input, int32.
  const Tensor& sources(Exec& exec, std::int64_t in_size, std::int64_t out_size);

  std::map<std::pair<std::int64_t, std::int64_t>, Tensor> sources_;
};

}  // namespace salix
