// A fiber: a call stack that can be left and entered again. A simulated GPU thread that
// waits at a barrier keeps its own. Boost.Context switches, AddressSanitizer is told.
#pragma once

#include <boost/context/fiber.hpp>
#include <cstddef>

namespace salix::simt {

class Fiber {
 public:
  // Each resume() calls task(owner) until it suspends or returns; after a return the next
  // resume() calls it again. So one fiber, with its stack, serves many threads.
  using Task = void (*)(void* owner);

  Fiber(Task task, void* owner);
  // The fiber must be idle: its last resume() must have ended in a return of the task.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  void resume();   // from outside; comes back when the task suspends or returns
  void suspend();  // from inside

 private:
  void loop();

  Task task_;
  void* owner_;
  bool ending_ = false;
  boost::context::fiber inside_, outside_;
  // What AddressSanitizer wants to know of the two stacks.
  const void* stack_bottom_ = nullptr;
  std::size_t stack_bytes_ = 0;
  const void* outside_bottom_ = nullptr;
  std::size_t outside_bytes_ = 0;
  void* inside_fake_stack_ = nullptr;
  void* outside_fake_stack_ = nullptr;
};

}  // namespace salix::simt
