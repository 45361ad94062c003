#include "kernels/simt/fiber.h"

#include <boost/context/protected_fixedsize_stack.hpp>
#include <memory>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SALIX_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SALIX_ADDRESS_SANITIZER
#endif

#ifdef SALIX_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace salix::simt {
namespace {

#ifdef SALIX_ADDRESS_SANITIZER
// Red zones make frames several times larger.
constexpr std::size_t kStackBytes = 512 * 1024;

void start_switch(void** fake_stack, const void* bottom, std::size_t bytes) {
  __sanitizer_start_switch_fiber(fake_stack, bottom, bytes);
}
void finish_switch(void* fake_stack, const void** old_bottom, std::size_t* old_bytes) {
  __sanitizer_finish_switch_fiber(fake_stack, old_bottom, old_bytes);
}
#else
// Address space, not memory: only touched pages count. Below it lies a guard page.
constexpr std::size_t kStackBytes = 128 * 1024;

void start_switch(void**, const void*, std::size_t) {}
void finish_switch(void*, const void**, std::size_t*) {}
#endif

}  // namespace

Fiber::Fiber(Task task, void* owner) : task_(task), owner_(owner) {
  namespace ctx = boost::context;
  ctx::protected_fixedsize_stack allocator(kStackBytes);
  const ctx::stack_context stack = allocator.allocate();
  stack_bottom_ = static_cast<const char*>(stack.sp) - stack.size;
  stack_bytes_ = stack.size;
  inside_ = ctx::fiber(std::allocator_arg, ctx::preallocated(stack.sp, stack.size, stack),
                       allocator, [this](ctx::fiber&& outside) {
                         outside_ = std::move(outside);
                         finish_switch(nullptr, &outside_bottom_, &outside_bytes_);
                         loop();
                         start_switch(nullptr, outside_bottom_, outside_bytes_);
                         return std::move(outside_);
                       });
}

Fiber::~Fiber() {
  ending_ = true;
  resume();
}

void Fiber::loop() {
  while (!ending_) {
    task_(owner_);
    suspend();
  }
}

void Fiber::resume() {
  start_switch(&outside_fake_stack_, stack_bottom_, stack_bytes_);
  inside_ = std::move(inside_).resume();
  finish_switch(outside_fake_stack_, nullptr, nullptr);
}

void Fiber::suspend() {
  start_switch(&inside_fake_stack_, outside_bottom_, outside_bytes_);
  outside_ = std::move(outside_).resume();
  finish_switch(inside_fake_stack_, &outside_bottom_, &outside_bytes_);
}

}  // namespace salix::simt
