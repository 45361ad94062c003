// The kernels of the CUDA backend, run on the host, against the host backend: equal bits.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "engine/backend.h"
#include "engine/cuda/buffer_kernels.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

constexpr DType kAll[] = {DType::kFloat32, DType::kBFloat16, DType::kFloat16, DType::kFloat64,
                          DType::kInt32,   DType::kInt64,    DType::kUInt8};
// Below, at and above a group of four; not a multiple of a block; one thread's share more.
constexpr std::int64_t kCounts[] = {1, 3, 4, 5, 1023, 1024, 1029, 5000};

const LaunchStream kStream{.threads = 2};

// Raw bytes with a sentinel behind them; `offset` elements off alignment.
class Bytes {
 public:
  Bytes(std::int64_t count, DType dtype, std::int64_t offset)
      : begin_(static_cast<std::size_t>(offset) * size_of(dtype)),
        size_(static_cast<std::size_t>(count) * size_of(dtype)),
        storage_(begin_ + size_ + 16, 0x5a) {}
  unsigned char* data() { return storage_.data() + begin_; }
  friend bool operator==(const Bytes& a, const Bytes& b) { return a.storage_ == b.storage_; }

 private:
  std::size_t begin_, size_;
  std::vector<unsigned char> storage_;
};

// Values that every dtype holds without leaving its range, with fractions, ties and signs.
std::vector<double> samples(std::int64_t count, bool is_signed) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double magnitude = static_cast<double>(i * 37 % 251) * 0.507 + static_cast<double>(i % 3);
    values[i] = is_signed && i % 2 == 1 ? -magnitude : magnitude;
  }
  return values;
}

class SimtBuffers : public ::testing::Test {
 protected:
  Bytes sample_bytes(std::int64_t count, DType dtype, std::int64_t offset, bool is_signed) {
    Bytes bytes(count, dtype, offset);
    const std::vector<double> values = samples(count, is_signed);
    host->convert(values.data(), DType::kFloat64, bytes.data(), dtype, count);
    return bytes;
  }
  std::unique_ptr<Backend> host = make_host_backend();
};

TEST_F(SimtBuffers, FillWritesTheBitsOfTheHostBackend) {
  for (const DType dtype : kAll) {
    for (const std::int64_t count : kCounts) {
      for (const std::int64_t offset : {0, 1}) {
        Bytes expected(count, dtype, offset), actual(count, dtype, offset);
        host->fill(expected.data(), count, dtype, 100.7);
        simt::fill_buffer(kStream, actual.data(), count, dtype, 100.7);
        EXPECT_EQ(actual, expected) << dtype << " x " << count << " + " << offset;
      }
    }
  }
}

TEST_F(SimtBuffers, ConvertWritesTheBitsOfTheHostBackend) {
  for (const DType from : kAll) {
    for (const DType to : kAll) {
      const bool is_signed = from != DType::kUInt8 && to != DType::kUInt8;
      for (const std::int64_t count : kCounts) {
        for (const std::int64_t offset : {0, 1}) {
          Bytes in = sample_bytes(count, from, offset, is_signed);
          Bytes expected(count, to, 0), actual(count, to, 0);
          host->convert(in.data(), from, expected.data(), to, count);
          simt::convert_buffer(kStream, in.data(), from, actual.data(), to, count);
          EXPECT_EQ(actual, expected) << from << " to " << to << " x " << count << " + " << offset;
        }
      }
    }
  }
}

TEST_F(SimtBuffers, AccumulateWritesTheBitsOfTheHostBackend) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kFloat64}) {
    for (const std::int64_t count : kCounts) {
      for (const std::int64_t offset : {0, 1}) {
        Bytes in = sample_bytes(count, dtype, offset, true);
        Bytes expected = sample_bytes(count, dtype, 1 - offset, false);
        Bytes actual = expected;
        host->accumulate(in.data(), expected.data(), count, dtype);
        simt::accumulate_buffer(kStream, in.data(), actual.data(), count, dtype);
        EXPECT_EQ(actual, expected) << dtype << " x " << count << " + " << offset;
      }
    }
  }
}

TEST_F(SimtBuffers, NothingIsDoneForNoElements) {
  simt::fill_buffer(kStream, nullptr, 0, DType::kFloat32, 1);
  simt::convert_buffer(kStream, nullptr, DType::kFloat32, nullptr, DType::kBFloat16, 0);
  simt::accumulate_buffer(kStream, nullptr, nullptr, 0, DType::kFloat32);
}

#ifndef SALIX_WITH_CUDA
TEST(CudaBackend, ABuildWithoutCudaSaysSo) {
  EXPECT_EQ(cuda_device_count(), 0);
  EXPECT_EQ(error_of([] { make_cuda_backend(0); }),
            "cuda: this salix was built without CUDA; rebuild with -DSALIX_CUDA=ON or use "
            "--device cpu");
}
#endif

}  // namespace
}  // namespace salix::testing
