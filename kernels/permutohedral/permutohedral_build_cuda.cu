// All points insert their corners into one hash table at once, and no key is sorted: one scan
// over the entries numbers the vertices. What hurts is the table's scattered accesses; for a
// 320x320 image it takes 32 MiB, less than the 50 MiB of an H100's L2 cache.
#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/permutohedral/key_table_gpu.h"
#include "kernels/permutohedral/permutohedral.h"
#include "kernels/permutohedral/visit_dims.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

// An entry is corner r of point p, numbered p (D+1) + r. A vertex belongs to the smallest of
// its entries, whatever the order in which threads run; the owners, counted in order, number
// the vertices. That is the order of first appearance.
struct Table {
  DeviceKey* key;
  unsigned* owner;
  int bits;
};

template <int D>
__global__ void insert_corners_kernel(const float* feature, std::int64_t points, Table table,
                                      float* weight, std::int32_t* vertex, unsigned* outside) {
  const std::int64_t p = global_thread();
  if (p >= points) return;
  float own[D][1];
  for (int j = 0; j < D; ++j) own[j][0] = feature[j * points + p];
  permutohedral::Simplices<D, 1> found;
  permutohedral::find_simplices<D, 1>(own, found);
  if (found.inside[0] == 0) atomicOr(outside, 1u);
  for (int r = 0; r <= D; ++r) {
    const unsigned slot = insert_key(table.key, table.bits, found.key[r][0]);
    atomicMin(&table.owner[slot], static_cast<unsigned>(p * (D + 1) + r));
    vertex[p * (D + 1) + r] = static_cast<std::int32_t>(slot);  // the number comes later
    weight[p * (D + 1) + r] = found.weight[r][0];
  }
}

// Whether `entry` owns its vertex; `slot` is where that vertex is.
__device__ bool is_owner(const Table& table, const std::int32_t* vertex, std::int64_t points,
                         int corners, std::int64_t entry, std::int32_t& slot) {
  if (entry >= points * corners) return false;
  slot = vertex[entry];
  return table.owner[slot] == static_cast<unsigned>(entry);
}

__global__ void count_owners_kernel(Table table, const std::int32_t* vertex, std::int64_t points,
                                    int corners, unsigned* block_count) {
  std::int32_t slot = 0;
  const int count =
      __syncthreads_count(is_owner(table, vertex, points, corners, global_thread(), slot));
  if (threadIdx.x == 0) block_count[blockIdx.x] = static_cast<unsigned>(count);
}

// In one block: counts[i] becomes the sum of those before it, counts[size] the sum of all.
__global__ void scan_kernel(unsigned* counts, std::int64_t size) {
  __shared__ unsigned sums[kThreads];
  const std::int64_t share = (size + kThreads - 1) / kThreads;
  const std::int64_t begin = threadIdx.x * share;
  const std::int64_t end = begin + share < size ? begin + share : size;
  unsigned sum = 0;
  for (std::int64_t i = begin; i < end; ++i) sum += counts[i];
  sums[threadIdx.x] = sum;
  __syncthreads();
  unsigned before = 0;
  for (unsigned t = 0; t < threadIdx.x; ++t) before += sums[t];
  if (threadIdx.x == kThreads - 1) counts[size] = before + sum;
  for (std::int64_t i = begin; i < end; ++i) {
    const unsigned own = counts[i];
    counts[i] = before;
    before += own;
  }
}

// The owners write their vertices' keys, and the numbers where the owners were looked up.
__global__ void number_owners_kernel(Table table, const std::int32_t* vertex, std::int64_t points,
                                     int corners, const unsigned* block_first, std::int32_t* number,
                                     std::int64_t* key) {
  __shared__ int warp_count[kThreads / 32];
  std::int32_t slot = 0;
  const bool owner = is_owner(table, vertex, points, corners, global_thread(), slot);
  const unsigned owners = __ballot_sync(kFullWarp, owner);
  const unsigned lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize;
  if (lane == 0) warp_count[warp] = __popc(owners);
  __syncthreads();
  if (!owner) return;
  unsigned id =
      block_first[blockIdx.x] + static_cast<unsigned>(__popc(owners & ((1u << lane) - 1)));
  for (unsigned w = 0; w < warp; ++w) id += static_cast<unsigned>(warp_count[w]);
  number[slot] = static_cast<std::int32_t>(id);
  key[id] = static_cast<std::int64_t>(table.key[slot]);
}

__global__ void slots_to_numbers_kernel(const std::int32_t* number, std::int64_t entries,
                                        std::int32_t* vertex) {
  const std::int64_t i = global_thread();
  if (i < entries) vertex[i] = number[vertex[i]];
}

__global__ void insert_vertices_kernel(const std::int64_t* key, std::int64_t count,
                                       DeviceKey* table, int bits, std::int32_t* number) {
  const std::int64_t m = global_thread();
  if (m < count) {
    number[insert_key(table, bits, static_cast<DeviceKey>(key[m]))] = static_cast<std::int32_t>(m);
  }
}

template <int D>
__global__ void neighbours_kernel(const std::int64_t* key, std::int64_t count,
                                  const DeviceKey* table, int bits, const std::int32_t* number,
                                  std::int32_t* neighbour) {
  const std::int64_t m = global_thread();
  const int axis = static_cast<int>(blockIdx.y);
  if (m >= count) return;
  const DeviceKey other = permutohedral::neighbour<D>(static_cast<DeviceKey>(key[m]), axis);
  const unsigned slot = find_key(table, bits, other);
  const bool exists = table[slot] == other;
  std::int32_t* before = neighbour + axis * 2 * count;
  before[m] = exists ? number[slot] : static_cast<std::int32_t>(count);
  // Only this thread can find that vertex; those that nobody finds were filled with M before.
  if (exists) before[count + number[slot]] = static_cast<std::int32_t>(m);
}

}  // namespace

void permutohedral_vertices(Exec& exec, ConstView feature, View weight, View vertex, View key,
                            std::int64_t& count, bool& inside) {
  const std::int64_t points = feature.dim(1), entries = vertex.numel();
  const int corners = static_cast<int>(vertex.dim(1)), bits = table_bits(entries);
  const std::int64_t slots = std::int64_t{1} << bits;
  const unsigned blocks = blocks_for(entries, kThreads);
  const Scratch keys(exec, static_cast<std::size_t>(slots) * sizeof(DeviceKey));
  const Scratch owners(exec, static_cast<std::size_t>(slots) * sizeof(unsigned));
  const Scratch numbers(exec, static_cast<std::size_t>(slots) * sizeof(std::int32_t));
  // The counts, then their sum, then whether a point is outside.
  const Scratch counts(exec, (std::size_t{blocks} + 2) * sizeof(unsigned));
  const Table table{keys.as<DeviceKey>(), owners.as<unsigned>(), bits};
  exec.backend().fill(table.key, slots, DType::kInt64, -1);
  exec.backend().fill(table.owner, slots, DType::kInt32, -1);  // the largest unsigned number
  exec.backend().fill(counts.data(), std::int64_t{blocks} + 2, DType::kInt32, 0);
  auto* const ids = vertex.as<std::int32_t>();
  permutohedral::visit_dims(feature.dim(0), [&](auto dims) {
    constexpr int D = decltype(dims)::value;
    launch(exec, {dim3(blocks_for(points, kThreads)), dim3(kThreads)}, insert_corners_kernel<D>,
           feature.as<float>(), points, table, weight.as<float>(), ids,
           counts.as<unsigned>() + blocks + 1);
  });
  launch(exec, {dim3(blocks), dim3(kThreads)}, count_owners_kernel, table, ids, points, corners,
         counts.as<unsigned>());
  launch(exec, {dim3(1), dim3(kThreads)}, scan_kernel, counts.as<unsigned>(), std::int64_t{blocks});
  launch(exec, {dim3(blocks), dim3(kThreads)}, number_owners_kernel, table, ids, points, corners,
         counts.as<unsigned>(), numbers.as<std::int32_t>(), key.as<std::int64_t>());
  launch(exec, {dim3(blocks), dim3(kThreads)}, slots_to_numbers_kernel, numbers.as<std::int32_t>(),
         entries, ids);
  unsigned results[2];
  exec.backend().copy_to_host(counts.as<unsigned>() + blocks, results, sizeof results);
  count = results[0];
  inside = results[1] == 0;
}

void permutohedral_neighbours(Exec& exec, ConstView key, View neighbour) {
  const std::int64_t count = key.dim(0);
  const int bits = table_bits(count);
  const std::int64_t slots = std::int64_t{1} << bits;
  const Scratch table(exec, static_cast<std::size_t>(slots) * sizeof(DeviceKey));
  const Scratch numbers(exec, static_cast<std::size_t>(slots) * sizeof(std::int32_t));
  exec.backend().fill(table.data(), slots, DType::kInt64, -1);
  exec.backend().fill(neighbour.data, neighbour.numel(), DType::kInt32, static_cast<double>(count));
  const unsigned blocks = blocks_for(count, kThreads);
  launch(exec, {dim3(blocks), dim3(kThreads)}, insert_vertices_kernel, key.as<std::int64_t>(),
         count, table.as<DeviceKey>(), bits, numbers.as<std::int32_t>());
  permutohedral::visit_dims(neighbour.dim(0) - 1, [&](auto dims) {
    constexpr int D = decltype(dims)::value;
    launch(exec, {dim3(blocks, D + 1), dim3(kThreads)}, neighbours_kernel<D>,
           key.as<std::int64_t>(), count, table.as<DeviceKey>(), bits, numbers.as<std::int32_t>(),
           neighbour.as<std::int32_t>());
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
