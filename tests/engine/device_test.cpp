#include "engine/device.h"

#include <gmock/gmock.h>

#include "engine/exec.h"
#include "tests/support/tensors.h"

namespace salix {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

TEST(Device, ParsesWhatItPrints) {
  for (const char* text : {"cpu", "simt", "cuda:0", "cuda:7", "cuda:12"}) {
    EXPECT_EQ(Device::parse(text).to_string(), text);
  }
  EXPECT_EQ(Device::parse("cuda"), (Device{DeviceKind::kCuda, 0}));
}

TEST(Device, RefusesEverythingElse) {
  for (const char* text : {"", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:1x", "cuda:1234567890123",
                           "cpu:0", " cpu", "cuda: 1"}) {
    EXPECT_THAT(error_of([&] { Device::parse(text); }),
                HasSubstr("device: expected cpu, cuda, cuda:INDEX or simt; got '" +
                          std::string(text) + "'"));
  }
}

TEST(Device, HostDevicesShareTheHostsMemory) {
  EXPECT_TRUE(Device::parse("cpu").is_host());
  EXPECT_TRUE(Device::parse("simt").is_host());
  EXPECT_FALSE(Device::parse("cuda").is_host());
}

TEST(Exec, RefusesNegativeThreads) {
  EXPECT_THAT(error_of([] { Exec exec({}, {.threads = -1}); }),
              HasSubstr("threads must not be negative; got -1"));
}

TEST(Exec, DrawsADifferentKeyEachTime) {
  Exec exec({}, {.seed = 5});
  const PhiloxKey first = exec.next_random(3), second = exec.next_random(3);
  EXPECT_EQ(first.seed, 5U);
  EXPECT_EQ(first.stream, 3U);
  EXPECT_EQ(second.step, first.step + 1);
  exec.set_random_step(first.step);
  EXPECT_EQ(exec.next_random(3).step, first.step);
}

TEST(Exec, MakesAnExtensionOnce) {
  struct Handle {
    explicit Handle(Exec& owner) : exec(&owner) {}
    Exec* exec;
  };
  Exec exec;
  Handle& handle = exec.extension<Handle>();
  EXPECT_EQ(handle.exec, &exec);
  EXPECT_EQ(&exec.extension<Handle>(), &handle);
}

}  // namespace
}  // namespace salix
