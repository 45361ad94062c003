#include "layers/functional/segments.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <tuple>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using Ints = std::vector<std::int32_t>;

class SegmentsOp : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, SegmentsOp, ::testing::ValuesIn(all_targets()), target_name);

Tensor whole_numbers(Exec& exec, const Shape& shape, int below, std::uint64_t seed) {
  std::vector<float> values = random_tensor(exec, shape, seed, 0, below).to_vector<float>();
  for (float& value : values) value = std::floor(value);
  return from(exec, values, shape);
}
Tensor clusters_of(const Tensor& numbers) {
  Ints values;
  for (const float value : numbers.to_vector<float>()) values.push_back(static_cast<int>(value));
  return Tensor::from_host(numbers.exec(), values, numbers.shape());
}

struct Case {
  Tensor clusters, semantic, instance;
};
Case make_case(Exec& exec, std::int64_t images, std::int64_t height, std::int64_t width) {
  const Shape labels{images, 3 * height, 2 * width + 1, 1};
  return {clusters_of(whole_numbers(exec, {2 * images, height, width}, 9, 1)),
          whole_numbers(exec, labels, 3, 2), whole_numbers(exec, labels, 4, 3)};
}
Segments run(const Case& in) {
  return number_segments(in.clusters, in.semantic, in.instance, {.clusters = 9});
}
std::vector<Ints> all_of(const Segments& found) {
  std::vector<Ints> all;
  for (const Tensor& tensor : {found.ids, found.pixel_semantic, found.pixel_instance,
                               found.semantic, found.instance, found.image, found.bounds}) {
    all.push_back(tensor.to_vector<std::int32_t>());
  }
  return all;
}

TEST_P(SegmentsOp, RefusesBadRequests) {
  const Case good = make_case(exec(), 1, 2, 2);
  EXPECT_THAT(error_of([&] {
                number_segments(good.clusters, good.semantic, good.instance,
                                {.clusters = 1 << 14, .label_divisor = 2048});
              }),
              HasSubstr("clusters x 256 x label_divisor must be positive and below 2^32"));
  EXPECT_THAT(error_of([&] {
                number_segments(good.clusters, Tensor::zeros(exec(), {3, 2, 2, 1}),
                                Tensor::zeros(exec(), {3, 2, 2, 1}));
              }),
              HasSubstr("with N a multiple of M"));
  EXPECT_THAT(error_of([&] {
                segment_prototypes(Tensor::zeros(exec(), {2, 2, 3, 4}), run(good));
              }),
              HasSubstr("the ids must have shape [2, 2, 3]"));
}

TEST_P(SegmentsOp, NumbersByImageClusterAndLabels) {
  const Case in{clusters_of(from(exec(), {1, 0, 1, 1, 0, 0, 2, 0}, {2, 2, 2})),
                from(exec(), {2, 0, 2, 1}, {1, 2, 2, 1}), from(exec(), {3, 3, 3, 3}, {1, 2, 2, 1})};
  const std::vector<Ints> found = all_of(run(in));
  EXPECT_EQ(found[0], (Ints{2, 0, 2, 1, 5, 3, 6, 4}));
  EXPECT_EQ(found[1], (Ints{2, 0, 2, 1, 2, 0, 2, 1}));
  EXPECT_EQ(found[3], (Ints{0, 1, 2, 0, 1, 2, 2, -1}));
  EXPECT_EQ(found[4], (Ints{3, 3, 3, 3, 3, 3, 3, -1}));
  EXPECT_EQ(found[5], (Ints{0, 0, 0, 1, 1, 1, 1, -1}));
  EXPECT_EQ(found[6], (Ints{0, 3, 7}));
}

// A map from tuples, in their order: the definition.
TEST_P(SegmentsOp, FollowsTheDefinition) {
  for (const auto& [height, width] : {std::pair{1, 1}, {3, 5}, {16, 16}, {23, 29}}) {
    const Case in = make_case(exec(), 2, height, width);
    const std::vector<Ints> found = all_of(run(in));
    const Ints clusters = in.clusters.to_vector<std::int32_t>();
    const auto semantic = in.semantic.to_vector<float>(), instance = in.instance.to_vector<float>();
    std::map<std::tuple<int, int, int, int>, std::vector<std::size_t>> expected;
    for (int n = 0, at = 0; n < 4; ++n) {
      for (int i = 0; i < height; ++i) {
        for (int j = 0; j < width; ++j, ++at) {
          const int column = j * (2 * width + 1) / width;
          const auto label =
              static_cast<std::size_t>((n % 2 * 3 * height + 3 * i) * (2 * width + 1) + column);
          expected[{n, clusters[static_cast<std::size_t>(at)], static_cast<int>(semantic[label]),
                    static_cast<int>(instance[label])}]
              .push_back(static_cast<std::size_t>(at));
        }
      }
    }
    std::int32_t id = 0;
    for (const auto& [key, pixels] : expected) {
      const auto at = static_cast<std::size_t>(id);
      EXPECT_EQ(std::make_tuple(found[5][at], found[3][at], found[4][at]),
                std::make_tuple(std::get<0>(key), std::get<2>(key), std::get<3>(key)));
      for (const std::size_t pixel : pixels) EXPECT_EQ(found[0][pixel], id);
      ++id;
    }
    EXPECT_EQ(found[6].back(), id);
    for (std::size_t at = static_cast<std::size_t>(id); at < found[3].size(); ++at) {
      EXPECT_EQ(found[3][at], -1);
    }
  }
}

TEST_P(SegmentsOp, PrototypesAreNormalisedSums) {
  const Case in{clusters_of(from(exec(), {0, 1, 0, 1}, {1, 2, 2})),
                Tensor::zeros(exec(), {1, 2, 2, 1}), Tensor::zeros(exec(), {1, 2, 2, 1})};
  const Tensor rows = from(exec(), {1, 2, 3, 0, 2, 2, 5, 0}, {1, 2, 2, 2});
  EXPECT_TRUE(close(segment_prototypes(rows, run(in)), {0.6, 0.8, 1, 0, 0, 0, 0, 0},
                    tolerance::elementwise));
}

TEST_P(SegmentsOp, PrototypesPassGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Segments segments = run(make_case(exec(), 1, 3, 4));
  const auto function = [&](const std::vector<Tensor>& in) {
    return segment_prototypes(in[0], segments);
  };
  EXPECT_EQ(gradcheck(function, {random_leaf(exec(), {2, 3, 4, 3}, 1)}), "");
}

// Prototypes, and the rows' gradient.
std::vector<Tensor> prototypes_of(const Segments& segments, Tensor rows) {
  rows.set_requires_grad(true);
  const Tensor found = segment_prototypes(rows, segments);
  backward(found, random_tensor(rows.exec(), found.shape(), 4));
  return {found.detach(), rows.grad()};
}

TEST_P(SegmentsOp, AgreesWithTheReference) {
  for (const std::int64_t channels : {1, 33, 66}) {
    const Case in = make_case(exec(), 1, 13, 11);
    const Case same{in.clusters.to(reference()), in.semantic.to(reference()),
                    in.instance.to(reference())};
    EXPECT_EQ(all_of(run(in)), all_of(run(same)));
    // Positive, so that no sum is near zero and its direction ill-defined.
    const Shape shape{2, 13, 11, channels};
    const auto found = prototypes_of(run(in), random_tensor(exec(), shape, 5, 0.1, 1));
    const auto expected = prototypes_of(run(same), random_tensor(reference(), shape, 5, 0.1, 1));
    EXPECT_TRUE(close(found[0], expected[0], tolerance::elementwise));
    EXPECT_TRUE(close(found[1], expected[1], tolerance::elementwise));
  }
}

TEST_P(SegmentsOp, LabelsOutsideTheirRangeAreLimited) {
  const Case in{clusters_of(Tensor::zeros(exec(), {1, 1, 3})),
                from(exec(), {-4, 300, std::nanf("")}, {1, 1, 3, 1}),
                from(exec(), {-1, 5000, 2.9f}, {1, 1, 3, 1})};
  const std::vector<Ints> found = all_of(run(in));
  EXPECT_EQ(found[1], (Ints{0, 255, 0}));
  EXPECT_EQ(found[2], (Ints{0, 2047, 2}));
}

TEST_P(SegmentsOp, StaysInItsBuffersAndRepeats) {
  const Case in = make_case(exec(), 1, 7, 9);
  const Shape grid = in.clusters.shape(), room{grid.numel()};
  Guarded ids(exec(), grid, DType::kInt32), s(exec(), grid, DType::kInt32);
  Guarded t(exec(), grid, DType::kInt32), semantic(exec(), room, DType::kInt32);
  Guarded instance(exec(), room, DType::kInt32), image(exec(), room, DType::kInt32);
  Guarded bounds(exec(), {3}, DType::kInt32);
  kernels::number_segments(
      exec(),
      {in.clusters.view(), in.semantic.view(), in.instance.view(), ids.view(), s.view(), t.view(),
       semantic.view(), instance.view(), image.view(), bounds.view()},
      {.clusters = 9});
  EXPECT_TRUE(ids.intact() && s.intact() && t.intact() && semantic.intact() && instance.intact() &&
              image.intact() && bounds.intact());
  const Segments again = run(in);
  EXPECT_TRUE(same_bits(ids.tensor(), again.ids));
  EXPECT_TRUE(same_bits(bounds.tensor(), again.bounds));
  const Tensor rows = random_tensor(exec(), {2, 7, 9, 5}, 1);
  Guarded prototypes(exec(), {room[0], 5}), norms(exec(), room), drows(exec(), rows.shape());
  kernels::segment_prototypes(exec(), {rows.view(), again.ids.view(), again.bounds.view(),
                                       prototypes.view(), norms.view()});
  const Tensor upstream = random_tensor(exec(), {room[0], 5}, 4);
  kernels::segment_prototypes_backward(
      exec(), {upstream.view(), prototypes.view(), norms.view(), again.ids.view(),
               again.bounds.view(), drows.view()});
  EXPECT_TRUE(prototypes.intact() && norms.intact() && drows.intact());
  const auto repeated = prototypes_of(again, rows.clone());
  EXPECT_TRUE(same_bits(prototypes.tensor(), repeated[0]));
  EXPECT_TRUE(same_bits(drows.tensor(), repeated[1]));
}

}  // namespace
}  // namespace salix::testing
