#include "kernels/conv2d/conv2d_operations_cudnn.h"

#include <array>
#include <deque>
#include <utility>

namespace salix::kernels::cuda {
namespace {

using cudnn::BackendDescriptor;

// cuDNN names the axes [N,C,H,W] whatever lies in memory; the strides say channels-last. A
// filter [K,R,S,C/groups] is to it [K,C/groups,R,S], and the groups follow from x's channels.
BackendDescriptor tensor_of(std::int64_t uid, const Shape& shape, cudnnDataType_t type,
                            std::int64_t alignment) {
  const std::int64_t height = shape[1], width = shape[2], channels = shape[3];
  BackendDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
  tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS,
             std::array<std::int64_t, 4>{shape[0], channels, height, width});
  tensor.set(CUDNN_ATTR_TENSOR_STRIDES,
             std::array<std::int64_t, 4>{height * width * channels, 1, width * channels, channels});
  tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, uid);
  tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, alignment);
  return tensor;
}

BackendDescriptor convolution_of(const Conv2dParams& p) {
  const auto both = [](const Size2& size) { return std::array<std::int64_t, 2>{size.h, size.w}; };
  BackendDescriptor convolution(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  convolution.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
  convolution.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
  convolution.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
  convolution.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, both(p.padding));
  convolution.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, both(p.padding));
  convolution.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, both(p.dilation));
  convolution.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, both(p.stride));
  return convolution;
}

// What cuDNN calls the same thing in the three passes.
struct PassNames {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t convolution, x, weight, y, alpha, beta;
};

PassNames names_of(Conv2dPass pass) {
  if (pass == Conv2dPass::kForward) {
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
  }
  if (pass == Conv2dPass::kBackwardData) {
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

// Keeps every descriptor: it is nowhere said that what refers to one has taken a copy.
class GraphBuilder {
 public:
  GraphBuilder(const Conv2dProblem& problem, std::int64_t alignment)
      : problem_(problem), type_(cudnn::type_of(problem.dtype)), alignment_(alignment) {}

  const BackendDescriptor& buffer(std::int64_t uid, const Shape& shape) {
    return finished(tensor_of(uid, shape, type_, alignment_));
  }

  // What passes from one operation to the next: never in memory, and float.
  const BackendDescriptor& between() {
    BackendDescriptor tensor =
        tensor_of(next_virtual_++, problem_.y, CUDNN_DATA_FLOAT, /*alignment=*/16);
    tensor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
    return finished(std::move(tensor));
  }

  void convolve(const BackendDescriptor& x, const BackendDescriptor& weight,
                const BackendDescriptor& y) {
    const PassNames names = names_of(problem_.pass);
    BackendDescriptor operation(names.operation);
    operation.set(names.convolution, finished(convolution_of(problem_.params)));
    operation.set(names.x, x);
    operation.set(names.weight, weight);
    operation.set(names.y, y);
    operation.set(names.alpha, 1.0f);
    operation.set(names.beta, 0.0f);
    finish(std::move(operation));
  }

  void add(const BackendDescriptor& in, const BackendDescriptor& addend,
           const BackendDescriptor& out) {
    BackendDescriptor operation = pointwise(finished(mode(CUDNN_POINTWISE_ADD)), in, out);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, addend);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1.0f);
    finish(std::move(operation));
  }

  void relu(const BackendDescriptor& in, const BackendDescriptor& out) {
    BackendDescriptor relu = mode(CUDNN_POINTWISE_RELU_FWD);
    // As conv2d_epilogue: a NaN stays one, so that a run that went wrong shows it.
    relu.set(CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_PROPAGATE_NAN);
    finish(pointwise(finished(std::move(relu)), in, out));
  }

  Conv2dOperations graph(cudnnHandle_t handle) {
    BackendDescriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations_);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
    graph.finalize();
    return {std::move(kept_), std::move(operations_), std::move(graph)};
  }

 private:
  static BackendDescriptor mode(cudnnPointwiseMode_t mode) {
    BackendDescriptor made(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    made.set(CUDNN_ATTR_POINTWISE_MODE, mode);
    made.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
    return made;
  }

  static BackendDescriptor pointwise(const BackendDescriptor& mode, const BackendDescriptor& in,
                                     const BackendDescriptor& out) {
    BackendDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, mode);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, in);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, out);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1.0f);
    return operation;
  }

  const BackendDescriptor& finished(BackendDescriptor made) {
    made.finalize();
    kept_.push_back(std::move(made));
    return kept_.back();
  }

  void finish(BackendDescriptor operation) {
    operation.finalize();
    operations_.push_back(std::move(operation));
  }

  const Conv2dProblem& problem_;
  cudnnDataType_t type_;
  std::int64_t alignment_, next_virtual_ = kUidFirstVirtual;
  std::deque<BackendDescriptor> kept_;  // which stay where they are
  std::vector<BackendDescriptor> operations_;
};

}  // namespace

Conv2dOperations conv2d_operations(cudnnHandle_t handle, const Conv2dProblem& problem, bool bias,
                                   bool residual, std::int64_t alignment) {
  GraphBuilder build(problem, alignment);
  const BackendDescriptor& x = build.buffer(kUidX, problem.x);
  const BackendDescriptor& weight = build.buffer(kUidWeight, problem.weight);
  const BackendDescriptor& y = build.buffer(kUidY, problem.y);

  // In the order that cuDNN's ready-made kernels know: residual, bias, ReLU.
  const bool relu = problem.params.relu;
  const BackendDescriptor* in = residual || bias || relu ? &build.between() : &y;
  build.convolve(x, weight, *in);
  if (residual) {
    const BackendDescriptor& out = bias || relu ? build.between() : y;
    build.add(*in, build.buffer(kUidResidual, problem.y), out);
    in = &out;
  }
  if (bias) {
    const BackendDescriptor& out = relu ? build.between() : y;
    build.add(*in, build.buffer(kUidBias, {1, 1, 1, problem.y[3]}), out);
    in = &out;
  }
  if (relu) build.relu(*in, y);
  return build.graph(handle);
}

}  // namespace salix::kernels::cuda
