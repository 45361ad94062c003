#include "layers/functional/concat.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/concat/concat.h"

namespace salix {

Tensor concat(const std::vector<Tensor>& inputs, int axis) {
  SALIX_CHECK(!inputs.empty(), "concat: needs at least one tensor");
  const Shape& first = inputs.front().shape();
  const int along = first.normalize_axis(axis);
  std::int64_t total = 0;
  std::vector<ConstView> views;
  for (const Tensor& input : inputs) {
    SALIX_CHECK(input.rank() == first.rank() &&
                    input.shape() == first.with(along, input.dim(along)) &&
                    input.dtype() == inputs.front().dtype(),
                "concat: tensors must agree in dtype and in all sizes but axis ", along, "; got ",
                first, " ", inputs.front().dtype(), " and ", input.shape(), " ", input.dtype());
    total += input.dim(along);
    views.push_back(input.view());
  }
  Exec& exec = inputs.front().exec();
  std::vector<Tensor> y{Tensor::empty(exec, first.with(along, total), inputs.front().dtype())};
  kernels::concat(exec, views, y[0].mutable_view(), along);

  trace_op("concat", inputs, y[0], {{"axis", std::int64_t{along}}});

  // Concatenation copies, so each input's gradient is its own piece of dy.
  std::vector<Shape> shapes;
  std::vector<bool> wanted;
  for (const Tensor& input : inputs) {
    shapes.push_back(input.shape());
    wanted.push_back(wants_grad({input}));
  }
  record("concat", inputs, y, [shapes, wanted, along](const std::vector<Tensor>& douts) {
    const Tensor& dy = douts[0];
    std::vector<Tensor> dinputs(shapes.size());
    std::vector<View> pieces;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      if (wanted[i]) dinputs[i] = Tensor::empty(dy.exec(), shapes[i], dy.dtype());
      pieces.push_back(wanted[i] ? dinputs[i].mutable_view()
                                 : View{nullptr, shapes[i], dy.dtype()});
    }
    kernels::concat_backward(dy.exec(), dy.view(), pieces, along);
    return dinputs;
  });
  return y[0];
}

}  // namespace salix
