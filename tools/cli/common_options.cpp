#include "tools/cli/common_options.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "engine/io/atomic_file.h"

namespace salix::cli {

void add_common_options(CLI::App& command, CommonOptions& options) {
  command.add_option("--device", options.device,
                     "cpu, cuda, cuda:INDEX or simt (default: cuda when present, else cpu)");
  command.add_option("--threads", options.threads, "CPU threads (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command.add_option("--seed", options.seed, "of every random number drawn");
  command.add_flag("--json", options.json, "print the result as JSON");
  command.add_flag("--profile", options.profile, "print the time per op");
  command.add_option("--trace", options.trace, "write a Chrome trace of all ops to FILE")
      ->type_name("FILE");
}

std::unique_ptr<Exec> make_exec(const CommonOptions& options) {
  Device device{cuda_device_count() > 0 ? DeviceKind::kCuda : DeviceKind::kCpu, 0};
  if (!options.device.empty()) device = Device::parse(options.device);
  return std::make_unique<Exec>(device,
                                ExecOptions{.threads = options.threads, .seed = options.seed});
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
