#include "train/crf/dense_crf.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/autograd/tape.h"
#include "kernels/mean_field/mean_field.h"
#include "layers/functional/unary.h"
#include "train/crf/crf_kernel.h"

namespace salix {
namespace {

void check(const data::Image& guide, const data::Image& labels, const DenseCrfParams& params) {
  SALIX_CHECK(guide.channels == 3 && !guide.empty(),
              "dense_crf: the guide must be an RGB image; got ", guide.height, " x ", guide.width,
              " x ", guide.channels);
  SALIX_CHECK(labels.channels == 1 && labels.height == guide.height && labels.width == guide.width,
              "dense_crf: labels must be ", guide.height, " x ", guide.width,
              " x 1 like the guide; got ", labels.height, " x ", labels.width, " x ",
              labels.channels);
  const auto wrong = std::find_if(labels.pixels.begin(), labels.pixels.end(),
                                  [](std::uint8_t label) { return label > 1; });
  SALIX_CHECK(wrong == labels.pixels.end(), "dense_crf: labels must be 0 or 1; got ", int{*wrong});
  SALIX_CHECK(params.certainty > 0 && params.certainty < 1,
              "dense_crf: the certainty must be between 0 and 1; got ", params.certainty);
  SALIX_CHECK(params.iterations >= 0, "dense_crf: iterations must not be negative; got ",
              params.iterations);
  for (const double weight : {params.gaussian_weight, params.bilateral_weight}) {
    SALIX_CHECK(weight >= 0 && std::isfinite(weight),
                "dense_crf: weights must be finite and not negative; got ", weight);
  }
  for (const double sigma : {params.gaussian_xy, params.bilateral_xy, params.bilateral_rgb}) {
    SALIX_CHECK(sigma > 0 && std::isfinite(sigma),
                "dense_crf: standard deviations must be positive; got ", sigma);
  }
}

// log P(1) - log P(0) of the given labels.
Tensor unary_scores(Exec& exec, const data::Image& labels, double certainty) {
  std::vector<float> values(static_cast<std::size_t>(crf_points(labels.height, labels.width)));
  const float sure = static_cast<float>(-std::log(certainty));
  const float unsure = static_cast<float>(-std::log(1 - certainty));
  std::transform(labels.pixels.begin(), labels.pixels.end(), values.begin(),
                 [&](std::uint8_t label) { return label == 1 ? unsure - sure : sure - unsure; });
  return Tensor::from_host(exec, values, {static_cast<std::int64_t>(values.size())});
}

// Row k of a [K,P] tensor.
template <typename AnyView>
AnyView row(AnyView view, std::int64_t k) {
  const std::int64_t points = view.dim(1);
  using Pointer = decltype(view.template as<float>());
  const Pointer begin = view.template as<float>() + k * points;
  return {begin, {points}, DType::kFloat32};
}

}  // namespace

DenseCrfResult dense_crf(Exec& exec, const data::Image& guide, const data::Image& labels,
                         const DenseCrfParams& params) {
  check(guide, labels, params);
  const NoGrad no_grad(exec);
  const int height = guide.height, width = guide.width;
  std::vector<std::shared_ptr<const CrfKernel>> pairwise;
  std::array<float, kernels::kMaxMeanFieldKernels> weight{};
  if (params.gaussian_weight > 0) {
    weight[pairwise.size()] = static_cast<float>(params.gaussian_weight);
    pairwise.push_back(gaussian_kernel(exec, height, width, params.gaussian_xy));
  }
  if (params.bilateral_weight > 0) {
    weight[pairwise.size()] = static_cast<float>(params.bilateral_weight);
    pairwise.push_back(bilateral_kernel(exec, guide, params.bilateral_xy, params.bilateral_rgb));
  }

  const auto count = static_cast<std::int64_t>(pairwise.size());
  const std::int64_t points = crf_points(height, width);
  const Tensor unary = unary_scores(exec, labels, params.certainty);
  Tensor norm = Tensor::empty(exec, {count, points});
  for (std::int64_t k = 0; k < count; ++k) {
    const Tensor& from = pairwise[static_cast<std::size_t>(k)]->norm();
    exec.backend().copy(from.view().data, row(norm.mutable_view(), k).data, from.size_bytes());
  }
  Tensor message = Tensor::zeros(exec, {count, points});
  Tensor sender = Tensor::empty(exec, {count, points}), score = Tensor::empty(exec, {points});
  for (int step = 0;; ++step) {
    kernels::mean_field_step(exec, unary.view(), message.view(), norm.view(), weight,
                             score.mutable_view(), sender.mutable_view());
    if (step == params.iterations) break;
    for (std::int64_t k = 0; k < count; ++k) {
      pairwise[static_cast<std::size_t>(k)]->filter(row(sender.view(), k),
                                                    row(message.mutable_view(), k));
    }
  }

  DenseCrfResult result{data::Image(height, width, 1), data::FloatMap(height, width)};
  const std::vector<float> scores = score.to_vector<float>();
  const std::vector<float> probability = sigmoid(score).to_vector<float>();
  const std::size_t pixels = result.labels.pixels.size();
  std::copy_n(probability.begin(), pixels, result.probability.values.begin());
  std::transform(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(pixels),
                 result.labels.pixels.begin(),
                 [](float s) { return static_cast<std::uint8_t>(s > 0 ? 1 : 0); });
  return result;
}

}  // namespace salix
