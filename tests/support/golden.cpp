#include "tests/support/golden.h"

#include "engine/io/npy.h"
#include "tests/support/paths.h"

namespace salix::testing {
namespace {

io::Array read(const std::string& name) { return io::read_npy(golden_folder() / name); }

}  // namespace

Tensor golden(Exec& exec, const std::string& name) {
  const io::Array array = read(name);
  return visit_any(array.dtype, [&](auto tag) {
    return Tensor::from_host(exec, array.as<typename decltype(tag)::type>(), array.shape);
  });
}

Tensor golden_nhwc(Exec& exec, const std::string& name) {
  const io::Array array = read(name).to_float32();
  SALIX_CHECK(array.shape.rank() == 4, "golden_nhwc: needs [N,C,H,W]; got ", array.shape);
  const std::int64_t channels = array.shape.dim(1),
                     pixels = array.shape.dim(2) * array.shape.dim(3);
  const std::span<const float> nchw = array.as<float>();
  std::vector<float> nhwc;
  for (std::int64_t image = 0; image < array.shape.dim(0); ++image) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      for (std::int64_t c = 0; c < channels; ++c) {
        nhwc.push_back(nchw[static_cast<std::size_t>((image * channels + c) * pixels + pixel)]);
      }
    }
  }
  return Tensor::from_host(exec, nhwc,
                           {array.shape.dim(0), array.shape.dim(2), array.shape.dim(3), channels});
}

}  // namespace salix::testing
