#include <algorithm>
#include <atomic>
#include <vector>

#include "engine/parallel.h"
#include "kernels/permutohedral/parts.h"
#include "kernels/permutohedral/permutohedral.h"
#include "kernels/permutohedral/vertex_table.h"
#include "kernels/permutohedral/visit_dims.h"

namespace salix::kernels::cpu {
namespace {

using namespace permutohedral;  // NOLINT(google-build-using-namespace)

constexpr int kLanes = 16;  // points at once: two AVX2 registers

template <int D>
struct Points {
  std::int64_t count;
  const float* feature;
  float* weight;
  std::int32_t* vertex;
};

// Numbers the vertices of points [begin, end) by `table`; returns whether all are inside.
template <int D>
bool number_vertices(const Points<D>& points, std::int64_t begin, std::int64_t end,
                     VertexTable& table) {
  bool inside = true;
  float feature[D][kLanes] = {};
  Simplices<D, kLanes> found;
  // Neighbouring pixels often share corners: the table is asked only when a key changes.
  Key last[D + 1];
  std::int32_t number[D + 1];
  std::fill(std::begin(last), std::end(last), ~Key{0});
  for (std::int64_t first = begin; first < end; first += kLanes) {
    const int lanes = static_cast<int>(std::min<std::int64_t>(kLanes, end - first));
    for (int j = 0; j < D; ++j) {
      std::copy_n(points.feature + j * points.count + first, lanes, feature[j]);
    }
    find_simplices<D, kLanes>(feature, found);
    for (int r = 0; r <= D; ++r) {
      for (int k = 0; k < lanes; ++k) table.prefetch(found.key[r][k]);
    }
    for (int k = 0; k < lanes; ++k) {
      inside = inside && found.inside[k] != 0;
      for (int r = 0; r <= D; ++r) {
        const Key key = found.key[r][k];
        if (key != last[r]) {
          last[r] = key;
          number[r] = table.insert(key);
        }
        points.vertex[(first + k) * (D + 1) + r] = number[r];
        points.weight[(first + k) * (D + 1) + r] = found.weight[r][k];
      }
    }
  }
  return inside;
}

// Each part numbers its own vertices; then they are numbered over all parts in order. That is
// the order in which one part over all points would have met them.
template <int D>
bool number_in_parts(const Points<D>& points, VertexTable& table) {
  const Parts parts(points.count);
  std::vector<VertexTable> part_table(static_cast<std::size_t>(parts.count));
  std::atomic<bool> inside = true;
  parallel_for(parts.count, 1, [&](std::int64_t part, std::int64_t) {
    if (!number_vertices(points, parts.begin(part), parts.end(part),
                         part_table[static_cast<std::size_t>(part)])) {
      inside = false;
    }
  });
  std::vector<std::vector<std::int32_t>> global(part_table.size());
  for (std::size_t part = 0; part < part_table.size(); ++part) {
    for (const Key key : part_table[part].keys()) global[part].push_back(table.insert(key));
  }
  parallel_for(parts.count, 1, [&](std::int64_t part, std::int64_t) {
    const std::vector<std::int32_t>& number = global[static_cast<std::size_t>(part)];
    for (std::int64_t i = parts.begin(part) * (D + 1); i < parts.end(part) * (D + 1); ++i) {
      points.vertex[i] = number[static_cast<std::size_t>(points.vertex[i])];
    }
  });
  return inside;
}

}  // namespace

void permutohedral_vertices(Exec&, ConstView feature, View weight, View vertex, View key,
                            std::int64_t& count, bool& inside) {
  visit_dims(feature.dim(0), [&](auto dims) {
    constexpr int D = decltype(dims)::value;
    const Points<D> points{feature.dim(1), feature.as<float>(), weight.as<float>(),
                           vertex.as<std::int32_t>()};
    VertexTable table;
    // One thread gets the same numbers without a second look at the keys.
    inside = thread_count() == 1 ? number_vertices(points, 0, points.count, table)
                                 : number_in_parts(points, table);
    count = static_cast<std::int64_t>(table.keys().size());
    std::copy(table.keys().begin(), table.keys().end(), key.as<std::int64_t>());
  });
}

void permutohedral_neighbours(Exec&, ConstView key, View neighbour) {
  const std::int64_t count = key.dim(0);
  const std::int64_t* keys = key.as<std::int64_t>();
  VertexTable table(count);
  for (std::int64_t m = 0; m < count; ++m) table.insert(static_cast<Key>(keys[m]));
  visit_dims(neighbour.dim(0) - 1, [&](auto dims) {
    constexpr int D = decltype(dims)::value;
    // If b comes before a along an axis, then a comes after b: one search serves both.
    parallel_for(D + 1, 1, [&](std::int64_t axis, std::int64_t) {
      std::int32_t* before = neighbour.as<std::int32_t>() + axis * 2 * count;
      std::int32_t* after = before + count;
      std::fill(before, after + count, static_cast<std::int32_t>(count));
      constexpr std::int64_t kAhead = 32;
      Key other[kAhead];
      for (std::int64_t first = 0; first < count; first += kAhead) {
        const std::int64_t some = std::min(kAhead, count - first);
        for (std::int64_t i = 0; i < some; ++i) {
          other[i] = permutohedral::neighbour<D>(static_cast<Key>(keys[first + i]),
                                                 static_cast<int>(axis));
          table.prefetch(other[i]);
        }
        for (std::int64_t i = 0; i < some; ++i) {
          const std::int32_t found = table.find(other[i]);
          if (found == VertexTable::kEmpty) continue;
          before[first + i] = found;
          after[found] = static_cast<std::int32_t>(first + i);
        }
      }
    });
  });
}

}  // namespace salix::kernels::cpu
