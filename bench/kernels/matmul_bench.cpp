// Matrix products at the layers of the Swin transformer of sfnet (384x384 images): linear
// layers, their weight gradients, and the batched products of window attention.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/matmul/matmul.h"

namespace salix::bench {
namespace {

struct Product {
  const char* name;
  Shape a, b;
  kernels::MatmulParams params;  // {transpose_a, transpose_b}
};

const std::vector<Product> kProducts = with_large<Product>(
    {
        {"square_1024", {1024, 1024}, {1024, 1024}, {}},
        {"qkv_stage1", {9216, 96}, {288, 96}, {false, true}},
        {"mlp_stage1", {9216, 96}, {384, 96}, {false, true}},
        {"mlp_stage3", {576, 384}, {1536, 384}, {false, true}},
        {"mlp_stage4", {144, 3072}, {768, 3072}, {false, true}},
        {"mlp_stage3_backward_weight", {576, 1536}, {576, 384}, {true, false}},
        {"mlp_stage3_backward_data", {576, 1536}, {1536, 384}, {}},
        {"attention_scores", {64, 3, 144, 32}, {64, 3, 144, 32}, {false, true}},
        {"attention_values", {64, 3, 144, 144}, {64, 3, 144, 32}, {}},
    },
    {{"large_8192", {8192, 8192}, {8192, 8192}, {}},
     {"large_mlp_stage1_294912", {294912, 96}, {384, 96}, {false, true}}});

void multiply(benchmark::State& state, const Product& product, Precision precision) {
  Exec& exec = bench_exec(precision);
  const DType dtype = dtype_of_products(precision);
  const Tensor a = random_tensor(exec, product.a, dtype);
  const Tensor b = random_tensor(exec, product.b, dtype);
  Tensor y = Tensor::empty(exec, kernels::matmul_output_shape(product.a, product.b, product.params),
                           dtype);
  Work work{.precision = precision};
  work.flops = 2.0 * static_cast<double>(y.numel()) *
               static_cast<double>(product.a.dim(product.params.transpose_a ? -2 : -1));
  work.bytes = static_cast<double>(a.size_bytes() + b.size_bytes() + y.size_bytes());
  run(state, work,
      [&] { kernels::matmul(exec, a.view(), b.view(), {}, y.mutable_view(), product.params); });
}

// matmul/<precision>/<product>
const bool registered = [] {
  for (const Precision precision : product_precisions()) {
    for (const Product& product : kProducts) {
      const std::string name = str("matmul/", name_of_products(precision), "/", product.name);
      benchmark::RegisterBenchmark(
          name.c_str(),
          [=, &product](benchmark::State& state) { multiply(state, product, precision); })
          ->Unit(benchmark::kMicrosecond)
          ->Apply(timed);
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
