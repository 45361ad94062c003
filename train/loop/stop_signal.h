// SIGINT and SIGTERM as a wish: the loop finishes its step, writes a checkpoint and ends.
#pragma once

#include <memory>

namespace salix {

// While alive, the first signal sets requested(); a second one ends the process at once with
// exit code 130 (SIGINT) or 143 (SIGTERM). One at a time per process (InternalError otherwise);
// the handlers from before come back with its end. Made and ended by the program's first thread:
// Linux gives it a process's signals, and it alone gets a stack on which the handler may run while
// a kernel uses the stack pointer for something else.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const { return signal_number() != 0; }
  // SIGINT, SIGTERM, or 0.
  int signal_number() const;
  // What a shell expects of a program that ended for the signal: 128 + its number; 0 if none.
  int exit_code() const { return requested() ? 128 + signal_number() : 0; }

 private:
  struct Handlers;
  std::unique_ptr<Handlers> before_;
};

}  // namespace salix
