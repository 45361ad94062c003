// What all oneDNN kernels share: the engine and stream of an Exec, descriptors of our
// dense buffers, scratch memory from our allocator, and errors as ours.
#pragma once

#include <unordered_map>
#include <utility>

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/onednn/compat.h"

namespace salix::kernels::onednn {

// One per Exec: exec.extension<State>().
struct State {
  explicit State(Exec&) : engine(dnnl::engine::kind::cpu, 0), stream(engine) {}
  dnnl::engine engine;
  dnnl::stream stream;
};

// float32 always; bfloat16 where the CPU has AVX-512, as oneDNN's kernels need it.
bool has_type(DType dtype);
dnnl::memory::data_type type_of(DType dtype);
// Row-major: the last axis is contiguous.
dnnl::memory::desc dense(const dnnl::memory::dims& dims, DType dtype);
dnnl::memory::desc any_order(const dnnl::memory::dims& dims, DType dtype);
// Scratch memory is ours (see run), so oneDNN keeps none of its own.
dnnl::primitive_attr attributes(const dnnl::post_ops& ops = {});
dnnl::memory bind(Exec& exec, const dnnl::memory::desc& desc, const void* data);

using Arguments = std::unordered_map<int, dnnl::memory>;
// Executes with scratch memory of `scratch_desc`'s size from the Exec's allocator, and waits.
void run(Exec& exec, const dnnl::primitive& primitive, const dnnl::memory::desc& scratch_desc,
         Arguments arguments);

// Calls body() and turns oneDNN's exceptions into LibraryError.
[[noreturn]] void throw_library_error(const char* op, const dnnl::error& error);
template <typename Body>
decltype(auto) translate_errors(const char* op, const Body& body) {
  try {
    return body();
  } catch (const dnnl::error& error) {
    throw_library_error(op, error);
  }
}

}  // namespace salix::kernels::onednn
