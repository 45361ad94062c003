#include "tests/support/targets.h"

namespace salix::testing {

std::string name_of(Target target) {
  switch (target) {
    case Target::kReference:
      return "reference";
    case Target::kOnednn:
      return "onednn";
    case Target::kSimt:
      return "simt";
    case Target::kCuda:
      return "cuda";
  }
  return "?";
}

std::vector<Target> all_targets() {
  return {Target::kReference, Target::kOnednn, Target::kSimt, Target::kCuda};
}

std::unique_ptr<Exec> make_exec(Target target, std::uint64_t seed) {
  ExecOptions options{.seed = seed};
  options.reference = target == Target::kReference;
  DeviceKind kind = DeviceKind::kCpu;
  if (target == Target::kSimt) kind = DeviceKind::kSimt;
  if (target == Target::kCuda) kind = DeviceKind::kCuda;
  return std::make_unique<Exec>(Device{kind, 0}, options);
}

void OpTest::SetUp() {
  if (GetParam() == Target::kCuda && cuda_device_count() == 0) {
    GTEST_SKIP() << "no CUDA device on this machine";
  }
  exec_ = make_exec(GetParam());
  reference_ = make_exec(Target::kReference);
}

std::string target_name(const ::testing::TestParamInfo<Target>& info) {
  return name_of(info.param);
}

}  // namespace salix::testing
