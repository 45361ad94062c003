// Every network at 320x320 in float32 and under autocast: inference at batch 1, folded, and a
// training pass (forward and backward, batch statistics, all gradients) at batch 2; on the host.
#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "layers/functional/autocast.h"
#include "models/network.h"

namespace salix::bench {
namespace {

constexpr int kSize = 320;

Tensor noise(std::int64_t images) {
  std::vector<float> values(static_cast<std::size_t>(images * kSize * kSize * 3));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 2.0f * philox_uniform({1, 0, 0}, i) - 1.0f;
  return Tensor::from_host(bench_exec(), values, {images, kSize, kSize, 3});
}

void inference(benchmark::State& state, const std::string& name, bool amp) {
  Exec& exec = bench_exec();
  release_memory();
  const auto network = make_network(exec, name);
  const Autocast policy(exec, amp);
  network->eval();
  network->prepare_inference();
  const Tensor image = noise(1);
  const NoGrad no_grad(exec);
  exec.allocator()->reset_peak();
  run(state, {},
      [&] { benchmark::DoNotOptimize(network->outputs(image, image).front().tensor.view().data); });
  add_memory(state, exec);
}

void training(benchmark::State& state, const std::string& name, bool amp) {
  Exec& exec = bench_exec();
  release_memory();
  const auto network = make_network(exec, name);
  const Autocast policy(exec, amp);
  const Tensor image = noise(2);
  exec.allocator()->reset_peak();
  run(state, {}, [&] {
    network->clear_grad();
    const Tensor logits = network->outputs(image, image).front().tensor;
    backward(logits, Tensor::full(exec, logits.shape(), 1e-3));
  });
  add_memory(state, exec);
}

const bool registered = [] {
  if (on_cuda()) return false;  // saliency_networks_bench.cpp has these rows at larger batches
  for (const std::string& name : network_names()) {
    for (const bool amp : {false, true}) {
      const std::string tail = "/" + name + (amp ? "/bf16" : "/float32");
      benchmark::RegisterBenchmark(("amp_inference" + tail).c_str(), inference, name, amp)
          ->Unit(benchmark::kMillisecond)
          ->Apply(timed);
      benchmark::RegisterBenchmark(("amp_training" + tail).c_str(), training, name, amp)
          ->Unit(benchmark::kMillisecond)
          ->Apply(timed);
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
