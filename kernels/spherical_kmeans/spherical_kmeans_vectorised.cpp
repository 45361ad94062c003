// Sixteen pixels side by side, so that the largest of a pixel's dot products is kept in a lane and
// nothing is added or compared across lanes.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/inner_loops.h"
#include "kernels/common/simd.h"
#include "kernels/spherical_kmeans/spherical_kmeans_parts.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::vectorised {
namespace {

constexpr int kLanes = 8;
using Vec = Simd<kLanes>::Vec;
constexpr int kPanel = 2 * kLanes;  // pixels
// Six centres' sums for two vectors of pixels take 12 of AVX2's 16 registers.
constexpr int kTogether = 6;
constexpr std::int64_t kPanelsPerTask = 28;

class Clustering {
 public:
  Clustering(const ConstView& z, const View& assignment, int cells)
      : z_(z.as<float>()),
        assignment_(assignment.as<std::int32_t>()),
        images_(z.dim(0)),
        height_(static_cast<int>(z.dim(1))),
        width_(static_cast<int>(z.dim(2))),
        channels_(z.dim(3)),
        cells_(cells),
        clusters_((cells * cells + kTogether - 1) / kTogether * kTogether),
        pixels_(z.dim(1) * z.dim(2)),
        panels_((pixels_ + kPanel - 1) / kPanel),
        tasks_((panels_ + kPanelsPerTask - 1) / kPanelsPerTask),
        turned_(static_cast<std::size_t>(images_ * panels_ * kPanel * channels_)),
        centres_(static_cast<std::size_t>(images_) * clusters_ * channels_),
        sums_(static_cast<std::size_t>(images_ * tasks_) * clusters_ * channels_) {}

  void start() {
    for_each_task([&](std::int64_t image, std::int64_t task) {
      for (std::int64_t panel = first_panel(task); panel < first_panel(task + 1); ++panel) {
        float* to = turned_.data() + (image * panels_ + panel) * kPanel * channels_;
        for (std::int64_t pixel = panel * kPanel; pixel < end_pixel(panel); ++pixel) {
          const float* from = z_ + (image * pixels_ + pixel) * channels_;
          for (std::int64_t c = 0; c < channels_; ++c) to[c * kPanel + pixel % kPanel] = from[c];
          assignment_[image * pixels_ + pixel] =
              starting_cell(static_cast<int>(pixel / width_), height_, cells_) +
              cells_ * starting_cell(static_cast<int>(pixel % width_), width_, cells_);
        }
      }
      add_up(image, task);
    });
  }

  // One round; the sums of the clusters as they are now were made by the round before.
  void round() {
    parallel_for(images_ * cells_ * cells_, grain_for(tasks_ * channels_),
                 [&](auto begin, auto end) {
                   for (std::int64_t item = begin; item < end; ++item) {
                     move_centre(item / (cells_ * cells_), item % (cells_ * cells_));
                   }
                 });
    for_each_task([&](std::int64_t image, std::int64_t task) {
      for (std::int64_t panel = first_panel(task); panel < first_panel(task + 1); ++panel) {
        assign(image, panel);
      }
      add_up(image, task);
    });
  }

 private:
  template <typename Body>
  void for_each_task(const Body& body) {
    parallel_for(images_ * tasks_, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) body(item / tasks_, item % tasks_);
    });
  }
  std::int64_t first_panel(std::int64_t task) const {
    return std::min(task * kPanelsPerTask, panels_);
  }
  std::int64_t end_pixel(std::int64_t panel) const {
    return std::min((panel + 1) * kPanel, pixels_);
  }
  float* sums(std::int64_t image, std::int64_t task, std::int64_t cluster) {
    return sums_.data() + ((image * tasks_ + task) * clusters_ + cluster) * channels_;
  }

  // The vectors of a task's pixels, summed by cluster.
  void add_up(std::int64_t image, std::int64_t task) {
    std::fill_n(sums(image, task, 0), clusters_ * channels_, 0.0f);
    const std::int64_t end = std::min(first_panel(task + 1) * kPanel, pixels_);
    for (std::int64_t pixel = first_panel(task) * kPanel; pixel < end; ++pixel) {
      const std::int64_t at = image * pixels_ + pixel;
      const float* __restrict from = z_ + at * channels_;
      float* __restrict to = sums(image, task, assignment_[at]);
#pragma omp simd
      for (std::int64_t c = 0; c < channels_; ++c) to[c] += from[c];
    }
  }

  void move_centre(std::int64_t image, std::int64_t cluster) {
    float* centre = centres_.data() + (image * clusters_ + cluster) * channels_;
    std::fill_n(centre, channels_, 0.0f);
    for (std::int64_t task = 0; task < tasks_; ++task) {
      add_scaled(1.0f, sums(image, task, cluster), channels_, centre);
    }
    const float scale = to_unit(std::sqrt(dot<float>(centre, centre, channels_)));
    for (std::int64_t c = 0; c < channels_; ++c) centre[c] *= scale;
  }

  void assign(std::int64_t image, std::int64_t panel) {
    const float* z = turned_.data() + (image * panels_ + panel) * kPanel * channels_;
    const float* centres = centres_.data() + image * clusters_ * channels_;
    Vec largest[2] = {}, best[2] = {};
    for (int first = 0; first < clusters_; first += kTogether) {
      Vec similarity[kTogether][2] = {};
      for (std::int64_t c = 0; c < channels_; ++c) {
        const Vec low = load<Vec>(z + c * kPanel), high = load<Vec>(z + c * kPanel + kLanes);
#pragma GCC unroll 6
        for (int k = 0; k < kTogether; ++k) {
          const float centre = centres[(first + k) * channels_ + c];
          similarity[k][0] += centre * low;
          similarity[k][1] += centre * high;
        }
      }
      for (int k = 0; k < std::min(kTogether, cells_ * cells_ - first); ++k) {
        const Vec number = Vec{} + static_cast<float>(first + k);
        for (int v = 0; v < 2; ++v) {
          const auto better = first + k == 0 ? number == number : similarity[k][v] > largest[v];
          largest[v] = better ? similarity[k][v] : largest[v];
          best[v] = better ? number : best[v];
        }
      }
    }
    float chosen[kPanel];
    store(chosen, best[0]);
    store(chosen + kLanes, best[1]);
    std::int32_t* to = assignment_ + image * pixels_;
    for (std::int64_t pixel = panel * kPanel; pixel < end_pixel(panel); ++pixel) {
      to[pixel] = static_cast<std::int32_t>(chosen[pixel % kPanel]);
    }
  }

  const float* z_;
  std::int32_t* assignment_;
  std::int64_t images_;
  int height_, width_;
  std::int64_t channels_;
  int cells_, clusters_;  // clusters: rounded up to kTogether, the last ones unused
  std::int64_t pixels_, panels_, tasks_;
  std::vector<float> turned_;   // [image][panel][channel][pixel]
  std::vector<float> centres_;  // [image][cluster][channel]
  std::vector<float> sums_;     // [image][task][cluster][channel]
};

}  // namespace

void spherical_kmeans(Exec&, ConstView z, View assignment, const KmeansParams& params) {
  Clustering clustering(z, assignment, params.clusters);
  clustering.start();
  for (int round = 0; round < params.iterations; ++round) clustering.round();
}

}  // namespace salix::kernels::vectorised
