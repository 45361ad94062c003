#include "tests/support/traced_outputs.h"

#include <gtest/gtest.h>

namespace salix::testing {

TracedOutputs::TracedOutputs(Exec& exec) : exec_(exec) { set_op_trace(exec_, &trace_); }
TracedOutputs::~TracedOutputs() { set_op_trace(exec_, nullptr); }

Tensor TracedOutputs::of(const std::string& op, int place) const {
  for (const OpRecord& record : trace_) {
    if (op == record.op && place-- == 0) return record.output;
  }
  ADD_FAILURE() << "no such op: " << op;
  return {};
}

Tensor TracedOutputs::first_of_shape(const Shape& shape) const {
  for (const OpRecord& record : trace_) {
    if (record.output.shape() == shape) return record.output;
  }
  ADD_FAILURE() << "no result of shape " << shape;
  return {};
}

Tensor in_token_order(const Tensor& map) { return map.reshape({map.numel(), 1, 1, 1}); }

}  // namespace salix::testing
