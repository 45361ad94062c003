#include "tools/cli/common_options.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "engine/io/atomic_file.h"
#include "layers/functional/autocast.h"

namespace salix::cli {

void add_common_options(CLI::App& command, CommonOptions& options) {
  command.add_option("--device", options.device,
                     "cpu, cuda, cuda:INDEX or simt (default: cuda when present, else cpu)");
  command.add_flag("--fast", options.fast,
                   "CUDA: also convolution algorithms whose results differ between runs");
  command.add_flag("--tf32", options.tf32,
                   "CUDA: float32 convolutions and matrix products on tensor cores, which round "
                   "their inputs to 10 bits");
  command.add_option("--threads", options.threads, "CPU threads (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command.add_option("--seed", options.seed, "of every random number drawn");
  command
      .add_option("--amp", options.amp,
                  "bf16: convolutions and matrix products in bfloat16, the rest in float32")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", "bf16"}));
  command.add_flag("--json", options.json, "print the result as JSON");
  command.add_flag("--profile", options.profile, "print the time per op");
  command.add_option("--trace", options.trace, "write a Chrome trace of all ops to FILE")
      ->type_name("FILE");
}

std::unique_ptr<Exec> make_exec(const CommonOptions& options) {
  Device device{cuda_device_count() > 0 ? DeviceKind::kCuda : DeviceKind::kCpu, 0};
  if (!options.device.empty()) device = Device::parse(options.device);
  auto exec = std::make_unique<Exec>(device, ExecOptions{.threads = options.threads,
                                                         .seed = options.seed,
                                                         .fast = options.fast,
                                                         .allow_tf32 = options.tf32});
  if (options.amp == "bf16") {
    if (!has_fast_autocast(*exec)) {
      throw NotSupported(
          "--amp bf16: this CPU has no AVX-512, without which bfloat16 is slower than float32; "
          "leave --amp out");
    }
    set_autocast(*exec, true);
  }
  return exec;
}

ProfileSession::ProfileSession(Exec& exec, const CommonOptions& options)
    : exec_(exec), options_(options), active_(options.profile || !options.trace.empty()) {
  if (active_) exec_.set_profiler(&profiler_);
}

ProfileSession::~ProfileSession() { exec_.set_profiler(nullptr); }

void ProfileSession::finish(std::ostream& err) {
  if (options_.profile) profiler_.write_table(err);
  if (options_.trace.empty()) return;
  std::ostringstream trace;
  profiler_.write_chrome_trace(trace);
  io::AtomicFile file(options_.trace);
  file.write(std::string_view(trace.str()));
  file.commit();
}

}  // namespace salix::cli
