// Convolution through oneDNN. Maps stay channels-last, so that no map is ever reordered;
// the weight is brought into the order that the primitive asks for.
#include <array>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/element.h"
#include "kernels/common/lru_cache.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/onednn/onednn.h"

namespace salix::kernels::onednn {
namespace {

enum class Pass { kForward, kBackwardData, kBackwardWeight };
enum class Residual { kNone, kInPlace, kSeparate };

struct Problem {
  Pass pass;
  DType dtype;
  Shape x, weight, y;
  Conv2dParams params;
  bool bias;
  Residual residual;
};

// A primitive and the buffers' orders that it works on.
struct Plan {
  dnnl::primitive primitive;
  dnnl::memory::desc x, weight, bias, y, scratch;
  dnnl::memory::desc plain_weight;  // ours
  dnnl::primitive reorder;          // between the two; empty when they are the same
};

// oneDNN names sizes in the order N C H W, wherever the elements lie.
dnnl::memory::dims dims_of_map(const Shape& map) { return {map[0], map[3], map[1], map[2]}; }

dnnl::memory::desc map_desc(const Shape& map, DType dtype) {
  return {dims_of_map(map), type_of(dtype), dnnl::memory::format_tag::nhwc};
}

// {[G,] Cout/G, Cin/G, R, S}
dnnl::memory::dims dims_of_weight(const Shape& weight, int groups) {
  if (groups == 1) return {weight[0], weight[3], weight[1], weight[2]};
  return {groups, weight[0] / groups, weight[3], weight[1], weight[2]};
}

dnnl::memory::desc plain_weight_desc(const Shape& weight, int groups, DType dtype) {
  const std::int64_t in = weight[3], row = weight[2] * in, filter = weight[1] * row;
  dnnl::memory::dims strides{filter, 1, row, in};
  if (groups > 1) strides.insert(strides.begin(), filter * (weight[0] / groups));
  return {dims_of_weight(weight, groups), type_of(dtype), strides};
}

dnnl::post_ops epilogue(const Problem& p, const dnnl::memory::desc& y) {
  dnnl::post_ops ops;
  if (p.residual == Residual::kInPlace) ops.append_sum(1.0f);
  if (p.residual == Residual::kSeparate) ops.append_binary(dnnl::algorithm::binary_add, y);
  if (p.params.hardswish) append_hardswish(ops);
  return ops;
}

Plan make_plan(const dnnl::engine& engine, const Problem& p) {
  const auto& [stride, padding, dilation, groups, relu, hardswish] = p.params;
  const Window window{{stride.h, stride.w},
                      {dilation.h - 1, dilation.w - 1},
                      {padding.h, padding.w},
                      {padding.h, padding.w}};
  Plan plan;
  plan.x = map_desc(p.x, p.dtype);
  plan.y = map_desc(p.y, p.dtype);
  if (p.bias) plan.bias = dense({p.weight[0]}, p.dtype);
  plan.plain_weight = plain_weight_desc(p.weight, groups, p.dtype);
  const dnnl::memory::desc weight = any_order(dims_of_weight(p.weight, groups), p.dtype);

  const bool inference = p.pass == Pass::kForward;
  const auto forward = convolution_forward_desc(
      engine, inference ? dnnl::prop_kind::forward_inference : dnnl::prop_kind::forward_training,
      plan.x, weight, inference ? plan.bias : dnnl::memory::desc(), plan.y, window,
      attributes(inference ? epilogue(p, plan.y) : dnnl::post_ops()));
  const auto finish = [&](const auto& desc, const dnnl::memory::desc& wanted) {
    plan.scratch = desc.scratchpad_desc();
    plan.weight = wanted;
  };
  if (p.pass == Pass::kForward) {
    plan.primitive = dnnl::convolution_forward(forward);
    finish(forward, forward.weights_desc());
  } else if (p.pass == Pass::kBackwardData) {
    const auto desc = convolution_backward_data_desc(engine, plan.x, weight, plan.y, window,
                                                     attributes(), forward);
    plan.primitive = dnnl::convolution_backward_data(desc);
    finish(desc, desc.weights_desc());
  } else {
    const auto desc = convolution_backward_weights_desc(engine, plan.x, weight, plan.bias, plan.y,
                                                        window, attributes(), forward);
    plan.primitive = dnnl::convolution_backward_weights(desc);
    finish(desc, desc.diff_weights_desc());
  }
  if (plan.weight != plan.plain_weight) {
    const bool to_plain = p.pass == Pass::kBackwardWeight;
    plan.reorder = dnnl::reorder(
        dnnl::reorder::primitive_desc(engine, to_plain ? plan.weight : plan.plain_weight, engine,
                                      to_plain ? plan.plain_weight : plan.weight));
  }
  return plan;
}

// The plans of one Exec.
class Conv2dPlans {
 public:
  explicit Conv2dPlans(Exec& exec) : exec_(exec) {}

  Plan& get(const Problem& p) {
    return plans_.get(key(p), [&] { return make_plan(exec_.extension<State>().engine, p); });
  }

 private:
  using Key = std::array<std::int64_t, 21>;
  // The thread count belongs to the key: primitives are cut for it when they are made.
  static Key key(const Problem& p) {
    const auto& [stride, padding, dilation, groups, relu, hardswish] = p.params;
    return {static_cast<int>(p.pass),
            static_cast<int>(p.dtype),
            p.x[0],
            p.x[1],
            p.x[2],
            p.x[3],
            p.weight[0],
            p.weight[1],
            p.weight[2],
            stride.h,
            stride.w,
            padding.h,
            padding.w,
            dilation.h,
            dilation.w,
            groups,
            relu,
            hardswish,
            p.bias,
            static_cast<int>(p.residual),
            thread_count()};
  }

  Exec& exec_;
  LruCache<Key, Plan> plans_{512};  // a network's layers, all passes, at several input sizes
};

// One weight in each order that was asked for so far.
struct PackedOrders {
  struct Order {
    dnnl::memory::desc desc;
    std::unique_ptr<Scratch> buffer;
  };
  const void* source = nullptr;
  std::vector<Order> orders;
};

void reorder_weight(Exec& exec, Plan& plan, const dnnl::memory& from, const dnnl::memory& to) {
  dnnl::stream& stream = exec.extension<State>().stream;
  plan.reorder.execute(stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  stream.wait();
}

const void* packed_weight(Exec& exec, Plan& plan, const void* weight, PackedWeight& packed) {
  auto& content = packed.content<PackedOrders>();
  if (content.source != weight) content = {weight, {}};
  for (const PackedOrders::Order& order : content.orders) {
    if (order.desc == plan.weight) return order.buffer->data();
  }
  auto buffer = std::make_unique<Scratch>(exec, plan.weight.get_size());
  const std::shared_ptr<const void> plain = packed.plain(weight);
  reorder_weight(exec, plan, bind(exec, plan.plain_weight, plain.get()),
                 bind(exec, plan.weight, buffer->data()));
  content.orders.push_back({plan.weight, std::move(buffer)});
  return content.orders.back().buffer->data();
}

// Calls body(memory in the plan's order) for a weight that is read.
template <typename Body>
void with_weight(Exec& exec, Plan& plan, const void* weight, PackedWeight* packed,
                 const Body& body) {
  if (!plan.reorder) {
    return body(bind(exec, plan.weight, packed ? packed->keep_plain(weight) : weight));
  }
  if (packed) return body(bind(exec, plan.weight, packed_weight(exec, plan, weight, *packed)));
  const Scratch scratch(exec, plan.weight.get_size());
  const dnnl::memory reordered = bind(exec, plan.weight, scratch.data());
  reorder_weight(exec, plan, bind(exec, plan.plain_weight, weight), reordered);
  body(reordered);
}

// ReLU over y, in place. The library's own would be free, but on x86 it is MAXPS(value, 0), which
// makes 0 of NaN: a network that has diverged would go on as if nothing were wrong. a2s at 320x320,
// one thread of an AVX2 EPYC: no difference at batch 1, 4 % at batch 8, whose maps leave the
// caches.
void rectify(View y) {
  visit_float("conv2d", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* values = y.as<T>();
    parallel_for(y.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) {
        const accumulator<T> value = load_element(values, i);
        store_element(values, i, value < 0 ? accumulator<T>(0) : value);
      }
    });
  });
}

}  // namespace

bool has_conv2d(DType dtype) { return has_type(dtype); }

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  const bool relu = params.relu;
  params.relu = false;
  translate_errors("conv2d", [&] {
    Residual mode = residual.empty() ? Residual::kNone : Residual::kSeparate;
    if (mode == Residual::kSeparate && residual.data == y.data) mode = Residual::kInPlace;
    Plan& plan = exec.extension<Conv2dPlans>().get(
        {Pass::kForward, x.dtype, x.shape, weight.shape, y.shape, params, !bias.empty(), mode});
    with_weight(exec, plan, weight.data, packed, [&](const dnnl::memory& ready) {
      Arguments arguments{{DNNL_ARG_SRC, bind(exec, plan.x, x.data)},
                          {DNNL_ARG_WEIGHTS, ready},
                          {DNNL_ARG_DST, bind(exec, plan.y, y.data)}};
      if (!bias.empty()) arguments.emplace(DNNL_ARG_BIAS, bind(exec, plan.bias, bias.data));
      if (mode == Residual::kSeparate) {
        arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1,
                          bind(exec, plan.y, residual.data));
      }
      run(exec, plan.primitive, plan.scratch, std::move(arguments));
    });
  });
  if (relu) rectify(y);
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  translate_errors("conv2d_backward_data", [&] {
    params.relu = false;
    Plan& plan =
        exec.extension<Conv2dPlans>().get({Pass::kBackwardData, dx.dtype, dx.shape, weight.shape,
                                           dy.shape, params, false, Residual::kNone});
    with_weight(exec, plan, weight.data, nullptr, [&](const dnnl::memory& ready) {
      run(exec, plan.primitive, plan.scratch,
          {{DNNL_ARG_DIFF_DST, bind(exec, plan.y, dy.data)},
           {DNNL_ARG_WEIGHTS, ready},
           {DNNL_ARG_DIFF_SRC, bind(exec, plan.x, dx.data)}});
    });
  });
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  translate_errors("conv2d_backward_weight", [&] {
    params.relu = false;
    Plan& plan =
        exec.extension<Conv2dPlans>().get({Pass::kBackwardWeight, x.dtype, x.shape, dweight.shape,
                                           dy.shape, params, !dbias.empty(), Residual::kNone});
    const Scratch scratch(exec, plan.reorder ? plan.weight.get_size() : 1);
    const dnnl::memory ours = bind(exec, plan.plain_weight, dweight.data);
    const dnnl::memory theirs = plan.reorder ? bind(exec, plan.weight, scratch.data()) : ours;
    Arguments arguments{{DNNL_ARG_SRC, bind(exec, plan.x, x.data)},
                        {DNNL_ARG_DIFF_DST, bind(exec, plan.y, dy.data)},
                        {DNNL_ARG_DIFF_WEIGHTS, theirs}};
    if (!dbias.empty()) arguments.emplace(DNNL_ARG_DIFF_BIAS, bind(exec, plan.bias, dbias.data));
    run(exec, plan.primitive, plan.scratch, std::move(arguments));
    if (plan.reorder) reorder_weight(exec, plan, theirs, ours);
  });
}

}  // namespace salix::kernels::onednn
