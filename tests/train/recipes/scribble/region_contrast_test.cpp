#include "train/recipes/scribble/region_contrast.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "tests/support/targets.h"
#include "tests/support/threads.h"
#include "tests/train/recipes/scribble/small_case.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// The small case's settings.
RegionContrastParams small_params() {
  RegionContrastParams params;
  params.clusters = 3;
  return params;
}

class SmallRun {
 public:
  SmallRun(Exec& exec, DType dtype, const RegionContrastParams& params = small_params())
      : contrast(exec, params), exec_(exec), dtype_(dtype), labels_(small_labels(exec)) {}

  // Iteration 1 has tags "emb" and "aug", iteration 2 "emb2" and "aug2".
  RegionContrast::Losses losses(int iteration) {
    const std::string suffix = iteration == 1 ? "" : std::to_string(iteration);
    plain = small_embedding(exec_, "emb" + suffix, dtype_);
    aug = small_embedding(exec_, "aug" + suffix, dtype_);
    plain.set_requires_grad(true);
    aug.set_requires_grad(true);
    return contrast.losses(plain, aug, labels_.semantic, labels_.instance);
  }
  void remember(double frozen = 0) { contrast.remember(Tensor::full(exec_, Shape{}, frozen)); }
  void check_norms(const Tensor& loss, double of_plain, double of_aug, double absolute) {
    backward(loss);
    EXPECT_NEAR(std::sqrt(dot(plain.grad(), plain.grad())), of_plain, absolute);
    EXPECT_NEAR(std::sqrt(dot(aug.grad(), aug.grad())), of_aug, absolute);
  }

  RegionContrast contrast;
  Tensor plain, aug;
  SmallLabels& labels() { return labels_; }

 private:
  Exec& exec_;
  DType dtype_;
  SmallLabels labels_;
};

class RegionContrastOp : public OpTest {
 protected:
  DType dtype() const { return has_float64() ? DType::kFloat64 : DType::kFloat32; }
  // The printed digits where float64 exists, else float32's.
  double absolute() const { return has_float64() ? 1e-6 : 2e-5; }
};
INSTANTIATE_TEST_SUITE_P(Targets, RegionContrastOp, ::testing::ValuesIn(all_targets()),
                         target_name);

double checksum(const std::vector<std::int32_t>& ids, std::size_t begin, std::int32_t first_id) {
  double sum = 0;
  for (std::size_t i = 0; i < 288; ++i) {
    sum += static_cast<double>(ids[begin + i] - first_id) * static_cast<double>(i % 97);
  }
  return sum;
}

TEST_P(RegionContrastOp, NumbersTheSegmentsOfThePublishedCase) {
  for (const DType type : {dtype(), DType::kFloat32}) {
    SmallRun run(exec(), type);
    for (const int iteration : {1, 2}) {
      run.losses(iteration);
      const Segments& segments = run.contrast.segments();
      const auto bounds = segments.bounds.to_vector<std::int32_t>();
      EXPECT_EQ(bounds, (std::vector<std::int32_t>{0, 26, 50, 76, 100}));
      const auto ids = segments.ids.to_vector<std::int32_t>();
      EXPECT_EQ(checksum(ids, 0, 0), iteration == 1 ? 382192 : 382120);
      EXPECT_EQ(checksum(ids, 288, 50), 382120);
      const auto semantic = segments.semantic.to_vector<std::int32_t>();
      std::vector<int> of_label(3);
      for (int k = 0; k < 50; ++k) ++of_label[static_cast<std::size_t>(semantic[k])];
      EXPECT_EQ(of_label, (std::vector<int>{8, 14, 28}));
      if (iteration == 2) continue;
      const std::vector<std::int32_t> first{0, 0, 0, 0, 7, 7, 8, 8, 19, 19, 19, 19};
      EXPECT_EQ(std::vector<std::int32_t>(ids.begin(), ids.begin() + 12), first);
      EXPECT_EQ(std::vector<std::int32_t>(ids.begin() + 12, ids.begin() + 24), first);
      const auto prototypes = run.contrast.prototypes().to_vector<double>();
      EXPECT_TRUE(
          close(from(exec(), std::vector<float>(prototypes.begin(), prototypes.begin() + 8), {8}),
                {0.224599, -0.156015, 0.378483, 0.670837, 0.372456, 0.364402, 0.054629, 0.239679},
                {1e-6, 0}));
    }
    EXPECT_EQ(run.contrast.segment_ids().shape(), (Shape{2, 12, 12}));
    EXPECT_EQ(run.contrast.clusters().shape(), (Shape{2, 12, 12}));
  }
}

TEST_P(RegionContrastOp, HasThePublishedLossesAndGradients) {
  SmallRun run(exec(), dtype());
  RegionContrast::Losses first = run.losses(1);
  EXPECT_NEAR(first.annotation.item(), 3.354108, absolute());
  EXPECT_NEAR(first.image.item(), 2.041316, absolute());
  EXPECT_NEAR(run.contrast.accuracy().item(), 0.486, 5e-4);
  run.check_norms(first.annotation, 0.107685, 0.086370, absolute());
  first = run.losses(1);
  run.check_norms(first.image, 0.064249, 0.042576, absolute());

  run.remember();
  RegionContrast::Losses second = run.losses(2);
  EXPECT_NEAR(second.annotation.item(), 3.366264, absolute());
  EXPECT_NEAR(second.image.item(), 2.150699, absolute());
  EXPECT_NEAR(run.contrast.accuracy().item(), 0.483, 5e-4);
  run.check_norms(second.annotation, 0.055099, 0.052255, absolute());
  second = run.losses(2);
  run.check_norms(second.image, 0.041177, 0.046988, absolute());
}

// What the published code computes in float32, where the own term drowns the others: what is left
// is rounding, so the last digits are those of an order of summation. Exact: 2.0413 and 2.1507.
TEST_P(RegionContrastOp, CanSubtractTheOwnTermAsPublished) {
  RegionContrastParams params = small_params();
  params.published_sums = true;
  SmallRun run(exec(), DType::kFloat32, params);
  const RegionContrast::Losses first = run.losses(1);
  EXPECT_NEAR(first.annotation.item(), 3.354108, 1e-4);
  EXPECT_NEAR(first.image.item(), 1.958, 0.03);
  run.remember();
  EXPECT_NEAR(run.losses(2).image.item(), 2.1508, 0.01);
}

TEST_P(RegionContrastOp, WithoutScribblesOnlyTheImageCounts) {
  SmallRun run(exec(), DType::kFloat32);
  run.labels().semantic.fill(2);
  const RegionContrast::Losses found = run.losses(1);
  EXPECT_EQ(found.annotation.item(), 0);
  EXPECT_GT(found.image.item(), 1);
  run.check_norms(found.annotation, 0, 0, 0);
}

// Nothing to be told apart from.
TEST_P(RegionContrastOp, OneClassGivesZero) {
  SmallRun run(exec(), DType::kFloat32);
  run.labels().semantic.fill(1);
  const RegionContrast::Losses found = run.losses(1);
  EXPECT_EQ(found.annotation.item(), 0);
  run.check_norms(found.annotation, 0, 0, 0);
}

TEST_P(RegionContrastOp, WidensBfloat16) {
  SmallRun run(exec(), DType::kBFloat16);
  const RegionContrast::Losses found = run.losses(1);
  EXPECT_EQ(found.annotation.dtype(), DType::kFloat32);
  EXPECT_NEAR(found.annotation.item(), 3.354, 0.05);
  backward(found.annotation);
  EXPECT_EQ(run.plain.grad().dtype(), DType::kBFloat16);
}

TEST_P(RegionContrastOp, ABadStepLeavesTheMemoryAsItIs) {
  SmallRun run(exec(), DType::kFloat32);
  run.losses(1);
  run.remember(1);
  EXPECT_EQ(run.contrast.bank().size(), 0);
  run.remember(0);
  EXPECT_EQ(run.contrast.bank().size(), 100);
  const auto before = run.contrast.bank().prototypes().to_vector<float>();
  run.losses(2);
  run.remember(1);
  EXPECT_EQ(run.contrast.bank().prototypes().to_vector<float>(), before);
  run.remember(0);
  EXPECT_EQ(run.contrast.bank().size(), 200);
  EXPECT_EQ(run.contrast.bank().bounds().to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{0, 50, 100, 150, 200}));
  run.remember(0);  // the first iteration leaves
  EXPECT_EQ(run.contrast.bank().size(), 200);
  const auto after = run.contrast.bank().prototypes().to_vector<float>();
  EXPECT_EQ(std::vector<float>(after.begin(), after.begin() + 400),
            std::vector<float>(after.begin() + 400, after.begin() + 800));
}

TEST_P(RegionContrastOp, GoesOnFromACheckpointWithEqualBits) {
  SmallRun run(exec(), DType::kFloat32);
  run.losses(1);
  run.remember();
  SmallRun other(exec(), DType::kFloat32);
  MemoryBank& bank = other.contrast.bank();
  const io::NamedArrays empty = bank.save(), saved = run.contrast.bank().save();
  EXPECT_EQ(empty.size(), 1u);
  bank.check(empty);
  bank.load(empty);
  bank.check(saved);
  bank.load(saved);
  for (const int iteration : {2, 1, 2}) {
    const RegionContrast::Losses a = run.losses(iteration), b = other.losses(iteration);
    EXPECT_TRUE(same_bits(a.annotation, b.annotation));
    EXPECT_TRUE(same_bits(run.contrast.accuracy(), other.contrast.accuracy()));
    backward(a.annotation);
    backward(b.annotation);
    EXPECT_TRUE(same_bits(run.plain.grad(), other.plain.grad()));
    run.remember();
    other.remember();
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_TRUE(run.contrast.bank().save()[i].array == bank.save()[i].array) << i;
    }
  }
}

// All but the accuracy's value: the host neither waits nor reads.
TEST_P(RegionContrastOp, NeverWaitsForTheDevice) {
  SmallRun run(exec(), DType::kFloat32);
  run.losses(1);
  run.remember();
  const Tensor plain = run.plain, aug = run.aug, frozen = Tensor::zeros(exec(), Shape{});
  const DeviceCounts before = exec().backend().counts();
  const RegionContrast::Losses found =
      run.contrast.losses(plain, aug, run.labels().semantic, run.labels().instance);
  backward(found.annotation + found.image);
  run.contrast.accuracy();
  run.contrast.remember(frozen);
  const DeviceCounts used = exec().backend().counts() - before;
  EXPECT_EQ(used.waits, 0);
  EXPECT_EQ(used.copies, 0);
}

// From the embeddings through directions, prototypes and both losses, with a memory. Within a step
// of the differences no pixel changes its cluster.
TEST(RegionContrast, PassesGradcheck) {
  Exec exec({}, {.threads = 1});
  const auto leaf = [&](std::uint64_t seed) { return random_leaf(exec, {2, 4, 5, 3}, seed); };
  std::vector<float> semantic, instance;
  for (int i = 0; i < 2 * 4 * 5; ++i) {
    semantic.push_back(static_cast<float>(i * i % 3));
    instance.push_back(static_cast<float>(i % 20 / 10));
  }
  const Tensor s = from(exec, semantic, {2, 4, 5, 1}), t = from(exec, instance, {2, 4, 5, 1});
  RegionContrast contrast(exec, {.clusters = 2});
  contrast.losses(leaf(3), leaf(4), s, t);
  contrast.remember(Tensor::zeros(exec, Shape{}));
  const auto function = [&](const std::vector<Tensor>& in) {
    const RegionContrast::Losses found = contrast.losses(in[0], in[1], s, t);
    return found.annotation + found.image;
  };
  EXPECT_EQ(gradcheck(function, {leaf(1), leaf(2)}), "");
}

TEST(RegionContrastThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    SmallRun run(exec, DType::kFloat32);
    run.losses(1);
    run.remember();
    const RegionContrast::Losses found = run.losses(2);
    backward(found.annotation + found.image);
    return std::vector{found.annotation.detach(), found.image.detach(), run.plain.grad(),
                       run.aug.grad(), run.contrast.accuracy()};
  }));
}

TEST(RegionContrast, RefusesMapsThatDoNotFit) {
  Exec exec;
  RegionContrast contrast(exec);
  const Tensor map = Tensor::zeros(exec, {2, 4, 4, 8}), labels = Tensor::zeros(exec, {2, 8, 8, 1});
  EXPECT_THAT(error_of([&] {
                contrast.losses(map, Tensor::zeros(exec, {2, 4, 5, 8}), labels, labels);
              }),
              HasSubstr("both embeddings must be [N,h,w,C] of one shape"));
  EXPECT_THAT(error_of([&] {
                contrast.losses(map, map, Tensor::zeros(exec, {1, 8, 8, 1}), labels);
              }),
              HasSubstr("labels must be [N,H,W,1] for the 2 images"));
  EXPECT_THAT(error_of([&] { contrast.accuracy(); }), HasSubstr("that of the last losses()"));
}

TEST(MemoryBank, RefusesTheArraysOfAnotherOne) {
  Exec exec;
  const MemoryBank one(exec, 1), two(exec, 2);
  EXPECT_THAT(error_of([&] { two.check({}); }),
              HasSubstr("the checkpoint has no 'memory_bank.bounds'"));
  EXPECT_THAT(error_of([&] { two.check(one.save()); }),
              HasSubstr("'memory_bank.bounds' must be [5] to remember 2 iterations"));
  io::NamedArrays cut;
  cut.add("bounds", io::Array::from<std::int32_t>({5}, {0, 1, 1, 2, 2}));
  EXPECT_THAT(error_of([&] { two.check(cut); }), HasSubstr("must hold 3 arrays"));
}

}  // namespace
}  // namespace salix::testing
