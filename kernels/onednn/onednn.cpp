#include "kernels/onednn/onednn.h"

namespace salix::kernels::onednn {

bool has_type(DType dtype) {
  if (dtype == DType::kFloat32) return true;
  if (dtype != DType::kBFloat16) return false;
  // The values are sets of instruction groups; every AVX-512 set contains this one.
  constexpr auto kAvx512 = static_cast<unsigned>(dnnl::cpu_isa::avx512_core);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & kAvx512) == kAvx512;
}

dnnl::memory::data_type type_of(DType dtype) {
  if (dtype == DType::kFloat32) return dnnl::memory::data_type::f32;
  if (dtype == DType::kBFloat16) return dnnl::memory::data_type::bf16;
  throw NotSupported(str("oneDNN: needs float32 or bfloat16; got ", dtype));
}

dnnl::memory::desc dense(const dnnl::memory::dims& dims, DType dtype) {
  dnnl::memory::dims strides(dims.size(), 1);
  for (std::size_t axis = dims.size() - 1; axis > 0; --axis) {
    strides[axis - 1] = strides[axis] * dims[axis];
  }
  return {dims, type_of(dtype), strides};
}

dnnl::memory::desc any_order(const dnnl::memory::dims& dims, DType dtype) {
  return {dims, type_of(dtype), dnnl::memory::format_tag::any};
}

dnnl::primitive_attr attributes(const dnnl::post_ops& ops) {
  dnnl::primitive_attr result;
  result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  result.set_post_ops(ops);
  return result;
}

dnnl::memory bind(Exec& exec, const dnnl::memory::desc& desc, const void* data) {
  // oneDNN has no pointer to const; what is bound as an input is only read.
  return {desc, exec.extension<State>().engine, const_cast<void*>(data)};
}

void run(Exec& exec, const dnnl::primitive& primitive, const dnnl::memory::desc& scratch_desc,
         Arguments arguments) {
  dnnl::stream& stream = exec.extension<State>().stream;
  const Scratch scratch(exec, scratch_desc.get_size());
  arguments.emplace(DNNL_ARG_SCRATCHPAD, bind(exec, scratch_desc, scratch.data()));
  primitive.execute(stream, arguments);
  stream.wait();
}

void throw_library_error(const char* op, const dnnl::error& error) {
  const dnnl_version_t* version = dnnl::version();
  throw LibraryError(str(op, ": oneDNN ", version->major, ".", version->minor, ".", version->patch,
                         " failed with status ", static_cast<int>(error.status), ": ",
                         error.what()));
}

}  // namespace salix::kernels::onednn
