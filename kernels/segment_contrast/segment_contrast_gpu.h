// The parts of the contrast's GPU kernels: lists of what takes part, and tiles of 64 rows by 64
// prototypes in shared memory; included by .cu files.
#pragma once

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/block_scan_gpu.h"
#include "kernels/segment_contrast/segment_contrast_parts.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

constexpr int kTile = 64;      // rows, and prototypes
constexpr int kThreads = 256;  // 16 x 16, each with 4 x 4 pairs of the tile
constexpr int kSide = 16;
constexpr int kPerThread = kTile / kSide;
constexpr int kMostChannels = 128;
constexpr int kMostSlots = kMostChannels / kSide;  // channels of a thread
constexpr int kWeightPitch = kTile + 1;
constexpr int kNobody = -1;  // the label behind the last of a tile

// Where a group's entries begin and end: by the bounds, or in parts of equal size.
struct GroupRange {
  const int* bounds;
  int step;
  int size;
  __device__ int begin(int group) const {
    return bounds == nullptr ? group * size : bounds[group * step];
  }
  __device__ int end(int group) const { return begin(group + 1); }
};

// What takes part, in order: list[begin(group) + k] for k < count[group].
struct KeptList {
  GroupRange range;
  int* list;
  int* count;
};

struct ContrastTables {
  const float* rows;
  const int *row_class, *own;
  const float* prototypes;
  const int* prototype_class;
  const float* memory;  // nullptr: none
  const int* memory_class;
  KeptList kept_rows, kept_prototypes, kept_memory;  // the memory's is of one group
  int channels;

  __device__ int pitch() const { return channels | 1; }  // odd: rows begin in different banks
  __device__ int memory_count() const { return memory == nullptr ? 0 : *kept_memory.count; }
};

// A block to a group.
__global__ void keep_kernel(const int* labels, int classes, KeptList kept) {
  const int group = static_cast<int>(blockIdx.x);
  const int first = kept.range.begin(group), end = kept.range.end(group);
  int found = 0;
  for (int begin = first; begin < end; begin += static_cast<int>(blockDim.x)) {
    const int i = begin + static_cast<int>(threadIdx.x);
    const bool keep = i < end && takes_part(labels[i], classes);
    int here = 0;
    const int rank = block_scan(keep ? 1 : 0, &here);
    if (keep) kept.list[first + found + rank] = i;
    found += here;
  }
  if (threadIdx.x == 0) kept.count[group] = found;
}

// Sixty-four vectors with their labels and a number each, in shared memory. A warp copies a row.
struct ContrastTile {
  float* vectors;  // [kTile][pitch]
  int* label;      // [kTile]; kNobody where there is none
  int* number;     // of a row: its own prototype; of a prototype: itself, -1 in memory
  int* place;      // of a row: in its table

  // `find(k)` gives {vector, label, number, place} of entry k < count.
  template <typename Find>
  __device__ void fill(int count, int channels, int pitch, const Find& find) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    for (int k = static_cast<int>(threadIdx.x) / 32; k < kTile; k += kThreads / 32) {
      const auto entry = find(k < count ? k : 0);
      for (int c = lane; c < channels; c += 32) {
        vectors[k * pitch + c] = k < count ? entry.vector[c] : 0.0f;
      }
      if (lane == 0) {
        label[k] = k < count ? entry.label : kNobody;
        number[k] = entry.number;
        place[k] = entry.place;
      }
    }
  }
};

struct ContrastEntry {
  const float* vector;
  int label, number, place;
};

__device__ inline void fill_rows(const ContrastTile& tile, const ContrastTables& in, int group,
                                 int first) {
  const int begin = in.kept_rows.range.begin(group) + first;
  tile.fill(in.kept_rows.count[group] - first, in.channels, in.pitch(), [&](int k) {
    const int i = in.kept_rows.list[begin + k];
    return ContrastEntry{in.rows + std::int64_t{i} * in.channels, in.row_class[i], in.own[i], i};
  });
}

// Current prototypes first, then the memory.
__device__ inline void fill_prototypes(const ContrastTile& tile, const ContrastTables& in,
                                       int group, int first) {
  const int current = in.kept_prototypes.count[group];
  const int begin = in.kept_prototypes.range.begin(group) + first;
  tile.fill(current + in.memory_count() - first, in.channels, in.pitch(), [&](int k) {
    if (first + k < current) {
      const int j = in.kept_prototypes.list[begin + k];
      return ContrastEntry{in.prototypes + std::int64_t{j} * in.channels, in.prototype_class[j], j,
                           j};
    }
    const int j = in.kept_memory.list[first + k - current];
    return ContrastEntry{in.memory + std::int64_t{j} * in.channels, in.memory_class[j], -1, -1};
  });
}

// The dot products of this thread's pairs: rows 4 y + r, prototypes x + 16 s.
struct Pairs {
  int x = static_cast<int>(threadIdx.x) % kSide;
  int y = static_cast<int>(threadIdx.x) / kSide;

  __device__ int row(int r) const { return y * kPerThread + r; }
  __device__ int prototype(int s) const { return x + kSide * s; }

  __device__ void cosines(const float* rows, const float* prototypes, int channels, int pitch,
                          float (&sums)[kPerThread][kPerThread]) const {
    for (int r = 0; r < kPerThread; ++r) {
      for (int s = 0; s < kPerThread; ++s) sums[r][s] = 0.0f;
    }
    for (int c = 0; c < channels; ++c) {
      float a[kPerThread], b[kPerThread];
#pragma unroll
      for (int r = 0; r < kPerThread; ++r) a[r] = rows[row(r) * pitch + c];
#pragma unroll
      for (int s = 0; s < kPerThread; ++s) b[s] = prototypes[prototype(s) * pitch + c];
#pragma unroll
      for (int r = 0; r < kPerThread; ++r) {
#pragma unroll
        for (int s = 0; s < kPerThread; ++s) sums[r][s] += a[r] * b[s];
      }
    }
  }
};

// What pair (row i, prototype j) of the tiles pulls with, given its term.
__device__ inline float pair_weight(const ContrastTile& rows, int i, const ContrastTile& prototypes,
                                    int j, const ContrastRow<float>& found, float term) {
  if (rows.label[i] == kNobody || prototypes.label[j] == kNobody) return 0.0f;
  if (rows.label[i] != prototypes.label[j]) return found.push * term;
  return (rows.number[i] == prototypes.number[j]) == found.alone ? -found.pull * term : 0.0f;
}

// slopes(4 y + r, x + 16 m) += the sum over 64 of left(that, k) vectors(k, that).
template <typename Left>
__device__ void add_slopes(const Pairs& pairs, const Left& left, const float* vectors, int channels,
                           int pitch, float (&slopes)[kPerThread][kMostSlots]) {
  for (int k = 0; k < kTile; ++k) {
    float a[kPerThread];
#pragma unroll
    for (int r = 0; r < kPerThread; ++r) a[r] = left(pairs.row(r), k);
#pragma unroll
    for (int m = 0; m < kMostSlots; ++m) {
      const int c = pairs.x + kSide * m;
      if (c >= channels) break;
      const float b = vectors[k * pitch + c];
#pragma unroll
      for (int r = 0; r < kPerThread; ++r) slopes[r][m] += a[r] * b;
    }
  }
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
