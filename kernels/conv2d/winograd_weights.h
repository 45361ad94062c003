// From filters to transformed panels. Include only from the files that are compiled for
// one instruction set.
#pragma once

#include "kernels/common/simd.h"
#include "kernels/conv2d/winograd_kernels.h"

namespace salix::kernels::winograd {

template <int kLanes, int kPanel>
struct Weights {
  using Half = typename Simd<kLanes>::Half;
  using Wide = typename Simd<kLanes>::Wide;
  static constexpr int kTaps = 9;
  static constexpr int kPlane = kWeightChannels * kPanel + 16;  // an odd number of cache lines

  // The filters' taps of `inputs` x `outputs` as [kTaps, kWeightChannels, kPanel]: lanes are
  // outputs. Forward this transposes, once per tap; transposing the 36 products would cost 4x.
  static void gather(const Filters& filters, Range outputs, Range inputs, float* taps) {
    for (std::int64_t tap = 0; tap < kTaps; ++tap) {
      float* plane = taps + tap * kPlane;
      if (filters.backwards) {
        for (std::int64_t c = inputs.begin; c < inputs.end; ++c) {
          std::memcpy(
              plane + (c - inputs.begin) * kPanel,
              filters.data + (c * kTaps + kTaps - 1 - tap) * filters.outputs + outputs.begin,
              static_cast<std::size_t>(outputs.end - outputs.begin) * sizeof(float));
        }
        continue;
      }
      for (std::int64_t o = outputs.begin; o < outputs.end; ++o) {
        const float* row = filters.data + (o * kTaps + tap) * filters.inputs;
        float* column = plane + (o - outputs.begin);
        for (std::int64_t c = inputs.begin; c < inputs.end; ++c) {
          column[(c - inputs.begin) * kPanel] = row[c];
        }
      }
    }
  }

  static void transform(const Filters& filters, std::int64_t panel_index, Range inputs,
                        float* panel, std::int64_t frequency_stride) {
    constexpr int kHalf = kLanes / 2;
    const std::int64_t first = panel_index * kPanel;
    const Range outputs{first, first + kPanel < filters.outputs ? first + kPanel : filters.outputs};
    alignas(64) float taps[kTaps * kPlane] = {};
    gather(filters, outputs, inputs, taps);
    alignas(64) float products[kProducts * kPlane];
    const std::int64_t count = (inputs.end - inputs.begin) * kPanel;
    for (std::int64_t at = 0; at < count; at += kHalf) {
      Wide g[kTaps], half[kPoints * 3], u[kProducts];
      for (int tap = 0; tap < kTaps; ++tap) {
        g[tap] = __builtin_convertvector(load<Half>(taps + tap * kPlane + at), Wide);
      }
      for (int s = 0; s < 3; ++s) weight_transform(g + s, 3, half + s, 3);
      for (int i = 0; i < kPoints; ++i) weight_transform(half + i * 3, 1, u + i * kPoints, 1);
      for (int f = 0; f < kProducts; ++f) {
        store(products + f * kPlane + at, __builtin_convertvector(u[f], Half));
      }
    }
    // In runs of 2 KiB: 36 interleaved streams reach a third of the memory's speed.
    float* to = panel + inputs.begin * kPanel;
    for (int f = 0; f < kProducts; ++f) {
      std::memcpy(to + f * frequency_stride, products + f * kPlane,
                  static_cast<std::size_t>(count) * sizeof(float));
    }
  }
};

}  // namespace salix::kernels::winograd
