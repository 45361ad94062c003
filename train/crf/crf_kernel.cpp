#include "train/crf/crf_kernel.h"

#include <cmath>
#include <tuple>
#include <vector>

#include "kernels/common/lru_cache.h"
#include "kernels/permutohedral/permutohedral.h"

namespace salix {
namespace {

// Writes x / sigma and y / sigma, `stride` apart.
void write_positions(int height, int width, double sigma, std::int64_t stride, float* x) {
  float* y = x + stride;
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) {
      *x++ = static_cast<float>(j) / static_cast<float>(sigma);
      *y++ = static_cast<float>(i) / static_cast<float>(sigma);
    }
  }
}

class GaussianKernels {
 public:
  explicit GaussianKernels(Exec& exec) : exec_(exec) {}

  std::shared_ptr<const CrfKernel> get(int height, int width, double sigma) {
    return kernels_.get({height, width, sigma}, [&] {
      const std::int64_t points = crf_points(height, width);
      std::vector<float> values(static_cast<std::size_t>(2 * points), 0.0f);
      write_positions(height, width, sigma, points, values.data());
      return std::make_shared<const CrfKernel>(Tensor::from_host(exec_, values, {2, points}),
                                               std::int64_t{height} * width);
    });
  }

 private:
  Exec& exec_;
  kernels::LruCache<std::tuple<int, int, double>, std::shared_ptr<const CrfKernel>> kernels_{4};
};

}  // namespace

CrfKernel::CrfKernel(const Tensor& feature, std::int64_t senders) {
  Exec& exec = feature.exec();
  const std::int64_t corners = feature.dim(0) + 1, points = feature.dim(1);
  weight_ = Tensor::empty(exec, {points, corners});
  vertex_ = Tensor::empty(exec, {points, corners}, DType::kInt32);
  Tensor key = Tensor::empty(exec, {corners * points}, DType::kInt64);
  const std::int64_t vertices = kernels::permutohedral_vertices(
      exec, feature.view(), weight_.mutable_view(), vertex_.mutable_view(), key.mutable_view());
  neighbour_ = Tensor::empty(exec, {corners, 2, vertices}, DType::kInt32);
  kernels::permutohedral_neighbours(exec, {key.view().data, {vertices}, DType::kInt64},
                                    neighbour_.mutable_view());

  std::vector<float> norm(static_cast<std::size_t>(points), 1.0f);
  std::fill(norm.begin() + senders, norm.end(), 0.0f);
  Tensor sum = Tensor::empty(exec, {points});
  filter(Tensor::from_host(exec, norm, {points}).view(), sum.mutable_view());
  const std::vector<float> sums = sum.to_vector<float>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(senders); ++i) {
    norm[i] = 1.0f / std::sqrt(sums[i] + 1e-20f);
  }
  norm_ = Tensor::from_host(exec, norm, {points});
}

void CrfKernel::filter(ConstView sender, View message) const {
  kernels::permutohedral_filter(
      neighbour_.exec(), {weight_.view(), vertex_.view(), neighbour_.view()}, sender, message);
}

std::int64_t crf_points(int height, int width) {
  const std::int64_t pixels = std::int64_t{height} * width;
  return pixels % 4 == 0 ? pixels : pixels + 1;
}

std::shared_ptr<const CrfKernel> gaussian_kernel(Exec& exec, int height, int width, double sigma) {
  return exec.extension<GaussianKernels>().get(height, width, sigma);
}

std::shared_ptr<const CrfKernel> bilateral_kernel(Exec& exec, const data::Image& guide,
                                                  double sigma_xy, double sigma_rgb) {
  const std::int64_t points = crf_points(guide.height, guide.width);
  std::vector<float> values(static_cast<std::size_t>(5 * points), 0.0f);
  write_positions(guide.height, guide.width, sigma_xy, points, values.data());
  float level[256];
  for (int v = 0; v < 256; ++v) level[v] = static_cast<float>(v) / static_cast<float>(sigma_rgb);
  for (std::size_t c = 0; c < 3; ++c) {
    float* out = values.data() + static_cast<std::int64_t>(2 + c) * points;
    for (std::size_t k = c; k < guide.pixels.size(); k += 3) *out++ = level[guide.pixels[k]];
  }
  return std::make_shared<const CrfKernel>(Tensor::from_host(exec, values, {5, points}),
                                           std::int64_t{guide.height} * guide.width);
}

}  // namespace salix
