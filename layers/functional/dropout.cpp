#include "layers/functional/dropout.h"

#include <utility>

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"

namespace salix {
namespace {

constexpr std::uint32_t kDropoutStream = 0xD409;  // keeps these draws apart from all others

// Whether anything is dropped on an Exec; see WithoutDropout.
struct Policy {
  explicit Policy(Exec&) {}
  bool off = false;
};

using DropFunction = void(Exec&, ConstView, View, const kernels::DropoutParams&);

Tensor drop(const char* op, DropFunction* function, const Tensor& x,
            const DropoutOptions& options) {
  SALIX_CHECK(options.p >= 0 && options.p <= 1, op, ": p must be in [0, 1]; got ", options.p);
  if (!options.training || options.p == 0 || x.exec().extension<Policy>().off) return x;

  const kernels::DropoutParams params{x.exec().next_random(kDropoutStream),
                                      static_cast<float>(options.p)};
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  function(x.exec(), x.view(), y.mutable_view(), params);

  trace_op(op, {x}, y, {{"p", options.p}});

  // Linear and diagonal, so its own transpose. Nothing is saved: the key draws the same mask.
  record(op, {x}, y, [function, params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), dy.shape(), dy.dtype());
    function(dy.exec(), dy.view(), dx.mutable_view(), params);
    return std::vector{dx};
  });
  return y;
}

}  // namespace

WithoutDropout::WithoutDropout(Exec& exec)
    : exec_(exec), before_(std::exchange(exec.extension<Policy>().off, true)) {}

WithoutDropout::~WithoutDropout() { exec_.extension<Policy>().off = before_; }

Tensor dropout(const Tensor& x, const DropoutOptions& options) {
  return drop("dropout", kernels::dropout, x, options);
}

Tensor drop_path(const Tensor& x, const DropoutOptions& options) {
  return drop("drop_path", kernels::drop_path, x, options);
}

}  // namespace salix
