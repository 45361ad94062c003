// a2s, cornet and midnet at 320x320, localvit and sfnet (inference only; its training step is in
// sfnet_bench.cpp) at 224x224. On the host: inference at batch 1 and 8, in float32 and with
// weights in bfloat16, and a training pass (forward and backward, batch statistics, all gradients,
// no optimizer) at batch 2. On a GPU: both at batch 8, 1 (inference only) and 32, in float32, TF32
// and under autocast (bf16), as bench/peers/gpu_peers.py; inference with weights in bfloat16, too.
// FLOPs are those of the published networks' convolutions, so the rate compares with others that do
// them all.
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "layers/functional/autocast.h"
#include "models/network.h"

namespace salix::bench {
namespace {

struct NamedWork {
  const char* name;
  double flops_per_image;
  int size = 320;
};

constexpr NamedWork kTrained[] = {
    {"a2s", 2 * 11.998e9}, {"cornet", 2 * 16.167e9}, {"midnet", 2 * 100.086e9}};
constexpr NamedWork kNetworks[] = {kTrained[0],
                                   kTrained[1],
                                   kTrained[2],
                                   {"localvit", 2 * 4.542e9, 224},
                                   {"sfnet", 2 * 12.26e9, 224}};

// What is computed, and how.
struct Row {
  NamedWork network;
  Precision precision = Precision::kFloat32;
  bool autocast = false;  // kBf16 without it: weights and maps in bfloat16
  bool training = false;

  std::string name() const {
    const std::string task = training ? "_forward_backward" : "_inference";
    if (precision == Precision::kFloat32) return std::string(network.name) + task;
    const bool whole = precision == Precision::kBf16 && !autocast;
    return std::string(network.name) + task + "_" + (whole ? "bfloat16" : name_of(precision));
  }
};

Tensor random_batch(Exec& exec, std::int64_t images, int size, std::uint64_t seed) {
  std::vector<float> values(static_cast<std::size_t>(images * size * size * 3));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 2.0f * philox_uniform({seed, 0, 0}, i) - 1.0f;
  }
  return Tensor::from_host(exec, values, {images, size, size, 3});
}

std::shared_ptr<Network> make(const Row& row) {
  std::shared_ptr network = make_network(bench_exec(row.precision), row.network.name);
  if (row.training) return network;
  if (row.precision == Precision::kBf16 && !row.autocast) network->to(DType::kBFloat16);
  network->eval();
  network->prepare_inference();
  return network;
}

// Google Benchmark calls a row several times to find out how often to iterate. On a GPU drawing
// the weights anew takes longer than the measurement, so the last row's network is kept there.
std::shared_ptr<Network> network_of(const Row& row) {
  if (!on_cuda()) return make(row);
  static auto& kept = *new std::pair<std::string, std::shared_ptr<Network>>;
  if (kept.first != row.name()) {
    kept = {};  // its memory first
    release_memory();
    kept = {row.name(), make(row)};
  }
  return kept.second;
}

void inference(benchmark::State& state, const Row& row) {
  Exec& exec = bench_exec(row.precision);
  release_memory();
  const Autocast policy(exec, row.autocast);
  const auto network = network_of(row);
  const DType dtype =
      row.precision == Precision::kBf16 && !row.autocast ? DType::kBFloat16 : DType::kFloat32;
  const std::int64_t images = state.range(0);
  const Tensor image = random_batch(exec, images, row.network.size, 1).to(dtype),
               modality = random_batch(exec, images, row.network.size, 2).to(dtype);
  const NoGrad no_grad(exec);
  exec.allocator()->reset_peak();
  const double flops = row.network.flops_per_image * static_cast<double>(images);
  run(state, {.flops = flops, .precision = row.precision}, [&] {
    benchmark::DoNotOptimize(network->outputs(image, modality).front().tensor.view().data);
  });
  add_memory(state, exec);
}

// The gradients come in where the networks' losses are: at the prediction, and at midnet's score1.
void training_pass(benchmark::State& state, const Row& row) {
  Exec& exec = bench_exec(row.precision);
  release_memory();
  const Autocast policy(exec, row.autocast);
  const auto network = network_of(row);
  const std::int64_t images = state.range(0);
  const int size = row.network.size;
  const Tensor image = random_batch(exec, images, size, 1),
               modality = random_batch(exec, images, size, 2);
  network->clear_grad();
  exec.allocator()->reset_peak();
  const double flops = 3 * row.network.flops_per_image * static_cast<double>(images);
  run(state, {.flops = flops, .precision = row.precision}, [&] {
    network->clear_grad();
    std::vector<Tensor> logits, cotangents;
    for (const NamedOutput& output : network->outputs(image, modality)) {
      if (output.name != "final" && output.name != "score1") continue;
      logits.push_back(output.tensor);
      cotangents.push_back(Tensor::full(exec, output.tensor.shape(), 1e-3));
    }
    backward(logits, cotangents);
  });
  add_memory(state, exec);
}

void add(const Row& row, const std::vector<std::int64_t>& batches) {
  const auto body = [row](benchmark::State& state) {
    row.training ? training_pass(state, row) : inference(state, row);
  };
  benchmark::RegisterBenchmark(row.name().c_str(), body)
      ->ArgName("batch")
      ->ArgsProduct({batches})
      ->Unit(benchmark::kMillisecond)
      ->Apply(timed);
}

void add_host_rows() {
  for (const NamedWork& network : kTrained) add({.network = network, .training = true}, {2});
  for (const NamedWork& network : kNetworks) {
    add({network}, {1, 8});
    add({network, Precision::kBf16}, {1});
  }
}

// The most telling first: a run may be cut off.
void add_cuda_rows() {
  for (const std::int64_t batch : {8, 1, 32}) {
    for (const Precision precision : {Precision::kBf16, Precision::kTf32, Precision::kFloat32}) {
      for (const bool training : {true, false}) {
        if (training && batch == 1) continue;
        for (const NamedWork& network : training ? std::span<const NamedWork>(kTrained)
                                                 : std::span<const NamedWork>(kNetworks)) {
          add({network, precision, precision == Precision::kBf16, training}, {batch});
        }
      }
    }
  }
  for (const NamedWork& network : kNetworks) add({network, Precision::kBf16}, {8, 1, 32});
}

const bool registered = [] {
  on_cuda() ? add_cuda_rows() : add_host_rows();
  return true;
}();

}  // namespace
}  // namespace salix::bench
