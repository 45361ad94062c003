// Bound by arithmetic: each pair costs three dot products' work (the sums, and both slopes) and an
// exponential. A block of the first kernel owns 64 rows and passes all prototypes by, twice: for
// the sums, then for the rows' slopes. A block of the second owns 64 prototypes and a part of the
// rows, whose sums it knows. Both compute the cosines again rather than keep rows x prototypes of
// them. How many rows and prototypes take part is known on the device alone: the grids cover the
// room, and blocks behind the last one leave.
#include "kernels/common/full_precision.h"
#include "kernels/segment_contrast/segment_contrast_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kSplits = 4;  // parts of the rows that a prototype's slope is summed over
constexpr int kScanThreads = 512;

struct Shared {
  ContrastTile rows, prototypes;
  float* weights;  // [kTile][kWeightPitch]
};

__device__ Shared shared_tiles(int pitch) {
  float* vectors = dynamic_shared<float>();
  float* weights = vectors + 2 * kTile * pitch;
  int* numbers = reinterpret_cast<int*>(weights + kTile * kWeightPitch);
  return {{vectors, numbers, numbers + kTile, numbers + 2 * kTile},
          {vectors + kTile * pitch, numbers + 3 * kTile, numbers + 4 * kTile, numbers + 5 * kTile},
          weights};
}
std::size_t shared_bytes(int channels) {
  const int pitch = channels | 1;
  return static_cast<std::size_t>(2 * kTile * pitch + kTile * kWeightPitch + 6 * kTile) *
         sizeof(float);
}

// The sum over the 16 threads that share rows; the same bits in each.
__device__ float side_sum(float value) {
  for (int offset = kSide / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kFullWarp, value, offset);
  }
  return value;
}

// The grid is (tiles of a group's rows, groups). found: by place in kept_rows.list.
__global__ void __launch_bounds__(kThreads)
    row_kernel(ContrastTables in, SegmentContrastParams params, ContrastRow<float>* found,
               float* loss_parts, float* slope) {
  const int group = static_cast<int>(blockIdx.y), first = static_cast<int>(blockIdx.x) * kTile;
  float* loss_part = loss_parts + blockIdx.y * gridDim.x + blockIdx.x;
  if (first >= in.kept_rows.count[group]) {
    if (threadIdx.x == 0) *loss_part = 0.0f;
    return;
  }
  const int pitch = in.pitch(), channels = in.channels;
  const float kappa = params.concentration, shift = contrast_shift(params);
  const Shared tiles = shared_tiles(pitch);
  const Pairs pairs;
  const int prototypes = in.kept_prototypes.count[group] + in.memory_count();
  fill_rows(tiles.rows, in, group, first);
  float cosines[kPerThread][kPerThread];
  float others[kPerThread] = {}, own[kPerThread] = {}, negative[kPerThread] = {};
  for (int at = 0; at < prototypes; at += kTile) {
    __syncthreads();
    fill_prototypes(tiles.prototypes, in, group, at);
    __syncthreads();
    pairs.cosines(tiles.rows.vectors, tiles.prototypes.vectors, channels, pitch, cosines);
    for (int r = 0; r < kPerThread; ++r) {
      for (int s = 0; s < kPerThread; ++s) {
        const int j = pairs.prototype(s), label = tiles.prototypes.label[j];
        if (label == kNobody) continue;
        const float term = expf(kappa * cosines[r][s] - shift);
        if (label != tiles.rows.label[pairs.row(r)]) {
          negative[r] += term;
          continue;
        }
        const bool is_own = tiles.prototypes.number[j] == tiles.rows.number[pairs.row(r)];
        if (is_own) own[r] += term;
        if (!is_own || params.published_sums) others[r] += term;
      }
    }
  }
  ContrastRow<float> rows[kPerThread];
  float loss = 0.0f;
  for (int r = 0; r < kPerThread; ++r) {
    others[r] = side_sum(others[r]);
    own[r] = side_sum(own[r]);
    negative[r] = side_sum(negative[r]);
    const int row = pairs.row(r);
    if (tiles.rows.label[row] == kNobody) continue;
    rows[r] = contrast_row(others[r], own[r], negative[r], params);
    if (pairs.x != 0) continue;
    loss += contrast_loss(rows[r], negative[r], params);
    found[in.kept_rows.range.begin(group) + first + row] = rows[r];
  }
  loss = block_sum(loss);
  if (threadIdx.x == 0) *loss_part = loss;
  if (slope == nullptr) return;

  float slopes[kPerThread][kMostSlots] = {};
  for (int at = 0; at < prototypes; at += kTile) {
    __syncthreads();
    fill_prototypes(tiles.prototypes, in, group, at);
    __syncthreads();
    pairs.cosines(tiles.rows.vectors, tiles.prototypes.vectors, channels, pitch, cosines);
    for (int r = 0; r < kPerThread; ++r) {
      for (int s = 0; s < kPerThread; ++s) {
        tiles.weights[pairs.row(r) * kWeightPitch + pairs.prototype(s)] =
            pair_weight(tiles.rows, pairs.row(r), tiles.prototypes, pairs.prototype(s), rows[r],
                        expf(kappa * cosines[r][s] - shift));
      }
    }
    __syncthreads();
    add_slopes(
        pairs, [&](int i, int k) { return tiles.weights[i * kWeightPitch + k]; },
        tiles.prototypes.vectors, channels, pitch, slopes);
  }
  for (int r = 0; r < kPerThread; ++r) {
    if (tiles.rows.label[pairs.row(r)] == kNobody) continue;
    float* to = slope + std::int64_t{tiles.rows.place[pairs.row(r)]} * channels;
    for (int m = 0; m < kMostSlots && pairs.x + kSide * m < channels; ++m) {
      to[pairs.x + kSide * m] = slopes[r][m];
    }
  }
}

// Finds group and tile of a block among all groups' tiles of current prototypes; false: none left.
__device__ bool find_tile(const KeptList& kept, int groups, int block, int& group, int& first) {
  for (group = 0; group < groups; ++group) {
    const int tiles = (kept.count[group] + kTile - 1) / kTile;
    if (block < tiles) {
      first = block * kTile;
      return true;
    }
    block -= tiles;
  }
  return false;
}

// The grid is (tiles of prototypes of all groups, parts of the rows). parts [split][K][C].
__global__ void __launch_bounds__(kThreads)
    prototype_kernel(ContrastTables in, SegmentContrastParams params,
                     const ContrastRow<float>* found, float* parts, std::int64_t part_size) {
  int group = 0, first = 0;
  if (!find_tile(in.kept_prototypes, params.groups, static_cast<int>(blockIdx.x), group, first)) {
    return;
  }
  const int pitch = in.pitch(), channels = in.channels;
  const Shared tiles = shared_tiles(pitch);
  const Pairs pairs;
  fill_prototypes(tiles.prototypes, in, group, first);
  __syncthreads();  // also where this part has no rows
  float cosines[kPerThread][kPerThread];
  float slopes[kPerThread][kMostSlots] = {};
  const int rows = in.kept_rows.count[group];
  const ContrastRow<float>* group_found = found + in.kept_rows.range.begin(group);
  for (int at = static_cast<int>(blockIdx.y) * kTile; at < rows; at += kSplits * kTile) {
    __syncthreads();
    fill_rows(tiles.rows, in, group, at);
    __syncthreads();
    pairs.cosines(tiles.rows.vectors, tiles.prototypes.vectors, channels, pitch, cosines);
    for (int r = 0; r < kPerThread; ++r) {
      const int row = pairs.row(r);
      const ContrastRow<float> own = group_found[at + row < rows ? at + row : 0];
      for (int s = 0; s < kPerThread; ++s) {
        const float term = expf(params.concentration * cosines[r][s] - contrast_shift(params));
        tiles.weights[row * kWeightPitch + pairs.prototype(s)] =
            pair_weight(tiles.rows, row, tiles.prototypes, pairs.prototype(s), own, term);
      }
    }
    __syncthreads();
    add_slopes(
        pairs, [&](int j, int k) { return tiles.weights[k * kWeightPitch + j]; },
        tiles.rows.vectors, channels, pitch, slopes);
  }
  float* part = parts + blockIdx.y * part_size;
  for (int r = 0; r < kPerThread; ++r) {
    const int j = tiles.prototypes.number[pairs.row(r)];
    if (tiles.prototypes.label[pairs.row(r)] == kNobody || j < 0) continue;
    for (int m = 0; m < kMostSlots && pairs.x + kSide * m < channels; ++m) {
      part[std::int64_t{j} * channels + pairs.x + kSide * m] = slopes[r][m];
    }
  }
}

// The parts in their order; zero for prototypes that take no part.
__global__ void add_parts_kernel(const float* parts, std::int64_t part_size, const int* labels,
                                 int classes, const int* count, int channels, float* slope) {
  const std::int64_t i = global_thread();
  if (i >= part_size) return;
  const std::int64_t j = i / channels;
  float sum = 0.0f;
  if (j < *count && takes_part(labels[j], classes)) {
    for (int split = 0; split < kSplits; ++split) sum += parts[split * part_size + i];
  }
  slope[i] = sum;
}

__global__ void finish_kernel(const float* loss_parts, int parts, const int* counts, int groups,
                              float* loss, float* counted) {
  float sum = 0.0f;
  for (int i = static_cast<int>(threadIdx.x); i < parts; i += kThreads) sum += loss_parts[i];
  sum = block_sum(sum);
  if (threadIdx.x != 0) return;
  int count = 0;
  for (int g = 0; g < groups; ++g) count += counts[g];
  *counted = static_cast<float>(count);
  *loss = count > 0 ? sum / static_cast<float>(count) : 0.0f;
}

__global__ void scale_kernel(const float* dloss, const float* counted, const float* slope, float* d,
                             std::int64_t size) {
  const std::int64_t i = global_thread();
  if (i < size) d[i] = (*counted > 0.0f ? *dloss / *counted : 0.0f) * slope[i];
}

void scale(Exec& exec, const SegmentContrastBackwardBuffers& b, const ConstView& slope, View d) {
  launch(exec, {blocks_for(slope.numel(), kThreads), kThreads}, scale_kernel, b.dloss.as<float>(),
         b.counted.as<float>(), slope.as<float>(), d.as<float>(), slope.numel());
}

}  // namespace

void segment_contrast(Exec& exec, const SegmentContrastBuffers& b,
                      const SegmentContrastParams& params) {
  require_float32("segment_contrast", b.rows.dtype);
  const std::int64_t rows = b.rows.dim(0), prototypes = b.prototypes.dim(0);
  const std::int64_t memory = b.memory.empty() ? 0 : b.memory.dim(0);
  const auto channels = static_cast<int>(b.rows.dim(1));
  const int groups = params.groups;
  SALIX_CHECK(channels <= kMostChannels && groups <= 65535 && rows < (1 << 30) &&
                  prototypes + memory < (1 << 30),
              "segment_contrast: at most ", kMostChannels,
              " channels, 65535 groups and 2^30 rows on this device; got ", b.rows.shape);
  const auto ints = [&](std::int64_t count) {
    return static_cast<std::size_t>(count > 0 ? count : 1) * sizeof(int);
  };
  const Scratch lists(exec, ints(rows + prototypes + memory)), counts(exec, ints(2 * groups + 1));
  int* list = lists.as<int>();
  int* count = counts.as<int>();
  const int step = static_cast<int>(b.bounds.dim(0) - 1) / groups;
  const auto* bounds = b.bounds.as<std::int32_t>();
  ContrastTables in{b.rows.as<float>(),
                    b.row_class.as<std::int32_t>(),
                    b.own.as<std::int32_t>(),
                    b.prototypes.as<float>(),
                    b.prototype_class.as<std::int32_t>(),
                    nullptr,
                    nullptr,
                    {{nullptr, 0, static_cast<int>(rows / groups)}, list, count},
                    {{bounds, step, 0}, list + rows, count + groups},
                    {},
                    channels};
  launch(exec, {static_cast<unsigned>(groups), kScanThreads}, keep_kernel, in.row_class,
         params.classes, in.kept_rows);
  launch(exec, {static_cast<unsigned>(groups), kScanThreads}, keep_kernel, in.prototype_class,
         params.classes, in.kept_prototypes);
  if (memory > 0) {
    in.memory = b.memory.as<float>();
    in.memory_class = b.memory_class.as<std::int32_t>();
    in.kept_memory = {
        {b.memory_bounds.as<std::int32_t>(), static_cast<int>(b.memory_bounds.numel() - 1), 0},
        list + rows + prototypes,
        count + 2 * groups};
    launch(exec, {1, kScanThreads}, keep_kernel, in.memory_class, params.classes, in.kept_memory);
  }
  const bool slopes = !b.row_slope.empty();
  const unsigned row_tiles = blocks_for(rows / groups, kTile);
  const Scratch found(exec, static_cast<std::size_t>(rows) * sizeof(ContrastRow<float>));
  const Scratch losses(exec,
                       std::size_t{row_tiles} * static_cast<unsigned>(groups) * sizeof(float));
  if (slopes) exec.backend().fill(b.row_slope.data, b.row_slope.numel(), b.row_slope.dtype, 0);
  launch(exec, {{row_tiles, static_cast<unsigned>(groups)}, kThreads, shared_bytes(channels)},
         row_kernel, in, params, found.as<ContrastRow<float>>(), losses.as<float>(),
         slopes ? b.row_slope.as<float>() : nullptr);
  launch(exec, {1, kThreads}, finish_kernel, losses.as<float>(),
         static_cast<int>(row_tiles) * groups, count, groups, b.loss.as<float>(),
         b.counted.as<float>());
  if (!slopes) return;
  const Scratch parts(exec, kSplits * b.prototypes.size_bytes());
  const unsigned tiles = blocks_for(prototypes, kTile) + static_cast<unsigned>(groups);
  launch(exec, {{tiles, kSplits}, kThreads, shared_bytes(channels)}, prototype_kernel, in, params,
         found.as<ContrastRow<float>>(), parts.as<float>(), b.prototypes.numel());
  launch(exec, {blocks_for(b.prototypes.numel(), kThreads), kThreads}, add_parts_kernel,
         parts.as<float>(), b.prototypes.numel(), in.prototype_class, params.classes,
         bounds + step * groups, channels, b.prototype_slope.as<float>());
}

void segment_contrast_backward(Exec& exec, const SegmentContrastBackwardBuffers& b) {
  require_float32("segment_contrast_backward", b.row_slope.dtype);
  scale(exec, b, b.row_slope, b.drows);
  scale(exec, b, b.prototype_slope, b.dprototypes);
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
