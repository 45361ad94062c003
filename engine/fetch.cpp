#include "engine/fetch.h"

#include <memory_resource>

#include "engine/error.h"
#include "engine/pinned_memory.h"

namespace salix {
namespace {

// Pinned memory of one Exec in small pieces: a page-lock takes a millisecond and stalls the
// device, so that each piece is locked once and used again and again.
class Landing {
 public:
  explicit Landing(Exec& exec)
      : source_(exec.device().is_host() ? nullptr : make_pinned_memory(exec.device())),
        pieces_(std::make_shared<std::pmr::unsynchronized_pool_resource>(
            source_ ? source_.get() : std::pmr::new_delete_resource())) {}

  std::pmr::memory_resource& pieces() { return *pieces_; }

 private:
  std::shared_ptr<std::pmr::memory_resource> source_;  // outlives the pieces
  std::shared_ptr<std::pmr::unsynchronized_pool_resource> pieces_;
};

}  // namespace

struct Fetch::Transfer {
  explicit Transfer(const Tensor& tensor)
      : pieces(tensor.exec().extension<Landing>().pieces()),
        size_bytes(tensor.size_bytes()),
        count(tensor.numel()),
        dtype(tensor.dtype()),
        host(pieces.allocate(size_bytes)) {
    try {
      tensor.exec().backend().start_copy_to_host(tensor.view().data, host, size_bytes);
      event = tensor.exec().backend().record_event();
    } catch (...) {
      pieces.deallocate(host, size_bytes);
      throw;
    }
  }
  // The device may still be writing where the next fetch would land.
  ~Transfer() {
    try {
      event->wait();
    } catch (const Error&) {  // the device is gone, and whoever uses it next will say so
    }
    pieces.deallocate(host, size_bytes);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  std::pmr::memory_resource& pieces;
  std::size_t size_bytes;
  std::int64_t count;
  DType dtype;
  void* host;
  std::unique_ptr<DeviceEvent> event;
};

Fetch::Fetch(const Tensor& tensor) {
  SALIX_CHECK(is_floating(tensor.dtype()), "Fetch: the tensor must be floating; got ",
              tensor.dtype());
  if (tensor.numel() > 0) transfer_ = std::make_unique<Transfer>(tensor);
}
Fetch::Fetch() = default;
Fetch::~Fetch() = default;
Fetch::Fetch(Fetch&&) noexcept = default;
Fetch& Fetch::operator=(Fetch&&) noexcept = default;

bool Fetch::arrived() const { return !transfer_ || transfer_->event->reached(); }

std::vector<double> Fetch::values() const {
  if (!transfer_) return {};
  transfer_->event->wait();
  std::vector<double> values(static_cast<std::size_t>(transfer_->count));
  make_host_backend()->convert(transfer_->host, transfer_->dtype, values.data(), DType::kFloat64,
                               transfer_->count);
  return values;
}

}  // namespace salix
