// Each metric, and the whole score, of one image of an ordinary size: a blob and a soft map.
// With $SALIX_BENCH_PAIRS a folder of maps/ and truths/ (equal names) is scored instead.
#include <cmath>
#include <cstdlib>

#include "bench/support/roofline.h"
#include "data/image/image_io.h"
#include "data/sets/file_list.h"
#include "train/metrics/measures.h"
#include "train/metrics/nearest_foreground.h"
#include "train/metrics/scores.h"

namespace salix::bench {
namespace {

struct Files {
  data::Image map, truth;
};

// 300 x 400, an ellipse of a fifth of the image; the map is its blurred edge with ripples.
Files painted() {
  constexpr int kHeight = 300, kWidth = 400;
  Files files{data::Image(kHeight, kWidth, 1), data::Image(kHeight, kWidth, 1)};
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double radius = std::hypot((x - 210) / 110.0, (y - 140) / 70.0);
      const double map =
          1 / (1 + std::exp(14 * (radius - 1))) * (0.9 + 0.1 * std::sin(0.2 * x + 0.1 * y));
      *files.truth.at(y, x) = radius < 1 ? 255 : 0;
      *files.map.at(y, x) = static_cast<std::uint8_t>(255 * map);
    }
  }
  return files;
}

const metrics::SaliencyPair& painted_pair() {
  static const metrics::SaliencyPair pair = [] {
    const Files files = painted();
    return metrics::make_stretched_pair(files.map, files.truth);
  }();
  return pair;
}

template <typename Metric>
void add(const char* name, const Metric& metric) {
  benchmark::RegisterBenchmark(name, [metric](benchmark::State& state) {
    const metrics::SaliencyPair& pair = painted_pair();
    for (auto _ : state) benchmark::DoNotOptimize(metric(pair));
  })->Unit(benchmark::kMicrosecond);
}

void score_files(benchmark::State& state, const std::vector<Files>& files) {
  for (auto _ : state) {
    for (const Files& pair : files) benchmark::DoNotOptimize(score_saved_map(pair.map, pair.truth));
  }
  state.counters["images"] = static_cast<double>(files.size());
}

std::vector<Files> read_pairs(const std::string& folder) {
  std::vector<Files> pairs;
  const std::vector<std::string> truths{folder + "/truths"};
  for (const auto& truth : data::list_images(truths)) {
    const auto map = std::filesystem::path(folder) / "maps" / truth.filename();
    pairs.push_back({data::read_grey(map), data::read_grey(truth)});
  }
  return pairs;
}

const bool kRegistered = [] {
  using metrics::SaliencyPair;
  add("metrics/mae", [](const SaliencyPair& p) { return metrics::mean_absolute_error(p); });
  add("metrics/f_curve",
      [](const SaliencyPair& p) { return metrics::f_curve(metrics::precision_recall(p)); });
  add("metrics/adaptive_f",
      [](const SaliencyPair& p) { return metrics::adaptive_f(p, metrics::adaptive_map(p)); });
  add("metrics/e_measure",
      [](const SaliencyPair& p) { return metrics::e_measure(p, metrics::adaptive_map(p)); });
  add("metrics/s_measure", [](const SaliencyPair& p) { return metrics::s_measure(p).value; });
  add("metrics/nearest_foreground", [](const SaliencyPair& p) {
    metrics::NearestForeground nearest(p.truth, p.height, p.width);
    std::vector<std::int32_t> index(static_cast<std::size_t>(p.width)), distance(index.size());
    for (int y = 0; y < p.height; ++y) nearest.row(y, index, distance);
    return index.back();
  });
  add("metrics/weighted_f", [](const SaliencyPair& p) { return metrics::weighted_f(p); });
  add("metrics/iou",
      [](const SaliencyPair& p) { return metrics::intersection_over_union(p).value; });
  add("metrics/centre_distance", [](const SaliencyPair& p) { return metrics::centre_distance(p); });
  const char* folder = std::getenv("SALIX_BENCH_PAIRS");
  benchmark::RegisterBenchmark("metrics/all", [folder](benchmark::State& state) {
    score_files(state, folder != nullptr ? read_pairs(folder) : std::vector<Files>{painted()});
  })->Unit(benchmark::kMicrosecond);
  return true;
}();

}  // namespace
}  // namespace salix::bench
