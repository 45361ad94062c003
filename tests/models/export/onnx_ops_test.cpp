// The ONNX form of every op of layers/functional: exported one by one, and compared in ONNX
// Runtime on one and on three images where $SALIX_PYTHON names a Python that has it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/autograd/tape.h"
#include "engine/io/npy.h"
#include "layers/functional/adaptive_avg_pool2d.h"
#include "layers/functional/adaptive_max_pool2d.h"
#include "layers/functional/argmax.h"
#include "layers/functional/avg_pool2d.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/binary.h"
#include "layers/functional/concat.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/gather.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/matmul.h"
#include "layers/functional/max_pool2d.h"
#include "layers/functional/pad.h"
#include "layers/functional/permute.h"
#include "layers/functional/reduce.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/roll.h"
#include "layers/functional/slice.h"
#include "layers/functional/softmax.h"
#include "layers/functional/unary.h"
#include "layers/functional/upsampled_conv2d.h"
#include "layers/functional/where.h"
#include "layers/functional/window_attention.h"
#include "layers/modules/state_dict.h"
#include "models/export/onnx_model.h"
#include "tests/models/export/toy_network.h"
#include "tests/support/paths.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

struct Case {
  const char* name;
  ToyNetwork::Function function;  // of images [N,32,32,3]
};

Tensor draw(const Tensor& like, const Shape& shape, std::uint64_t seed, double low = -1) {
  return random_tensor(like.exec(), shape, seed, low, 1);
}

Tensor unary_ops(const Tensor& x) {
  const Tensor positive = abs(x) + 0.5;
  return concat({relu(x), gelu(x), sigmoid(x), hardswish(x * 4.0), exp(x), log(positive),
                 sqrt(positive), square(x), negate(x), pow(positive, 1.7), clamp(x, -0.3, 0.4),
                 affine(x, 2, -1), affine(x, 1, 0), reciprocal(positive, 3)},
                -1);
}

Tensor binary_ops(const Tensor& x) {
  const Tensor map = draw(x, {1, 32, 32, 3}, 1), row = draw(x, {32, 3}, 2),
               channel = draw(x, {3}, 3);
  return concat({add(x, map), sub(x, row), mul(x, channel), div(x, abs(map) + 1.0), minimum(x, row),
                 maximum(channel, x), greater(x, map), greater_equal(x, 0.5), less(row, x),
                 less_equal(x, channel), equal(x, x), where(greater(x, 0.0), x, negate(x))},
                3);
}

Tensor convolutions(const Tensor& x) {
  const Tensor wide = conv2d(x, draw(x, {6, 3, 3, 3}, 1), draw(x, {6}, 2), {.padding = {1, 0}});
  const Tensor grouped =
      conv2d(wide, draw(x, {6, 3, 1, 3}, 3), {},
             {.stride = {2, 1}, .padding = {2, 0}, .dilation = {2, 1}, .groups = 2});
  return upsampled_conv2d({x, grouped}, draw(x, {2, 3, 3, 9}, 4), draw(x, {2}, 5), 35, 33,
                          {.align_corners = true});
}

Tensor norms(const Tensor& x) {
  const Tensor map = concat({x, x * 2.0 + 1.0}, 3);
  const Tensor gamma = draw(x, {6}, 1), beta = draw(x, {6}, 2), variance = draw(x, {6}, 3, 0.5);
  const Tensor y = batch_norm(map, gamma, beta, draw(x, {6}, 4), variance,
                              {.eps = 1e-3, .training = false, .relu = true}, square(map));
  return concat({y, group_norm(map, gamma, beta, {.groups = 3, .relu = true}),
                 group_norm(map, beta, gamma, {.groups = 1}), layer_norm(map, gamma, beta),
                 softmax(map), log_softmax(map)},
                3);
}

Tensor pools(const Tensor& x) {
  const std::vector<Tensor> maps{
      max_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1}),
      avg_pool2d(x, {.kernel = {3, 2}, .stride = 2, .padding = 1}),
      avg_pool2d(x, {.kernel = 3, .stride = 1, .padding = 1, .count_include_pad = false}),
      adaptive_max_pool2d(x, 13, 9),
      adaptive_max_pool2d(x, 40, 16),
      adaptive_max_pool2d(x, 1, 1),
      adaptive_avg_pool2d(x, 7, 5),
      adaptive_avg_pool2d(x, 40, 8),
      adaptive_avg_pool2d(x, 1, 1)};
  std::vector<Tensor> rows;
  for (const Tensor& map : maps) rows.push_back(map.reshape({x.dim(0), -1, 1, 1}));
  return concat(rows, 1);
}

Tensor resizes(const Tensor& x) {
  const Tensor small = resize_bilinear(x, 13, 17, {.align_corners = true});
  return concat(
      {resize_bilinear(small, 29, 40), resize_bilinear(x, 29, 40, {.align_corners = true}),
       resize_bilinear(resize_bilinear(x, 1, 1), 29, 40)},
      3);
}

// A window attention as transformers write it: cut, attend, put together.
Tensor attention(const Tensor& x) {
  const std::int64_t n = x.dim(0);
  const Tensor shifted = roll(x, {.shift_h = -3, .shift_w = 5});
  const Tensor windows =
      permute(shifted.reshape({n, 4, 8, 4, 8, 3}), {0, 1, 3, 2, 4, 5}).reshape({n * 16, 64, 3});
  const Tensor q = linear(windows, draw(x, {8, 3}, 1), draw(x, {8}, 2));
  const Tensor k = linear(windows, draw(x, {8, 3}, 3), {});
  const Tensor index = argmax(draw(x, {64, 64, 5}, 4));   // constant
  const Tensor bias = gather(draw(x, {5, 2}, 5), index);  // [64,64,2]
  const Tensor scores = matmul(q, k, {}, {.transpose_b = true}) + mean(bias, {2});
  const Tensor y = matmul(softmax(scores), windows).reshape({n, 4, 4, 8, 8, 3});
  return x + roll(permute(y, {0, 1, 3, 2, 4, 5}).reshape({n, 32, 32, 3}),
                  {.shift_h = 3, .shift_w = -5});
}

// As one op: plain and shifted, and masked by maps in either order.
Tensor window_attentions(const Tensor& x) {
  const Tensor qkv = linear(slice(x, 1, 0, 24), draw(x, {18, 3}, 1), draw(x, {18}, 2));
  const Tensor bias = draw(x, {225, 2}, 3);
  const Tensor red = sigmoid(slice(slice(x, 1, 0, 24), 3, 0, 1) * 3.0);
  const Tensor grey = sigmoid(linear(slice(x, 1, 0, 24), draw(x, {1, 3}, 4) * 3.0));
  const auto attend = [&](const Tensor& saliency, int shift) {
    return window_attention(qkv, bias, saliency, {.heads = 2, .window = 8, .shift = shift});
  };
  return concat({attend({}, 0), attend({}, 3), attend(red, 0), attend(grey, 5)}, 3);
}

Tensor cuts(const Tensor& x) {
  const Tensor inner = slice(x, {0, 2, 3, 1}, {x.dim(0), 20, 25, 2});
  const Tensor padded = pad(inner, {0, 1, 2, 0}, {0, 3, 0, 1}, 0.25);  // [N,24,27,3]
  const Tensor turned = permute(padded, {0, 2, 1, 3});
  return permute(slice(turned, 1, 0, 24), {0, 2, 1, 3}) - slice(padded, 2, 3, 24);
}

Tensor reductions(const Tensor& x) {
  const Tensor deepest = argmax(x).to(DType::kFloat32).reshape({-1, 32, 32, 1});
  const Tensor columns = mean(x, {1}).reshape({-1, 1, 32, 3});  // [N,W,C]: our own order counts
  return deepest + columns + sum(x, {1, 2}).reshape({-1, 1, 1, 3}) +
         mean(x, {-1}, {.keep_axes = true}) + sum(x, {3}).reshape({-1, 32, 32, 1});
}

// The parameter of the network on the way through a product with both factors transposed.
Tensor products(const Tensor& x) {
  const Tensor rows = x.reshape({-1, 1024, 3});
  const Tensor gram = matmul(rows, rows, draw(x, {3}, 1), {.transpose_a = true});  // [N,3,3]
  const Tensor mixed = matmul(gram, rows, {}, {.transpose_a = true, .transpose_b = true});
  return permute(mixed, {0, 2, 1}).reshape({-1, 32, 32, 3});
}

std::vector<Case> cases() {
  return {{"unary", unary_ops},
          {"binary", binary_ops},
          {"convolutions", convolutions},
          {"norms", norms},
          {"pools", pools},
          {"resizes", resizes},
          {"attention", attention},
          {"window_attentions", window_attentions},
          {"cuts", cuts},
          {"reductions", reductions},
          {"products", products}};
}

TEST(OnnxOps, ComputeTheSameInOnnxRuntime) {
  if (!has_onnx()) GTEST_SKIP() << "built without libonnx-dev";
  Exec exec;
  const ScratchFolder folder;
  for (const Case& op : cases()) {
    SCOPED_TRACE(op.name);
    ToyNetwork toy(exec, op.function);
    export_onnx(toy, 32, folder / str(op.name, ".onnx"));
    const NoGrad no_grad(exec);
    for (const int batch : {1, 3}) {
      const Tensor image = random_tensor(exec, {batch, 32, 32, 3}, 7);
      const std::string prefix = folder / str(op.name, "_", batch);
      io::write_npy(prefix + "_image.npy", to_nchw(image));
      io::write_npy(prefix + "_final_logits.npy", to_nchw(op.function(image)));
    }
  }
  const char* python = std::getenv("SALIX_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "SALIX_PYTHON names no Python with onnxruntime";
  const std::string command =
      str(python, " ", (source_folder() / "tests/peers/onnx_cases.py").string(), " ",
          folder.path().string());
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

}  // namespace
}  // namespace salix::testing
