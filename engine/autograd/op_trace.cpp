#include "engine/autograd/op_trace.h"

namespace salix {
namespace {

// Where an Exec keeps its trace: an extension, so that Exec itself knows of none.
struct TraceSlot {
  explicit TraceSlot(Exec&) {}
  OpTrace* trace = nullptr;
};

void add(const char* op, const Tensor* first, std::size_t count, const Tensor& output,
         std::initializer_list<OpAttribute> attributes) {
  OpTrace* trace = op_trace(output.exec());
  if (trace == nullptr) return;
  trace->push_back({op, {first, first + count}, output, attributes});
}

}  // namespace

void set_op_trace(Exec& exec, OpTrace* trace) { exec.extension<TraceSlot>().trace = trace; }

OpTrace* op_trace(Exec& exec) { return exec.extension<TraceSlot>().trace; }

void trace_op(const char* op, std::initializer_list<Tensor> inputs, const Tensor& output,
              std::initializer_list<OpAttribute> attributes) {
  add(op, inputs.begin(), inputs.size(), output, attributes);
}

void trace_op(const char* op, const std::vector<Tensor>& inputs, const Tensor& output,
              std::initializer_list<OpAttribute> attributes) {
  add(op, inputs.data(), inputs.size(), output, attributes);
}

}  // namespace salix
