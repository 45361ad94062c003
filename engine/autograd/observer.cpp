#include "engine/autograd/observer.h"

namespace salix {
namespace {

// Where an Exec keeps its observer: an extension, so that Exec itself knows of none.
struct ObserverSlot {
  explicit ObserverSlot(Exec&) {}
  TapeObserver* observer = nullptr;
};

using Callback = void (TapeObserver::*)(const char*, int, const Tensor&);

void tell(Callback callback, const char* op, const std::vector<Tensor>& tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i].defined()) continue;
    TapeObserver* observer = tape_observer(tensors[i].exec());
    if (observer == nullptr) return;
    (observer->*callback)(op, static_cast<int>(i), tensors[i]);
  }
}

}  // namespace

void set_tape_observer(Exec& exec, TapeObserver* observer) {
  exec.extension<ObserverSlot>().observer = observer;
}

TapeObserver* tape_observer(Exec& exec) { return exec.extension<ObserverSlot>().observer; }

const Tensor& observed(const char* op, const Tensor& output) {
  if (TapeObserver* observer = tape_observer(output.exec())) observer->on_forward(op, 0, output);
  return output;
}

namespace autograd {

void observe_forward(const char* op, const std::vector<Tensor>& outputs) {
  tell(&TapeObserver::on_forward, op, outputs);
}

void observe_backward(const char* op, const std::vector<Tensor>& gradients) {
  tell(&TapeObserver::on_backward, op, gradients);
}

}  // namespace autograd
}  // namespace salix
