#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/inner_loops.h"
#include "kernels/spherical_kmeans/spherical_kmeans_parts.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::cpu {
namespace {

// One image.
template <typename T>
class Clustering {
 public:
  Clustering(const T* z, std::int32_t* assignment, const Shape& shape, int cells)
      : z_(z),
        assignment_(assignment),
        height_(static_cast<int>(shape[1])),
        width_(static_cast<int>(shape[2])),
        channels_(shape[3]),
        cells_(cells),
        centres_(static_cast<std::size_t>(cells * cells * channels_)) {}

  void start() {
    for (int i = 0, pixel = 0; i < height_; ++i) {
      for (int j = 0; j < width_; ++j, ++pixel) {
        assignment_[pixel] =
            starting_cell(i, height_, cells_) + cells_ * starting_cell(j, width_, cells_);
      }
    }
  }

  void move_centres() {
    std::fill(centres_.begin(), centres_.end(), T(0));
    for (int pixel = 0; pixel < height_ * width_; ++pixel) {
      add_scaled(T(1), z_ + pixel * channels_, channels_, centre(assignment_[pixel]));
    }
    for (int k = 0; k < cells_ * cells_; ++k) {
      T* c = centre(k);
      const T scale = to_unit(std::sqrt(dot<T>(c, c, channels_)));
      for (std::int64_t i = 0; i < channels_; ++i) c[i] *= scale;
    }
  }

  void assign() {
    for (int pixel = 0; pixel < height_ * width_; ++pixel) {
      int best = 0;
      T largest = 0;
      for (int k = 0; k < cells_ * cells_; ++k) {
        const T similarity = dot<T>(z_ + pixel * channels_, centre(k), channels_);
        if (k == 0 || similarity > largest) {
          largest = similarity;
          best = k;
        }
      }
      assignment_[pixel] = best;
    }
  }

 private:
  T* centre(int k) { return centres_.data() + k * channels_; }

  const T* z_;
  std::int32_t* assignment_;
  int height_, width_;
  std::int64_t channels_;
  int cells_;
  std::vector<T> centres_;
};

}  // namespace

void spherical_kmeans(Exec&, ConstView z, View assignment, const KmeansParams& params) {
  visit_full_precision("spherical_kmeans", z.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t pixels = z.dim(1) * z.dim(2);
    parallel_for(z.dim(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t image = begin; image < end; ++image) {
        Clustering<T> clustering(z.as<T>() + image * pixels * z.dim(3),
                                 assignment.as<std::int32_t>() + image * pixels, z.shape,
                                 params.clusters);
        clustering.start();
        for (int round = 0; round < params.iterations; ++round) {
          clustering.move_centres();
          clustering.assign();
        }
      }
    });
  });
}

}  // namespace salix::kernels::cpu
