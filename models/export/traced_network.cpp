#include "models/export/traced_network.h"

#include <cstring>
#include <set>

#include "engine/autograd/observer.h"
#include "engine/autograd/tape.h"

namespace salix {
namespace {

// Hears of every result, and says which op did not report itself to the trace.
class Listener : public TapeObserver {
 public:
  explicit Listener(Exec& exec) : exec_(exec) {
    set_tape_observer(exec, this);
    set_op_trace(exec, &trace);
  }
  ~Listener() override {
    set_tape_observer(exec_, nullptr);
    set_op_trace(exec_, nullptr);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void on_forward(const char* op, int, const Tensor& output) override {
    if (op_trace(exec_) != nullptr) heard_.push_back({op, output.view().data});
  }
  void on_backward(const char*, int, const Tensor&) override {}

  void check_complete() const {
    std::set<const void*> traced;
    for (const OpRecord& record : trace) traced.insert(record.output.view().data);
    for (const auto& [op, data] : heard_) {
      if (traced.contains(data)) continue;
      throw NotSupported(
          str("trace: the op '", op, "' does not report itself; it needs a trace_op"));
    }
  }

  OpTrace trace;

 private:
  Exec& exec_;
  std::vector<std::pair<const char*, const void*>> heard_;
};

struct Pass {
  std::vector<NamedInput> inputs;
  std::vector<NamedOutput> outputs;
  OpTrace ops;
};

Pass run(Network& network, int size, int batch) {
  Exec& exec = network.state().front().tensor->exec();
  const NoGrad no_grad(exec);
  const Tensor image = Tensor::zeros(exec, {batch, size, size, 3});
  Pass pass{.inputs = {{"image", image}}, .outputs = {}, .ops = {}};
  Tensor modality;
  if (network.needs_modality()) {
    modality = Tensor::zeros(exec, image.shape());
    pass.inputs.push_back({"modality", modality});
  }
  Listener listener(exec);
  pass.outputs = network.outputs(image, modality);
  listener.check_complete();
  pass.ops = std::move(listener.trace);
  return pass;
}

// What is compared of the first pass, whose tensors are let go before the second.
struct Outline {
  const char* op;
  Shape output;
};

std::vector<Outline> outline(const Pass& pass) {
  std::vector<Outline> steps;
  for (const OpRecord& record : pass.ops) steps.push_back({record.op, record.output.shape()});
  return steps;
}

int batch_axis(const Outline& one, const OpRecord& two) {
  const Shape& a = one.output;
  const Shape& b = two.output.shape();
  bool same_graph = std::strcmp(one.op, two.op) == 0 && a.rank() == b.rank();
  int axis = -1;
  for (int i = 0; same_graph && i < a.rank(); ++i) {
    if (a[i] == b[i]) continue;
    same_graph = axis < 0 && 2 * a[i] == b[i];
    axis = i;
  }
  if (!same_graph) {
    throw NotSupported(str("trace: a batch of two must double one size of every result; '", one.op,
                           "' gives ", a, " for one image, '", two.op, "' ", b, " for two"));
  }
  return axis;
}

}  // namespace

TracedNetwork trace_network(Network& network, int size) {
  SALIX_CHECK(size >= 32 && size <= 4096, "trace: the image's size must be 32..4096; got ", size);
  const int only = network.facts().fixed_size.value_or(size);
  SALIX_CHECK(size == only, "trace: ", network.name(), " takes images of ", only, " x ", only,
              " pixels alone; got ", size, "; choose that size");
  network.eval();
  const std::vector<Outline> one = outline(run(network, size, 1));
  Pass two = run(network, size, 2);
  if (one.size() != two.ops.size()) {
    throw NotSupported(str("trace: the number of ops depends on the batch: ", one.size(),
                           " for one image, ", two.ops.size(), " for two"));
  }
  TracedNetwork traced{.name = network.name(),
                       .inputs = std::move(two.inputs),
                       .outputs = std::move(two.outputs),
                       .state = network.state(),
                       .ops = {}};
  for (std::size_t i = 0; i < two.ops.size(); ++i) {
    const int axis = batch_axis(one[i], two.ops[i]);
    traced.ops.push_back({std::move(two.ops[i]), axis});
  }
  return traced;
}

}  // namespace salix
