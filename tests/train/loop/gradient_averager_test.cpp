// Gradients averaged over ranks that are threads.
#include "train/loop/gradient_averager.h"

#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "tests/support/tensors.h"
#include "tests/support/thread_ranks.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// loss = sum of products of the weights that are used with numbers of the rank's own, so that
// the gradients are those numbers. The order of use is that of registration.
class Weights : public Module {
 public:
  explicit Weights(Exec& exec) {
    const std::int64_t sizes[] = {5, 3, 8, 1};
    for (int i = 0; i < 4; ++i) {
      weights[i] = random_tensor(exec, {sizes[i]}, 1);
      weights[i].set_requires_grad(true);
      add_parameter(std::string(1, static_cast<char>('a' + i)), weights[i]);
    }
  }
  Tensor factor(int i, std::uint64_t seed) {
    return random_tensor(weights[i].exec(), weights[i].shape(), seed * 10 + i);
  }
  void backward(std::uint64_t seed, const std::string& used) {
    Tensor loss = Tensor::zeros(weights[0].exec(), {1});
    for (int i = 0; i < 4; ++i) {
      if (used.find(static_cast<char>('a' + i)) == std::string::npos) continue;
      loss = loss + sum(weights[i] * factor(i, seed)).reshape({1});
    }
    salix::backward(loss);
  }
  Tensor weights[4];
};

std::vector<float> mean_of(const Tensor& a, const Tensor& b) {
  std::vector<float> mean = a.to_vector<float>();
  const auto other = b.to_vector<float>();
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (mean[i] + other[i]) / 2;
  return mean;
}

// Seeds are the ranks' numbers: what both ranks must find is known on each.
TEST(GradientAverager, GivesEveryRankTheMeanWhateverTheBuckets) {
  for (const std::size_t bucket_bytes : {1, 30, 1 << 20}) {
    ThreadRanks(2).run([&](Exec& exec, Communicator& ranks) {
      Weights net(exec);
      GradientAverager averager(ranks, net.parameters(), bucket_bytes);
      for (const std::uint64_t seed : {0, 2}) {  // the second time without the unused
        averager.begin();
        net.backward(seed + static_cast<std::uint64_t>(ranks.rank()), "abd");
        averager.finish();
        for (const int i : {0, 1, 3}) {
          EXPECT_EQ(net.weights[i].grad().to_vector<float>(),
                    mean_of(net.factor(i, seed), net.factor(i, seed + 1)));
        }
        EXPECT_FALSE(net.weights[2].grad().defined());
        net.clear_grad();
      }
    });
  }
}

TEST(GradientAverager, SendsWhatHasAddedUpOverIterations) {
  ThreadRanks(2).run([](Exec& exec, Communicator& ranks) {
    Weights net(exec);
    GradientAverager averager(ranks, net.parameters());
    const auto seed = static_cast<std::uint64_t>(ranks.rank());
    net.backward(seed, "abc");
    averager.begin();
    net.backward(seed + 2, "abd");
    averager.finish();
    const auto both = [&](int i, std::uint64_t first) {
      return net.factor(i, first) + net.factor(i, first + 2);
    };
    EXPECT_EQ(net.weights[1].grad().to_vector<float>(), mean_of(both(1, 0), both(1, 1)));
    // c came in the first iteration only, d in the second.
    EXPECT_EQ(net.weights[2].grad().to_vector<float>(),
              mean_of(net.factor(2, 0), net.factor(2, 1)));
    EXPECT_EQ(net.weights[3].grad().to_vector<float>(),
              mean_of(net.factor(3, 2), net.factor(3, 3)));
  });
}

// On one rank only, and later than the buckets were planned for.
TEST(GradientAverager, RanksAgreeOnWhoHasAGradient) {
  ThreadRanks(2).run([](Exec& exec, Communicator& ranks) {
    Weights net(exec);
    GradientAverager averager(ranks, net.parameters(), 1);
    averager.begin();
    net.backward(0, "a");
    averager.finish();
    net.clear_grad();

    averager.begin();
    net.backward(0, ranks.rank() == 0 ? "ab" : "c");
    averager.finish();
    const Tensor zeros = Tensor::zeros(exec, {8});
    EXPECT_EQ(net.weights[2].grad().to_vector<float>(), mean_of(net.factor(2, 0), zeros));
    for (const int i : {0, 1}) {
      EXPECT_EQ(net.weights[i].grad().to_vector<float>(),
                mean_of(net.factor(i, 0), Tensor::zeros(exec, net.weights[i].shape())));
    }
    EXPECT_FALSE(net.weights[3].grad().defined());
  });
}

// One rank that writes down when its sums begin.
class Diary final : public Communicator {
 public:
  int rank() const override { return 0; }
  int ranks() const override { return 1; }
  std::unique_ptr<Pending> start_sum(View values) override {
    text += str("sum of ", values.numel(), "; ");
    struct Done final : Pending {
      void wait() override {}
    };
    return std::make_unique<Done>();
  }
  void all_gather(ConstView, View) override {}
  void broadcast(View) override {}
  void all_gather(std::span<const std::byte> bytes, std::span<std::byte> all) override {
    std::copy(bytes.begin(), bytes.end(), all.begin());
  }
  void barrier() override {}
  [[noreturn]] void abort() override { std::terminate(); }

  std::string text;
};

TEST(GradientAverager, SendsDuringTheBackwardPass) {
  Exec exec;
  Weights net(exec);
  Diary diary;
  GradientAverager averager(diary, net.parameters(), 1);
  const Tensor first = net.weights[0] * net.factor(0, 1);
  register_hook(first, [&](const Tensor&) {
    diary.text += "first op; ";
    return Tensor();
  });
  const Tensor second = net.weights[1] * net.factor(1, 1);
  averager.begin();
  backward(sum(first) + sum(second));
  EXPECT_EQ(diary.text, "first op; ");  // d and c may still come, and are first in order
  averager.finish();
  EXPECT_EQ(diary.text, "first op; sum of 1; sum of 8; sum of 3; sum of 5; ");

  net.clear_grad();
  diary.text.clear();
  const Tensor again = net.weights[0] * net.factor(0, 1);
  register_hook(again, [&](const Tensor&) {
    diary.text += "first op; ";
    return Tensor();
  });
  averager.begin();
  backward(sum(again) + sum(net.weights[1] * net.factor(1, 1)));
  averager.finish();
  EXPECT_EQ(diary.text, "sum of 3; first op; sum of 5; ");
}

TEST(GradientAverager, RefusesMixedTypes) {
  Exec exec;
  Tensor a = random_leaf(exec, {2}, 1, DType::kFloat32), b = random_leaf(exec, {2}, 1);
  Diary diary;
  EXPECT_THAT(error_of([&] {
                GradientAverager(diary, {{"a", &a, true}, {"b", &b, true}});
              }),
              HasSubstr("'b' must be float32 as the others are; got float64"));
}

}  // namespace
}  // namespace salix::testing
