// What a training iteration of DHFR asks of sfnet: a pass on the inputs, one on degraded copies
// with the same weights, and gradients that enter wherever the recipe's losses look. The losses are
// stand-ins of almost no cost: the mean binary cross entropy of all maps plus the mean square of
// both embeddings (bench/peers/sfnet_step.py does the same in PyTorch).
#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "models/sfnet/sfnet.h"
#include "train/losses/pixel_losses.h"
#include "train/recipes/scribble/two_passes.h"

namespace salix::bench {
namespace {

// Per image and pass; twice that again for the gradients.
constexpr double kPassFlops = 2 * 12.26e9;

Tensor random_map(Exec& exec, std::int64_t images, int channels, std::uint64_t seed) {
  const Shape shape{images, Sfnet::kSize, Sfnet::kSize, channels};
  std::vector<float> values(static_cast<std::size_t>(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = philox_uniform({seed, 0, 0}, i);
  return Tensor::from_host(exec, values, shape);
}

Tensor stand_in_loss(const TwoPasses& seen, const Tensor& target) {
  std::vector<Tensor> maps = seen.maps;
  maps.insert(maps.end(), {seen.contour, seen.map_aug});
  Tensor total;
  for (const Tensor& logits : maps) {
    const Tensor loss = bce_loss(logits, target) / static_cast<double>(maps.size());
    total = total.defined() ? total + loss : loss;
  }
  for (const Tensor& embedding : {seen.embedding, seen.embedding_aug}) {
    total = total + mean(square(embedding)) / 2;
  }
  return total;
}

void training_step(benchmark::State& state) {
  Exec& exec = bench_exec();
  release_memory();
  Sfnet network(exec);
  const std::int64_t images = state.range(0);
  const Tensor image = random_map(exec, images, 3, 1), depth = random_map(exec, images, 3, 2);
  const Tensor target = random_map(exec, images, 1, 3);
  exec.allocator()->reset_peak();
  const double flops = 2 * 3 * kPassFlops * static_cast<double>(images);
  run(state, {.flops = flops}, [&] {
    network.clear_grad();
    backward(stand_in_loss(two_passes(network, image, depth), target));
  });
  add_memory(state, exec);
}

BENCHMARK(training_step)
    ->Name("sfnet_training_step")
    ->ArgName("batch")
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
