#include "train/loop/stop_signal.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "engine/error.h"

namespace salix {
namespace {

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
};

StopSignal::StopSignal() : before_(std::make_unique<Handlers>()) {
  SALIX_ASSERT(!installed.exchange(true));
  received = 0;
  struct sigaction action {};
  action.sa_handler = salix_on_stop_signal;
  action.sa_flags = SA_RESTART;  // files being written go on
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_->interrupt);
  ::sigaction(SIGTERM, &action, &before_->terminate);
}

StopSignal::~StopSignal() {
  ::sigaction(SIGINT, &before_->interrupt, nullptr);
  ::sigaction(SIGTERM, &before_->terminate, nullptr);
  installed = false;
}

int StopSignal::signal_number() const { return received; }

}  // namespace salix
