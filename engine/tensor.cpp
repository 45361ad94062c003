#include "engine/tensor.h"

#include <algorithm>
#include <atomic>

#include "engine/autograd/node.h"
#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"

namespace salix {

struct Tensor::Storage {
  Storage(Exec& exec, std::size_t size_bytes)
      : allocator(exec.allocator()), block(allocator->allocate(size_bytes)) {}
  ~Storage() { allocator->deallocate(block); }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  std::shared_ptr<CachingAllocator> allocator;  // outlives the Exec if a tensor does
  CachingAllocator::Block block;
};

struct Tensor::Body {
  Exec* exec;
  Shape shape;
  DType dtype;
  std::shared_ptr<Storage> storage;
  std::shared_ptr<autograd::Node> node;  // nullptr: not on the tape
  int output_index = 0;
};

Tensor::Body& Tensor::body() const {
  SALIX_CHECK(body_ != nullptr, "Tensor: this tensor is undefined");
  return *body_;
}

Tensor Tensor::empty(Exec& exec, const Shape& shape, DType dtype) {
  const std::size_t size_bytes = static_cast<std::size_t>(shape.numel()) * size_of(dtype);
  Tensor tensor;
  tensor.body_ = std::make_shared<Body>(
      Body{&exec, shape, dtype, std::make_shared<Storage>(exec, size_bytes), nullptr, 0});
  return tensor;
}

Tensor Tensor::zeros(Exec& exec, const Shape& shape, DType dtype) {
  return full(exec, shape, 0.0, dtype);
}

Tensor Tensor::full(Exec& exec, const Shape& shape, double value, DType dtype) {
  Tensor tensor = empty(exec, shape, dtype);
  tensor.fill(value);
  return tensor;
}

Tensor Tensor::from_host_bytes(Exec& exec, const void* values, std::size_t count,
                               const Shape& shape, DType dtype) {
  Tensor tensor = upload_bytes(exec, values, count, shape, dtype);
  if (count > 0) exec.synchronize();  // the caller may free `values` when we return
  return tensor;
}

Tensor Tensor::upload(Exec& exec, std::span<const float> values, const Shape& shape) {
  return upload_bytes(exec, values.data(), values.size(), shape, DType::kFloat32);
}

Tensor Tensor::upload_bytes(Exec& exec, const void* values, std::size_t count, const Shape& shape,
                            DType dtype) {
  SALIX_CHECK(static_cast<std::int64_t>(count) == shape.numel(), "Tensor::from_host: shape ", shape,
              " needs ", shape.numel(), " values; got ", count);
  Tensor tensor = empty(exec, shape, dtype);
  if (count > 0) {
    exec.backend().copy_from_host(values, tensor.mutable_view().data, tensor.size_bytes());
  }
  return tensor;
}

void Tensor::to_host_bytes(void* values, DType to_dtype) const {
  if (numel() == 0) return;
  if (dtype() == to_dtype) {
    exec().backend().copy_to_host(view().data, values, size_bytes());
    return;
  }
  // On the host, because float64 exists there only.
  std::vector<std::byte> raw(size_bytes());
  exec().backend().copy_to_host(view().data, raw.data(), raw.size());
  make_host_backend()->convert(raw.data(), dtype(), values, to_dtype, numel());
}

Exec& Tensor::exec() const { return *body().exec; }
const Shape& Tensor::shape() const { return body().shape; }
DType Tensor::dtype() const { return body().dtype; }

ConstView Tensor::view() const {
  const Body& b = body();
  return {b.storage->block.pointer, b.shape, b.dtype};
}

View Tensor::mutable_view() {
  const Body& b = body();
  return {b.storage->block.pointer, b.shape, b.dtype};
}

double Tensor::item() const {
  SALIX_CHECK(numel() == 1, "Tensor::item: needs one element; got shape ", shape());
  return to_vector<double>().front();
}

Tensor Tensor::alias(const Shape& shape) const {
  const Body& b = body();
  Tensor tensor;
  tensor.body_ = std::make_shared<Body>(Body{b.exec, shape, b.dtype, b.storage, nullptr, 0});
  return tensor;
}

Tensor Tensor::reshape(std::initializer_list<std::int64_t> sizes) const {
  std::vector<std::int64_t> resolved(sizes);
  const auto open = std::find(resolved.begin(), resolved.end(), -1);
  if (open != resolved.end()) {
    SALIX_CHECK(std::find(open + 1, resolved.end(), -1) == resolved.end(),
                "reshape: at most one size may be -1");
    *open = 1;
    const std::int64_t known = Shape(std::span<const std::int64_t>(resolved)).numel();
    SALIX_CHECK(known > 0 && numel() % known == 0, "reshape: ", shape(),
                " cannot be cut into pieces of ", known, " elements");
    *open = numel() / known;
  }
  return reshape(Shape(std::span<const std::int64_t>(resolved)));
}

Tensor Tensor::reshape(const Shape& to_shape) const {
  SALIX_CHECK(to_shape.numel() == numel(), "reshape: ", shape(), " has ", numel(),
              " elements, which do not fit ", to_shape);
  Tensor y = alias(to_shape);
  trace_op("reshape", {*this}, y);
  record("reshape", {*this}, y,
         [from = shape()](const Tensor& dy) { return std::vector{dy.reshape(from)}; });
  return y;
}

Tensor Tensor::to(DType to_dtype) const {
  if (to_dtype == dtype()) return *this;
  Tensor y = empty(exec(), shape(), to_dtype);
  exec().backend().convert(view().data, dtype(), y.mutable_view().data, to_dtype, numel());
  trace_op("convert", {*this}, y);
  if (is_floating(dtype()) && is_floating(to_dtype)) {
    record("convert", {*this}, y,
           [from = dtype()](const Tensor& dy) { return std::vector{dy.to(from)}; });
  }
  return y;
}

Tensor Tensor::to(Exec& target) const {
  Tensor y = empty(target, shape(), dtype());
  y.copy_from(*this);
  return y;
}

Tensor Tensor::clone() const { return to(exec()); }

void Tensor::copy_from(const Tensor& source) {
  SALIX_CHECK(source.shape() == shape() && source.dtype() == dtype(), "copy_from: needs ", shape(),
              " ", dtype(), "; got ", source.shape(), " ", source.dtype());
  if (numel() == 0) return;
  const void* from = source.view().data;
  void* into = mutable_view().data;
  if (&source.exec() == &exec()) {
    exec().backend().copy(from, into, size_bytes());
  } else if (source.exec().device().is_host()) {
    exec().backend().copy_from_host(from, into, size_bytes());
    exec().synchronize();
  } else if (exec().device().is_host()) {
    source.exec().backend().copy_to_host(from, into, size_bytes());
  } else {  // between two CUDA Execs, through the host: rare, and simple
    std::vector<std::byte> staged(size_bytes());
    source.exec().backend().copy_to_host(from, staged.data(), staged.size());
    exec().backend().copy_from_host(staged.data(), into, staged.size());
    exec().synchronize();
  }
}

void Tensor::fill(double value) {
  if (numel() > 0) exec().backend().fill(mutable_view().data, numel(), dtype(), value);
}

bool Tensor::requires_grad() const { return body().node != nullptr; }

void Tensor::set_requires_grad(bool requires_grad) {
  Body& b = body();
  SALIX_CHECK(b.node == nullptr || b.node->is_leaf,
              "set_requires_grad: this tensor is the result of '", b.node->op,
              "'; detach() it first");
  if (!requires_grad) {
    b.node = nullptr;
  } else if (b.node == nullptr) {
    SALIX_CHECK(is_floating(b.dtype),
                "set_requires_grad: only floating tensors have gradients; got ", b.dtype);
    // A number of its own for each leaf, below those of all ops (tape.cpp).
    static std::atomic<std::uint64_t> leaves{0};
    b.node = std::make_shared<autograd::Node>();
    b.node->is_leaf = true;
    b.node->order = ++leaves;
  }
}

Tensor Tensor::grad() const { return body().node ? body().node->grad : Tensor(); }

void Tensor::set_grad(const Tensor& grad) {
  SALIX_CHECK(requires_grad() && body().node->is_leaf, "set_grad: this tensor is not a leaf");
  body().node->grad = grad;
}

void Tensor::clear_grad() {
  if (body().node) body().node->grad = {};
}

Tensor Tensor::detach() const { return alias(shape()); }

const std::shared_ptr<autograd::Node>& Tensor::node() const { return body().node; }
int Tensor::output_index() const { return body().output_index; }

void Tensor::set_node(std::shared_ptr<autograd::Node> node, int output_index) {
  body().node = std::move(node);
  body().output_index = output_index;
}

bool Tensor::unique() const { return body_.use_count() == 1 && body_->storage.use_count() == 1; }

bool Tensor::same_memory(const Tensor& other) const {
  return body().storage == other.body().storage;
}

}  // namespace salix
