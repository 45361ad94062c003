// Ranks over NCCL, one GPU each. What is on the host goes over MPI, which also makes the ranks
// known to each other. Sums run on a stream of their own beside the computation's.
#include <cuda_runtime.h>
#include <nccl.h>

#include <exception>

#include "engine/comm/communicator.h"
#include "engine/cuda/check.h"

namespace salix {
namespace {

void check(ncclResult_t code, const char* call) {
  if (code == ncclSuccess) return;
  throw LibraryError(str("NCCL: ", call, " failed: ", ncclGetErrorString(code)));
}

ncclDataType_t sum_type_of(DType dtype) {
  if (dtype == DType::kFloat32) return ncclFloat32;
  if (dtype == DType::kFloat64) return ncclFloat64;
  throw InvalidInput(str("ranks: sums are of float32 or float64; got ", dtype));
}

// A point in a stream's work that another stream can wait for.
class Event {
 public:
  Event() { SALIX_CUDA_CHECK(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming)); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(cudaStream_t stream) { SALIX_CUDA_CHECK(cudaEventRecord(event_, stream)); }
  void hold_back(cudaStream_t stream) const {
    SALIX_CUDA_CHECK(cudaStreamWaitEvent(stream, event_, 0));
  }
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

// A stream beside the Exec's, on its device.
class SideStream {
 public:
  explicit SideStream(Exec& exec) {
    cuda_stream(exec);  // makes the Exec's device the current one
    SALIX_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
  }
  ~SideStream() { cudaStreamDestroy(stream_); }
  SideStream(const SideStream&) = delete;
  SideStream& operator=(const SideStream&) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(Exec& exec, std::unique_ptr<Communicator> host)
      : exec_(exec), host_(std::move(host)), side_(exec), stream_(side_.get()) {
    ncclUniqueId id{};
    if (rank() == 0) check(ncclGetUniqueId(&id), "ncclGetUniqueId");
    host_->broadcast(View{&id, {static_cast<std::int64_t>(sizeof id)}, DType::kUInt8});
    check(ncclCommInitRank(&nccl_, ranks(), id, rank()), "ncclCommInitRank");
  }
  ~NcclCommunicator() override {
    // After a failure the other ranks may never come to what this one has queued.
    if (std::uncaught_exceptions() > uncaught_exceptions_) {
      ncclCommAbort(nccl_);
      return;
    }
    cudaStreamSynchronize(stream_);
    ncclCommDestroy(nccl_);
  }

  int rank() const override { return host_->rank(); }
  int ranks() const override { return host_->ranks(); }

  std::unique_ptr<Pending> start_sum(View values) override {
    compute_before_sums();
    check(ncclAllReduce(values.data, values.data, static_cast<std::size_t>(values.numel()),
                        sum_type_of(values.dtype), ncclSum, nccl_, stream_),
          "ncclAllReduce");
    return std::make_unique<OnStream>(exec_, stream_);
  }
  void all_gather(ConstView values, View all) override {
    compute_before_sums();
    check(ncclAllGather(values.data, all.data, values.size_bytes(), ncclUint8, nccl_, stream_),
          "ncclAllGather");
    sums_before_compute();
  }
  void broadcast(View values) override {
    compute_before_sums();
    check(
        ncclBroadcast(values.data, values.data, values.size_bytes(), ncclUint8, 0, nccl_, stream_),
        "ncclBroadcast");
    sums_before_compute();
  }
  void all_gather(std::span<const std::byte> bytes, std::span<std::byte> all) override {
    host_->all_gather(bytes, all);
  }
  void barrier() override { host_->barrier(); }
  [[noreturn]] void abort() override {
    host_->abort();
    std::terminate();  // not reached: g++ does not see that this virtual call never returns
  }

 private:
  struct OnStream final : Pending {
    OnStream(Exec& on, cudaStream_t stream) : exec(on) { done.record(stream); }
    // Dropped unread, its buffer must not be used again while NCCL still writes there.
    ~OnStream() override {
      if (!waited)
        cudaStreamWaitEvent(static_cast<cudaStream_t>(exec.backend().stream()), done.get(), 0);
    }
    void wait() override {
      done.hold_back(cuda_stream(exec));
      waited = true;
    }
    Exec& exec;
    Event done;
    bool waited = false;
  };

  void compute_before_sums() {
    ready_.record(cuda_stream(exec_));
    ready_.hold_back(stream_);
  }
  void sums_before_compute() { OnStream(exec_, stream_).wait(); }

  Exec& exec_;
  std::unique_ptr<Communicator> host_;
  Event ready_;
  SideStream side_;
  cudaStream_t stream_;
  ncclComm_t nccl_ = nullptr;
  int uncaught_exceptions_ = std::uncaught_exceptions();
};

}  // namespace

std::unique_ptr<Communicator> make_nccl_communicator(Exec& exec,
                                                     std::unique_ptr<Communicator> host) {
  return std::make_unique<NcclCommunicator>(exec, std::move(host));
}

}  // namespace salix
