// a2s, cornet and midnet at 320x320: inference at batch 1 and 8, in float32 and bfloat16, and a
// training pass (forward and backward, batch statistics, all gradients) at batch 2. FLOPs are those
// of the published networks' convolutions, so the rate compares with others that do them all.
#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "models/saliency_network.h"

namespace salix::bench {
namespace {

struct Network {
  const char* name;
  double flops_per_image;
};

constexpr Network kNetworks[] = {
    {"a2s", 2 * 11.998e9}, {"cornet", 2 * 16.167e9}, {"midnet", 2 * 100.086e9}};

Tensor random_batch(std::int64_t images, std::uint64_t seed) {
  std::vector<float> values(static_cast<std::size_t>(images * 320 * 320 * 3));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 2.0f * philox_uniform({seed, 0, 0}, i) - 1.0f;
  }
  return Tensor::from_host(bench_exec(), values, {images, 320, 320, 3});
}

void inference(benchmark::State& state, const Network& which, DType dtype) {
  Exec& exec = bench_exec();
  release_memory();
  const auto network = make_network(exec, which.name);
  network->to(dtype);
  network->eval();
  network->prepare_inference();
  const std::int64_t images = state.range(0);
  const Tensor image = random_batch(images, 1).to(dtype),
               modality = random_batch(images, 2).to(dtype);
  const NoGrad no_grad(exec);
  exec.allocator()->reset_peak();
  run(state, {.flops = which.flops_per_image * static_cast<double>(images)}, [&] {
    benchmark::DoNotOptimize(network->outputs(image, modality).front().logits.view().data);
  });
  add_memory(state, exec);
}

// The gradients come in where the networks' losses are: at the prediction, and at midnet's score1.
void training_pass(benchmark::State& state, const Network& which) {
  Exec& exec = bench_exec();
  release_memory();
  const auto network = make_network(exec, which.name);
  const std::int64_t images = state.range(0);
  const Tensor image = random_batch(images, 1), modality = random_batch(images, 2);
  exec.allocator()->reset_peak();
  run(state, {.flops = 3 * which.flops_per_image * static_cast<double>(images)}, [&] {
    network->clear_grad();
    std::vector<Tensor> logits, cotangents;
    for (const NamedOutput& output : network->outputs(image, modality)) {
      if (output.name != "final" && output.name != "score1") continue;
      logits.push_back(output.logits);
      cotangents.push_back(Tensor::full(exec, output.logits.shape(), 1e-3));
    }
    backward(logits, cotangents);
  });
  add_memory(state, exec);
}

template <typename Body>
auto* add(const std::string& name, const Body& body) {
  return benchmark::RegisterBenchmark(name.c_str(), body)
      ->ArgName("batch")
      ->Unit(benchmark::kMillisecond)
      ->Apply(timed);
}

const bool registered = [] {
  for (const Network& which : kNetworks) {
    const std::string name = which.name;
    add(name + "_inference", [which](auto& state) { inference(state, which, DType::kFloat32); })
        ->Arg(1)
        ->Arg(8);
    add(name + "_inference_bfloat16", [which](auto& state) {
      inference(state, which, DType::kBFloat16);
    })->Arg(1);
    add(name + "_forward_backward", [which](auto& state) { training_pass(state, which); })->Arg(2);
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
