// Two whole training iterations of sfnet beside DHFR's printed numbers (appendix A.4).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/autograd/tape.h"
#include "layers/functional/dropout.h"
#include "layers/modules/state_dict.h"
#include "models/sfnet/sfnet.h"
#include "tests/support/dhfr_fill.h"
#include "train/recipes/scribble/scribble_step.h"

namespace salix::testing {
namespace {

constexpr std::int64_t kImages = 2, kSize = 224;

// [2,224,224,1] of value_at(n, y, x), mirrored if told.
template <typename ValueAt>
Tensor labels(Exec& exec, bool mirrored, const ValueAt& value_at) {
  std::vector<float> values;
  for (std::int64_t n = 0; n < kImages; ++n)
    for (std::int64_t y = 0; y < kSize; ++y)
      for (std::int64_t x = 0; x < kSize; ++x)
        values.push_back(static_cast<float>(value_at(n, y, mirrored ? kSize - 1 - x : x)));
  return Tensor::from_host(exec, values, {kImages, kSize, kSize, 1});
}

Tensor mirrored(const Tensor& image) {
  std::vector<float> values = image.to_vector<float>();
  for (std::size_t row = 0; row < values.size() / (kSize * 3); ++row) {
    float* const first = values.data() + row * kSize * 3;
    for (std::int64_t x = 0; x < kSize / 2; ++x) {
      std::swap_ranges(first + x * 3, first + x * 3 + 3, first + (kSize - 1 - x) * 3);
    }
  }
  return Tensor::from_host(image.exec(), values, image.shape());
}

StepInput scenes(Exec& exec, bool flip) {
  StepInput input{.samples = {0, 1}, .fields = {}};
  const Tensor image = dhfr_image(exec, kImages, DType::kFloat32);
  const Tensor depth = dhfr_depth(exec, kImages, DType::kFloat32);
  input.fields.emplace_back("image", flip ? mirrored(image) : image);
  input.fields.emplace_back("prior_d", flip ? mirrored(depth) : depth);
  input.fields.emplace_back(
      "semantic", labels(exec, flip, [](auto n, auto y, auto x) {
        const bool object = y >= 96 && y < 128 && x >= 56 + 24 * n && x < 120 + 24 * n;
        const bool ground = (y >= 8 && y < 16) || (y >= 200 && y < 216 && x >= 40 && x < 180);
        return object ? 1 : (ground ? 0 : 2);
      }));
  input.fields.emplace_back("instance", labels(exec, flip, [](auto, auto y, auto x) {
                              return 1 + 7 * (y / 32) + x / 32;
                            }));
  input.fields.emplace_back("contour", labels(exec, flip, [](auto, auto y, auto x) {
                              return y % 32 == 0 || x % 32 == 0 ? 1 : 0;
                            }));
  return input;
}

// k-means decides: a pixel between two clusters goes where rounding sends it, and moves the
// contrast by a few 1e-4. (PyTorch 2.15 gives sem_ann 2.814878 in iteration 1, as we do; printed,
// by another version, is 2.81527.)
void expect_terms(const Loss& loss, const std::map<std::string, double>& printed, double usual) {
  for (const LossTerm& term : loss.terms) {
    const auto found = printed.find(term.name);
    ASSERT_NE(found, printed.end()) << term.name;
    const bool clustered = term.name == "sem_ann" || term.name == "accuracy";
    const double relative = clustered ? std::max(usual, 1e-3) : usual;
    EXPECT_NEAR(term.value.item(), found->second, relative * found->second) << term.name;
  }
  EXPECT_EQ(loss.terms.size(), printed.size());
}

struct Gradients {
  double norm = 0, clamped_norm = 0;
  int clamped = 0;
  std::map<std::string, std::pair<double, double>> of;  // norm after the clamp, element 0
};

Gradients gradients_of(Module& network) {
  Gradients all;
  double squares = 0, clamped_squares = 0;
  for (const StateEntry& entry : network.parameters()) {
    double own = 0;
    // Element 0 is the same in files' order.
    const std::vector<float> values = entry.tensor->grad().to_vector<float>();
    for (const float value : values) {
      const double limited = std::clamp<double>(value, -0.5, 0.5);
      all.clamped += limited != static_cast<double>(value) ? 1 : 0;
      squares += static_cast<double>(value) * value;
      own += limited * limited;
    }
    clamped_squares += own;
    all.of[entry.name] = {std::sqrt(own), values.front()};
  }
  all.norm = std::sqrt(squares);
  all.clamped_norm = std::sqrt(clamped_squares);
  return all;
}

TEST(ScribbleStepSlow, TwoIterationsAsPrinted) {
  Exec exec;
  Sfnet network(exec);
  dhfr_fill(network);
  network.train();
  const WithoutDropout without(exec);
  ScribbleStepParams params;
  params.picture_every = 0;
  ScribbleStep step(exec, network, params);

  const StepInput first = scenes(exec, /*flip=*/false);
  {
    const Loss loss = step.loss(first, {});
    expect_terms(loss,
                 {{"sem_ann", 2.81527},
                  {"img_sim", 2.07164},
                  {"parted_ce", 6.31341},
                  {"ssc", 0.342171},
                  {"smo", 3.64369},
                  {"contour", 2.03261},
                  {"accuracy", 0.775227}},
                 1e-4);
    EXPECT_NEAR(loss.total.item(), 17.21879, 1e-4 * 17.2);
    backward(loss.total);
  }
  const Gradients found = gradients_of(network);
  EXPECT_NEAR(found.norm, 25.9178, 2e-3);
  EXPECT_NEAR(found.clamped_norm, 25.1779, 2e-3);
  EXPECT_NEAR(found.clamped, 49, 1);
  const struct {
    const char* name;
    double norm, first;
  } printed[] = {
      {"sfnet.rgb_swin.patch_embed.proj.weight", 3.0399, -0.00275},
      {"sfnet.depth_swin.layers.1.blocks.1.attn.qkv.weight", 1.09103, 0.000471},
      {"sfnet.fuse_swin.cpab.layers.1.w_attn.attn.relative_position_bias_table", 0.0197634,
       -0.000211},
      {"sfnet.dec_div8_merging.cross_padding.norm.weight", 0.127341, -0.00673},
      {"sfnet.dec_div4_merging.layers.3.w_attn.conv.conv.6.fc.2.bias", 0.0131549, -0.0025714},
      {"sfnet.contour_upsample_head2.conv2.weight", 1.114487, 0.0015841},
      {"sfnet.classifier_div1.weight", 0.944748, 0.164751}};
  for (const auto& one : printed) {
    const auto& [norm, element] = found.of.at(one.name);
    EXPECT_NEAR(norm, one.norm, 2e-3 * one.norm) << one.name;
    EXPECT_NEAR(element, one.first, 2e-2 * std::abs(one.first) + 1e-4) << one.name;
  }

  const Tensor never = Tensor::zeros(exec, Shape{});
  step.update().set_rates(step.rates(first, {}));
  step.update().apply(network.parameters(), never);
  step.after_update(first, never);
  network.clear_grad();

  // Adam's first step is as long for the smallest gradient as for the largest: rounding shows.
  const Loss second = step.loss(scenes(exec, /*flip=*/true), {.step = 1});
  expect_terms(second,
               {{"sem_ann", 2.8416},
                {"img_sim", 2.0723},
                {"parted_ce", 5.9127},
                {"ssc", 0.34670},
                {"smo", 3.6165},
                {"contour", 2.0010},
                {"accuracy", 0.7846}},
               6e-3);
  EXPECT_NEAR(second.total.item(), 16.7908, 3e-3 * 16.8);
}

}  // namespace
}  // namespace salix::testing
