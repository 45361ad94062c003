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

// Numbers the vertices of points [begin, end) by `table`, lists new ones in `keys`.
template <int D>
bool number_vertices(const Points<D>& points, std::int64_t begin, std::int64_t end,
                     VertexTable& table, std::vector<Key>& keys) {
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
    for (int k = 0; k < lanes; ++k) {
      inside = inside && found.inside[k];
      for (int r = 0; r <= D; ++r) {
        const Key key = found.key[r][k];
        if (key != last[r]) {
          const auto [id, is_new] = table.insert(key);
          if (is_new) keys.push_back(key);
          last[r] = key;
          number[r] = id;
        }
        points.vertex[r * points.count + first + k] = number[r];
      }
    }
    for (int r = 0; r <= D; ++r) {
      std::copy_n(found.weight[r], lanes, points.weight + r * points.count + first);
    }
  }
  return inside;
}

// Each part numbers its own vertices; then they are numbered over all parts in order. That is
// the order in which one part over all points would have met them.
template <int D>
bool number_in_parts(const Points<D>& points, std::vector<Key>& keys) {
  const Parts parts(points.count);
  std::vector<std::vector<Key>> part_keys(static_cast<std::size_t>(parts.count));
  std::atomic<bool> inside = true;
  parallel_for(parts.count, 1, [&](std::int64_t part, std::int64_t) {
    VertexTable table;
    if (!number_vertices(points, parts.begin(part), parts.end(part), table,
                         part_keys[static_cast<std::size_t>(part)])) {
      inside = false;
    }
  });
  VertexTable table;
  std::vector<std::vector<std::int32_t>> global(part_keys.size());
  for (std::size_t part = 0; part < part_keys.size(); ++part) {
    for (const Key key : part_keys[part]) {
      const auto [id, is_new] = table.insert(key);
      if (is_new) keys.push_back(key);
      global[part].push_back(id);
    }
  }
  parallel_for(parts.count, 1, [&](std::int64_t part, std::int64_t) {
    const std::vector<std::int32_t>& number = global[static_cast<std::size_t>(part)];
    for (int r = 0; r <= D; ++r) {
      std::int32_t* vertex = points.vertex + r * points.count;
      for (std::int64_t p = parts.begin(part); p < parts.end(part); ++p) {
        vertex[p] = number[static_cast<std::size_t>(vertex[p])];
      }
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
    std::vector<Key> keys;
    if (thread_count() == 1) {  // the same numbers, without the second look at the keys
      VertexTable table;
      inside = number_vertices(points, 0, points.count, table, keys);
    } else {
      inside = number_in_parts(points, keys);
    }
    count = static_cast<std::int64_t>(keys.size());
    std::copy(keys.begin(), keys.end(), key.as<std::int64_t>());
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
      for (std::int64_t m = 0; m < count; ++m) {
        const Key other =
            permutohedral::neighbour<D>(static_cast<Key>(keys[m]), static_cast<int>(axis));
        const std::int32_t found = table.find(other);
        if (found < 0) continue;
        before[m] = found;
        after[found] = static_cast<std::int32_t>(m);
      }
    });
  });
}

}  // namespace salix::kernels::cpu
