#include "layers/functional/segment_contrast.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "layers/functional/unit_vectors.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using Ints = std::vector<std::int32_t>;

class SegmentContrast : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, SegmentContrast, ::testing::ValuesIn(all_targets()), target_name);

struct Case {
  Tensor rows, prototypes, memory;  // unit vectors
  Ints row_class, own, prototype_class, bounds, memory_class, memory_bounds;
};

struct Sizes {
  int rows, prototypes, memory, groups, channels;
  int classes = 3;
};

Tensor units(Exec& exec, int count, int channels, std::uint64_t seed) {
  const Tensor map = random_tensor(exec, {count, 1, 1, channels}, seed);
  return unit_vectors({map}).unit.reshape({count, channels});
}

// `rows` and `prototypes` are those of a group; a fifth of the room stays unused. Classes turn, so
// that groups of few prototypes have rows without another of their class.
Case make_case(Exec& exec, const Sizes& s) {
  Case c;
  const int used = s.prototypes * s.groups, room = used + used / 5;
  c.rows = units(exec, s.rows * s.groups, s.channels, 1);
  c.prototypes = units(exec, room, s.channels, 2);
  for (int k = 0; k < room; ++k)
    c.prototype_class.push_back(k < used ? (k * 7 / 3) % s.classes : -1);
  for (int g = 0; g <= s.groups; ++g) c.bounds.push_back(g * s.prototypes);
  for (int i = 0; i < s.rows * s.groups; ++i) {
    c.own.push_back(i / s.rows * s.prototypes + i * 5 % s.prototypes);
    c.row_class.push_back(c.prototype_class[static_cast<std::size_t>(c.own.back())]);
  }
  if (s.memory == 0) return c;
  c.memory = units(exec, s.memory + 3, s.channels, 3);
  for (int k = 0; k < s.memory + 3; ++k) c.memory_class.push_back(k % s.classes);
  c.memory_bounds = {0, s.memory / 2, s.memory};
  return c;
}

Tensor list(Exec& exec, const Ints& values) {
  return values.empty()
             ? Tensor()
             : Tensor::from_host(exec, values, {static_cast<std::int64_t>(values.size())});
}
Tensor loss_of(const Case& c, const Tensor& rows, const Tensor& prototypes,
               const SegmentContrastParams& params) {
  Exec& exec = rows.exec();
  return segment_contrast({rows, list(exec, c.row_class), list(exec, c.own)},
                          {prototypes, list(exec, c.prototype_class), list(exec, c.bounds)},
                          {c.memory, list(exec, c.memory_class), list(exec, c.memory_bounds)},
                          params);
}
// Loss and both gradients.
std::vector<Tensor> run(const Case& c, const SegmentContrastParams& params) {
  Tensor rows = c.rows.clone(), prototypes = c.prototypes.clone();
  rows.set_requires_grad(true);
  prototypes.set_requires_grad(true);
  const Tensor loss = loss_of(c, rows, prototypes, params);
  backward(loss, Tensor::full(loss.exec(), loss.shape(), 0.75, loss.dtype()));
  return {loss.detach(), rows.grad(), prototypes.grad()};
}

// Sums with the exponentials as they stand in the formula, in double.
double by_definition(const Case& c, const SegmentContrastParams& params) {
  const auto rows = c.rows.to_vector<double>(), prototypes = c.prototypes.to_vector<double>();
  const auto memory = c.memory.defined() ? c.memory.to_vector<double>() : std::vector<double>();
  const std::size_t channels = rows.size() / c.row_class.size();
  const std::size_t groups = static_cast<std::size_t>(params.groups);
  const std::size_t per_group = c.row_class.size() / groups, step = (c.bounds.size() - 1) / groups;
  const auto left_out = [&](int label) {
    return label < 0 || (params.classes > 0 && label >= params.classes);
  };
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < c.row_class.size(); ++i) {
    if (left_out(c.row_class[i])) continue;
    double positive = 0, own = 0, negative = 0;
    const auto see = [&](const double* p, int label, bool is_own) {
      if (left_out(label)) return;
      double cosine = 0;
      for (std::size_t k = 0; k < channels; ++k) cosine += rows[i * channels + k] * p[k];
      const double margin = label == c.row_class[i] ? params.margin : 0;
      const double term = std::exp(params.concentration * (cosine - margin));
      (label != c.row_class[i] ? negative : (is_own ? own : positive)) += term;
    };
    const std::size_t group = i / per_group;
    for (int j = c.bounds[group * step]; j < c.bounds[(group + 1) * step]; ++j) {
      const auto at = static_cast<std::size_t>(j);
      see(&prototypes[at * channels], c.prototype_class[at], j == c.own[i]);
    }
    for (std::size_t j = 0; j < c.memory_class.size(); ++j) {
      if (static_cast<int>(j) < c.memory_bounds.back()) {
        see(&memory[j * channels], c.memory_class[j], false);
      }
    }
    const double num = positive > 0 ? positive : own;
    sum -= std::log(num / (num + negative));
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

// Of one row and prototype; below, at and above tiles of 48 and 64; several tasks and tiles.
const std::vector<Sizes> kSizes{{1, 1, 0, 1, 1},   {5, 2, 0, 3, 4},      {48, 15, 6, 1, 8},
                                {64, 64, 0, 2, 9}, {65, 70, 131, 1, 33}, {500, 40, 0, 2, 66}};

std::vector<SegmentContrastParams> all_params(int groups) {
  std::vector<SegmentContrastParams> all;
  for (const int classes : {0, 2}) {
    for (const float concentration : {6.0f, 16.0f}) {
      all.push_back({.concentration = concentration, .classes = classes, .groups = groups});
    }
  }
  return all;
}

TEST_P(SegmentContrast, RefusesBadRequests) {
  const Case c = make_case(exec(), {6, 4, 0, 1, 3});
  const auto error = [&](const SegmentContrastParams& params) {
    return error_of([&] { loss_of(c, c.rows, c.prototypes, params); });
  };
  EXPECT_THAT(error({.concentration = 30}),
              HasSubstr("the concentration must lie in (0, 25]; got 30"));
  EXPECT_THAT(error({.margin = -1}), HasSubstr("the margin must lie in [0, 1]"));
  EXPECT_THAT(error({.groups = 4}), HasSubstr("R and B multiples of the 4 groups"));
  EXPECT_THAT(error_of([&] { loss_of(c, c.rows.to(DType::kBFloat16), c.prototypes, {}); }),
              HasSubstr("must have one dtype"));
  EXPECT_THAT(error_of([&] { loss_of(c, units(exec(), 6, 4, 1), c.prototypes, {}); }),
              HasSubstr("needs rows [R,C], prototypes [K,C]"));
}

TEST_P(SegmentContrast, FollowsTheDefinition) {
  for (const Sizes& sizes : kSizes) {
    const Case c = make_case(exec(), sizes);
    for (const SegmentContrastParams& params : all_params(sizes.groups)) {
      EXPECT_NEAR(run(c, params)[0].item(), by_definition(c, params), 2e-5)
          << sizes.rows << " rows, kappa " << params.concentration << ", " << params.classes;
    }
  }
}

TEST_P(SegmentContrast, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Sizes& sizes : {Sizes{7, 5, 4, 2, 3}, Sizes{6, 2, 0, 2, 3}}) {
    Case c = make_case(exec(), sizes);
    if (c.memory.defined()) c.memory = c.memory.to(DType::kFloat64);
    const auto leaf = [](const Tensor& values) {
      Tensor copy = values.to(DType::kFloat64);
      copy.set_requires_grad(true);
      return copy;
    };
    for (const int classes : {0, 2}) {
      const SegmentContrastParams params{.concentration = 6, .classes = classes, .groups = 2};
      const auto function = [&](const std::vector<Tensor>& in) {
        return loss_of(c, in[0], in[1], params);
      };
      EXPECT_EQ(gradcheck(function, {leaf(c.rows), leaf(c.prototypes)}), "") << classes;
    }
  }
}

TEST_P(SegmentContrast, AgreesWithTheReference) {
  for (const Sizes& sizes : kSizes) {
    for (SegmentContrastParams params : all_params(sizes.groups)) {
      for (const bool published : {false, true}) {
        // Where the own term drowns the others, one rounding decides: not at this concentration.
        if (published && params.concentration > 6) continue;
        params.published_sums = published;
        const auto found = run(make_case(exec(), sizes), params);
        const auto expected = run(make_case(reference(), sizes), params);
        const Tolerance rough{1e-5, published ? 1e-3 : 1e-4};
        for (std::size_t k = 0; k < 3; ++k) {
          EXPECT_TRUE(close(found[k], expected[k], rough)) << k << " " << sizes.rows << published;
        }
      }
    }
  }
}

// Rows of a class that nobody else has: the own prototype stands in. And nobody to be told from.
TEST_P(SegmentContrast, OwnTermAloneAndNoNegatives) {
  Case c;
  c.rows = from(exec(), {1, 0, 0, 1}, {2, 2});
  c.prototypes = from(exec(), {0.6f, 0.8f, 0.8f, 0.6f}, {2, 2});
  c.row_class = {0, 1};
  c.own = {0, 1};
  c.prototype_class = {0, 1};
  c.bounds = {0, 2};
  const SegmentContrastParams params{.concentration = 2};
  const double expected = std::log(1 + std::exp(2 * (0.8 - 0.6) + 1));
  EXPECT_NEAR(run(c, params)[0].item(), expected, 1e-6);
  c.row_class = c.prototype_class = {1, 1};
  const auto nothing = run(c, params);
  EXPECT_EQ(nothing[0].item(), 0);
  EXPECT_EQ(dot(nothing[1], nothing[1]) + dot(nothing[2], nothing[2]), 0);
}

TEST_P(SegmentContrast, IsZeroWhereNoRowTakesPart) {
  Case c = make_case(exec(), {6, 4, 5, 1, 3});
  c.row_class.assign(c.row_class.size(), 7);
  const auto found = run(c, {.classes = 2});
  EXPECT_EQ(found[0].item(), 0);
  EXPECT_TRUE(same_bits(found[1], Tensor::zeros(exec(), found[1].shape())));
  EXPECT_TRUE(same_bits(found[2], Tensor::zeros(exec(), found[2].shape())));
}

// Behind the bounds there may be anything.
TEST_P(SegmentContrast, DoesNotReadTheUnusedRoom) {
  const Sizes sizes{20, 10, 8, 2, 5};
  Case c = make_case(exec(), sizes);
  const auto expected = run(c, {.groups = 2});
  const auto spoil = [&](Tensor& table, int used) {
    std::vector<float> values = table.to_vector<float>();
    for (std::size_t i = static_cast<std::size_t>(used) * 5; i < values.size(); ++i) {
      values[i] = std::nanf("");
    }
    table = from(exec(), values, table.shape());
  };
  spoil(c.prototypes, 20);
  spoil(c.memory, 8);
  c.prototype_class.back() = 0;
  const auto found = run(c, {.groups = 2});
  for (std::size_t k = 0; k < 3; ++k) EXPECT_TRUE(same_bits(found[k], expected[k])) << k;
}

TEST_P(SegmentContrast, StaysInItsBuffersAndRepeats) {
  for (const Sizes& sizes : kSizes) {
    const Case c = make_case(exec(), sizes);
    const SegmentContrastParams params{.groups = sizes.groups};
    Guarded loss(exec(), {1}), counted(exec(), {1}), row_slope(exec(), c.rows.shape());
    Guarded prototype_slope(exec(), c.prototypes.shape());
    Guarded drows(exec(), c.rows.shape()), dprototypes(exec(), c.prototypes.shape());
    const Tensor row_class = list(exec(), c.row_class), own = list(exec(), c.own);
    const Tensor prototype_class = list(exec(), c.prototype_class), bounds = list(exec(), c.bounds);
    const Tensor memory_class = list(exec(), c.memory_class);
    const Tensor memory_bounds = list(exec(), c.memory_bounds);
    const auto view = [](const Tensor& t) { return t.defined() ? t.view() : ConstView{}; };
    kernels::segment_contrast(
        exec(),
        {c.rows.view(), row_class.view(), own.view(), c.prototypes.view(), prototype_class.view(),
         bounds.view(), view(c.memory), view(memory_class), view(memory_bounds), loss.view(),
         counted.view(), row_slope.view(), prototype_slope.view()},
        params);
    const Tensor dloss = Tensor::full(exec(), {1}, 0.75);
    kernels::segment_contrast_backward(
        exec(), {dloss.view(), counted.view(), row_slope.view(), prototype_slope.view(),
                 drows.view(), dprototypes.view()});
    EXPECT_TRUE(loss.intact() && counted.intact() && row_slope.intact() &&
                prototype_slope.intact() && drows.intact() && dprototypes.intact());
    const auto again = run(c, params);
    EXPECT_EQ(loss.tensor().item(), again[0].item());
    EXPECT_TRUE(same_bits(drows.tensor(), again[1]));
    EXPECT_TRUE(same_bits(dprototypes.tensor(), again[2]));
    EXPECT_TRUE(same_bits(again[0], loss_of(c, c.rows, c.prototypes, params)));  // without slopes
  }
}

TEST(SegmentContrastThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return run(make_case(exec, {900, 60, 40, 2, 17}), {.groups = 2});
  }));
}

}  // namespace
}  // namespace salix::testing
