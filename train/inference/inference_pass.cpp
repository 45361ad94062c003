#include "train/inference/inference_pass.h"

#include <algorithm>

#include "engine/parallel.h"
#include "engine/pinned_memory.h"
#include "train/inference/inference_batch.h"

namespace salix {
namespace {

class Pass {
 public:
  Pass(Exec& exec, const SaliencyFunction& network, InferenceItems items, int batch)
      : exec_(exec),
        network_(network),
        on_host_(exec.device().is_host()),
        staging_(data::make_reusing_memory(on_host_ ? nullptr : make_pinned_memory(exec.device()))),
        window_(std::move(items), batch) {}

  void run(int threads) {
    if (threads > 1) window_.start_workers(threads, on_host_ ? Workers::kInTurn : Workers::kBeside);
    while (true) {
      if (in_flight_ && !window_.has_batch()) hand_over();
      const std::vector<InferenceItem*> items = window_.next_batch();
      if (items.empty()) break;
      compute(items);
    }
    hand_over();
    window_.finish_all();
  }

 private:
  void compute(const std::vector<InferenceItem*>& items) {
    std::unique_ptr<InferenceBatch> next;
    try {
      next = std::make_unique<InferenceBatch>(exec_, network_, items, staging_);
    } catch (const Error&) {
      const std::exception_ptr failure = std::current_exception();
      hand_over();
      if (items.front()->batching != Batching::kAlone) {
        window_.finish_all();
        std::rethrow_exception(failure);
      }
      items.front()->failure = failure;
      window_.computed();
      return;
    }
    hand_over();
    in_flight_ = std::move(next);
    if (on_host_) hand_over();
  }

  // The results of the batch before, to those who finish.
  void hand_over() {
    if (!in_flight_) return;
    in_flight_->receive();
    in_flight_.reset();
    window_.computed();
  }

  Exec& exec_;
  const SaliencyFunction& network_;
  const bool on_host_;
  data::HostMemory staging_;
  InferenceWindow window_;
  std::unique_ptr<InferenceBatch> in_flight_;
};

}  // namespace

void run_inference(Exec& exec, const SaliencyFunction& network, InferenceItems items, int batch) {
  SALIX_CHECK(batch > 0, "inference: the batch must have at least one image; got ", batch);
  set_thread_count(exec.threads());  // of this thread; another Exec may have changed it
  const auto count = static_cast<std::int64_t>(items.size());
  const auto threads = static_cast<int>(std::min<std::int64_t>(exec.threads(), count));
  Pass(exec, network, std::move(items), batch).run(threads);
}

}  // namespace salix
