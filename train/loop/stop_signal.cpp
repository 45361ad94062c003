#include "train/loop/stop_signal.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>

#include "engine/error.h"

namespace salix {
namespace {

// Of the handler: all registers that Linux saves, AVX-512 and AMX included, and one small frame.
constexpr std::size_t kStackBytes = std::size_t{64} << 10;

// The one global of the project: a signal handler can reach nothing else.
std::atomic<int> received{0};
std::atomic<bool> installed{false};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void salix_on_stop_signal(int number) {
  int none = 0;
  if (!received.compare_exchange_strong(none, number)) ::_exit(128 + number);
}

}  // namespace

struct StopSignal::Handlers {
  struct sigaction interrupt, terminate;
  stack_t stack;
  std::unique_ptr<std::byte[]> own_stack = std::make_unique<std::byte[]>(kStackBytes);
};

StopSignal::StopSignal() : before_(std::make_unique<Handlers>()) {
  SALIX_ASSERT(!installed.exchange(true));
  received = 0;
  // A stack of its own: oneDNN's float32 matrix products (AVX and AVX-512; releases without
  // https://github.com/uxlfoundation/oneDNN/pull/4855) keep the address of data in the stack
  // pointer (in 5 % of 1178 samples of a2s on an AVX2 CPU). The handler's frame, put there,
  // overwrote tensors and the heap's lists: some stopped runs aborted, others would save what was
  // overwritten.
  stack_t stack{};
  stack.ss_sp = before_->own_stack.get();
  stack.ss_size = kStackBytes;
  ::sigaltstack(&stack, &before_->stack);
  struct sigaction action {};
  action.sa_handler = salix_on_stop_signal;
  action.sa_flags = SA_ONSTACK | SA_RESTART;  // files being written go on
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_->interrupt);
  ::sigaction(SIGTERM, &action, &before_->terminate);
}

StopSignal::~StopSignal() {
  ::sigaction(SIGINT, &before_->interrupt, nullptr);
  ::sigaction(SIGTERM, &before_->terminate, nullptr);
  ::sigaltstack(&before_->stack, nullptr);
  installed = false;
}

int StopSignal::signal_number() const { return received; }

}  // namespace salix
