#include "data/image/graph_segmentation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "engine/error.h"

namespace salix::data {
namespace {

struct Edge {
  float weight;
  std::int32_t a, b;
};

// Regions as trees of pixels.
class Regions {
 public:
  explicit Regions(std::size_t pixels)
      : parent_(pixels),
        size_(pixels, 1),
        heaviest_(pixels, 0.0f),
        count_(static_cast<int>(pixels)) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  std::int32_t root(std::int32_t pixel) {
    std::int32_t top = pixel;
    while (parent_[index(top)] != top) top = parent_[index(top)];
    while (parent_[index(pixel)] != top) {  // the way is shorter next time
      const std::int32_t next = parent_[index(pixel)];
      parent_[index(pixel)] = top;
      pixel = next;
    }
    return top;
  }

  // Of two roots.
  void join(std::int32_t a, std::int32_t b, float weight) {
    if (size(a) < size(b)) std::swap(a, b);
    parent_[index(b)] = a;
    size_[index(a)] += size(b);
    heaviest_[index(a)] = std::max({weight, heaviest_[index(a)], heaviest_[index(b)]});
    --count_;
  }

  std::int32_t size(std::int32_t root) const { return size_[index(root)]; }
  float heaviest(std::int32_t root) const { return heaviest_[index(root)]; }
  int count() const { return count_; }

 private:
  static std::size_t index(std::int32_t pixel) { return static_cast<std::size_t>(pixel); }

  std::vector<std::int32_t> parent_, size_;
  std::vector<float> heaviest_;
  int count_;
};

std::vector<Edge> sorted_edges(std::span<const FloatMap> channels) {
  const int height = channels[0].height, width = channels[0].width;
  std::vector<Edge> edges;
  edges.reserve(2 * channels[0].values.size());
  const auto add = [&](int a, int b) {
    float squares = 0.0f;
    for (const FloatMap& channel : channels) {
      const float difference =
          channel.values[static_cast<std::size_t>(a)] - channel.values[static_cast<std::size_t>(b)];
      squares += difference * difference;
    }
    edges.push_back({std::sqrt(squares), a, b});
  };
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) {
      const int pixel = i * width + j;
      if (j + 1 < width) add(pixel, pixel + 1);
      if (i + 1 < height) add(pixel, pixel + width);
    }
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& one, const Edge& other) {
    return std::tie(one.weight, one.a, one.b) < std::tie(other.weight, other.a, other.b);
  });
  return edges;
}

void join_similar(const std::vector<Edge>& edges, float scale, Regions& regions) {
  const auto most = [&](std::int32_t root) {
    return regions.heaviest(root) + scale / static_cast<float>(regions.size(root));
  };
  for (const Edge& edge : edges) {
    const std::int32_t a = regions.root(edge.a), b = regions.root(edge.b);
    if (a != b && edge.weight <= std::min(most(a), most(b))) regions.join(a, b, edge.weight);
  }
}

void join_small(const std::vector<Edge>& edges, std::int64_t least_size, Regions& regions) {
  for (const Edge& edge : edges) {
    const std::int32_t a = regions.root(edge.a), b = regions.root(edge.b);
    if (a != b && std::min(regions.size(a), regions.size(b)) < least_size)
      regions.join(a, b, edge.weight);
  }
}

// Joins every region that is thin to the neighbour across its lightest edge; whether there was one.
bool join_thin(const std::vector<Edge>& edges, std::size_t pixels, float least_thickness,
               Regions& regions) {
  std::vector<std::int32_t> outline(pixels, 0);  // by root
  for (const Edge& edge : edges) {
    const std::int32_t a = regions.root(edge.a), b = regions.root(edge.b);
    if (a == b) continue;
    ++outline[static_cast<std::size_t>(a)];
    ++outline[static_cast<std::size_t>(b)];
  }
  const auto is_thin = [&](std::int32_t root) {
    const auto sides = static_cast<float>(outline[static_cast<std::size_t>(root)]);
    return static_cast<float>(regions.size(root)) < least_thickness * sides;
  };
  bool any = false;
  for (const Edge& edge : edges) {
    const std::int32_t a = regions.root(edge.a), b = regions.root(edge.b);
    if (a == b || (!is_thin(a) && !is_thin(b))) continue;
    regions.join(a, b, edge.weight);
    // Its outline is known the next time.
    outline[static_cast<std::size_t>(a)] = outline[static_cast<std::size_t>(b)] = 0;
    any = true;
  }
  return any;
}

void check_request(std::span<const FloatMap> channels, const GraphSegmentationParams& params) {
  SALIX_CHECK(!channels.empty() && !channels[0].values.empty(),
              "graph_segmentation: at least one channel with pixels is needed");
  for (const FloatMap& channel : channels)
    SALIX_CHECK(channel.height == channels[0].height && channel.width == channels[0].width,
                "graph_segmentation: channels must have one size; got ", channels[0].height, " x ",
                channels[0].width, " and ", channel.height, " x ", channel.width);
  SALIX_CHECK(params.scale >= 0.0f && params.least_size >= 0 && params.most_regions >= 1 &&
                  params.most_regions <= 256,
              "graph_segmentation: scale and least size must be 0 or more, regions 1..256; got ",
              params.scale, ", ", params.least_size, ", ", params.most_regions);
}

}  // namespace

Image graph_segmentation(std::span<const FloatMap> channels,
                         const GraphSegmentationParams& params) {
  check_request(channels, params);
  const std::vector<Edge> edges = sorted_edges(channels);
  Image ids(channels[0].height, channels[0].width, 1);
  Regions regions(ids.pixels.size());
  join_similar(edges, params.scale, regions);
  std::int64_t least_size = std::max(params.least_size, 1);
  join_small(edges, least_size, regions);
  while (join_thin(edges, ids.pixels.size(), params.least_thickness, regions)) {
  }
  while (regions.count() > params.most_regions) join_small(edges, least_size *= 2, regions);

  std::vector<int> id_of(ids.pixels.size(), -1);  // by root
  int next = 0;
  for (std::size_t pixel = 0; pixel < ids.pixels.size(); ++pixel) {
    int& id = id_of[static_cast<std::size_t>(regions.root(static_cast<std::int32_t>(pixel)))];
    if (id < 0) id = next++;
    ids.pixels[pixel] = static_cast<std::uint8_t>(id);
  }
  return ids;
}

}  // namespace salix::data
