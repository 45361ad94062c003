// The one place that knows that oneDNN 3 builds primitive descriptors directly, while 2.x
// goes through operation descriptors. Everything else is written against these functions.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace salix::kernels::onednn {

// The window of a convolution, in oneDNN's terms (its dilation counts the gaps).
struct Window {
  dnnl::memory::dims strides, dilates, padding_begin, padding_end;
};

// A zero descriptor stands for "no bias".
#if DNNL_VERSION_MAJOR >= 3

inline dnnl::convolution_forward::primitive_desc convolution_forward_desc(
    const dnnl::engine& engine, dnnl::prop_kind kind, const dnnl::memory::desc& x,
    const dnnl::memory::desc& weight, const dnnl::memory::desc& bias, const dnnl::memory::desc& y,
    const Window& w, const dnnl::primitive_attr& attributes) {
  return {engine,
          kind,
          dnnl::algorithm::convolution_direct,
          x,
          weight,
          bias,
          y,
          w.strides,
          w.dilates,
          w.padding_begin,
          w.padding_end,
          attributes};
}

inline dnnl::convolution_backward_data::primitive_desc convolution_backward_data_desc(
    const dnnl::engine& engine, const dnnl::memory::desc& dx, const dnnl::memory::desc& weight,
    const dnnl::memory::desc& dy, const Window& w, const dnnl::primitive_attr& attributes,
    const dnnl::convolution_forward::primitive_desc& forward) {
  return {engine,
          dnnl::algorithm::convolution_direct,
          dx,
          weight,
          dy,
          w.strides,
          w.dilates,
          w.padding_begin,
          w.padding_end,
          forward,
          attributes};
}

inline dnnl::convolution_backward_weights::primitive_desc convolution_backward_weights_desc(
    const dnnl::engine& engine, const dnnl::memory::desc& x, const dnnl::memory::desc& dweight,
    const dnnl::memory::desc& dbias, const dnnl::memory::desc& dy, const Window& w,
    const dnnl::primitive_attr& attributes,
    const dnnl::convolution_forward::primitive_desc& forward) {
  return {engine,
          dnnl::algorithm::convolution_direct,
          x,
          dweight,
          dbias,
          dy,
          w.strides,
          w.dilates,
          w.padding_begin,
          w.padding_end,
          forward,
          attributes};
}

inline dnnl::matmul::primitive_desc matmul_desc(const dnnl::engine& engine,
                                                const dnnl::memory::desc& a,
                                                const dnnl::memory::desc& b,
                                                const dnnl::memory::desc& bias,
                                                const dnnl::memory::desc& y,
                                                const dnnl::primitive_attr& attributes) {
  return {engine, a, b, bias, y, attributes};
}

inline void append_hardswish(dnnl::post_ops& ops) {
  ops.append_eltwise(dnnl::algorithm::eltwise_hardswish, 1.0f / 6, 0.5f);
}

#else

inline dnnl::convolution_forward::primitive_desc convolution_forward_desc(
    const dnnl::engine& engine, dnnl::prop_kind kind, const dnnl::memory::desc& x,
    const dnnl::memory::desc& weight, const dnnl::memory::desc& bias, const dnnl::memory::desc& y,
    const Window& w, const dnnl::primitive_attr& attributes) {
  return {{kind, dnnl::algorithm::convolution_direct, x, weight, bias, y, w.strides, w.dilates,
           w.padding_begin, w.padding_end},
          attributes,
          engine};
}

inline dnnl::convolution_backward_data::primitive_desc convolution_backward_data_desc(
    const dnnl::engine& engine, const dnnl::memory::desc& dx, const dnnl::memory::desc& weight,
    const dnnl::memory::desc& dy, const Window& w, const dnnl::primitive_attr& attributes,
    const dnnl::convolution_forward::primitive_desc& forward) {
  return {{dnnl::algorithm::convolution_direct, dx, weight, dy, w.strides, w.dilates,
           w.padding_begin, w.padding_end},
          attributes,
          engine,
          forward};
}

inline dnnl::convolution_backward_weights::primitive_desc convolution_backward_weights_desc(
    const dnnl::engine& engine, const dnnl::memory::desc& x, const dnnl::memory::desc& dweight,
    const dnnl::memory::desc& dbias, const dnnl::memory::desc& dy, const Window& w,
    const dnnl::primitive_attr& attributes,
    const dnnl::convolution_forward::primitive_desc& forward) {
  return {{dnnl::algorithm::convolution_direct, x, dweight, dbias, dy, w.strides, w.dilates,
           w.padding_begin, w.padding_end},
          attributes,
          engine,
          forward};
}

inline dnnl::matmul::primitive_desc matmul_desc(const dnnl::engine& engine,
                                                const dnnl::memory::desc& a,
                                                const dnnl::memory::desc& b,
                                                const dnnl::memory::desc& bias,
                                                const dnnl::memory::desc& y,
                                                const dnnl::primitive_attr& attributes) {
  return {{a, b, bias, y}, attributes, engine};
}

// Version 2 knows one hard swish, and gives a scale of the result instead of its numbers.
inline void append_hardswish(dnnl::post_ops& ops) {
  ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_hardswish, 0.0f, 0.0f);
}

#endif

}  // namespace salix::kernels::onednn
