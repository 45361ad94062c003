#include "layers/functional/gather.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/gather/gather.h"

namespace salix {

Tensor gather(const Tensor& table, const Tensor& index) {
  SALIX_CHECK(table.rank() >= 1, "gather: the table must have rows; got a scalar");
  const int rank = index.rank() + table.rank() - 1;
  SALIX_CHECK(rank <= Shape::kMaxRank, "gather: the result must have at most ", Shape::kMaxRank,
              " axes; got index ", index.shape(), " and table ", table.shape());
  std::vector<std::int64_t> sizes(index.shape().begin(), index.shape().end());
  sizes.insert(sizes.end(), table.shape().begin() + 1, table.shape().end());
  Tensor y =
      Tensor::empty(table.exec(), Shape(std::span<const std::int64_t>(sizes)), table.dtype());
  kernels::gather(table.exec(), table.view(), index.view(), y.mutable_view());

  trace_op("gather", {table, index}, y);

  // A row's gradient is the sum over all places that looked it up.
  record("gather", {table, index}, y,
         [in = table.shape(), index = index.detach()](const Tensor& dy) {
           Tensor dtable = Tensor::empty(dy.exec(), in, dy.dtype());
           kernels::gather_backward(dy.exec(), dy.view(), index.view(), dtable.mutable_view());
           return std::vector{dtable, Tensor()};
         });
  return y;
}

}  // namespace salix
