// `salix info`: what this build is, what it found, what this machine can do.
#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/backend.h"
#include "engine/version.h"
#include "kernels/onednn/version.h"
#include "tools/cli/common_options.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

using Json = nlohmann::ordered_json;

// The first "key : value" of /proc/cpuinfo; "" where there is no such file.
std::string cpu_fact(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with(key) && colon != std::string::npos && colon + 2 <= line.size()) {
      return line.substr(colon + 2);
    }
  }
  return "";
}

Json gather() {
  Json instruction_sets = Json::array();
  const std::string flags = " " + cpu_fact("flags") + " ";
  for (const char* name : {"avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16"}) {
    if (flags.find(std::string(" ") + name + " ") != std::string::npos)
      instruction_sets.push_back(name);
  }
  Json devices = Json::array({"cpu", "simt"});
  for (int i = 0; i < cuda_device_count(); ++i) devices.push_back("cuda:" + std::to_string(i));
#ifdef SALIX_WITH_CUDA
  const bool with_cuda = true;
#else
  const bool with_cuda = false;
#endif
  return {{"version", kVersion},
          {"build", {{"type", SALIX_BUILD_TYPE}, {"compiler", SALIX_CXX}, {"march", SALIX_MARCH}}},
          {"libraries", {{"oneDNN", kernels::onednn_version()}, {"cuda", with_cuda}}},
          {"cpu",
           {{"model", cpu_fact("model name")},
            {"threads", std::thread::hardware_concurrency()},
            {"instruction_sets", instruction_sets}}},
          {"devices", devices}};
}

}  // namespace

void add_info(CLI::App& app, Output output) {
  CLI::App* command = app.add_subcommand("info", "build and hardware facts");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print as JSON");
  command->footer("Example:\n  salix info --json");
  command->callback([json, output] {
    const Json facts = gather();
    if (*json) {
      output.out << facts.dump(2) << '\n';
      return;
    }
    output.out << "salix " << kVersion << " (" << SALIX_BUILD_TYPE << ", " << SALIX_CXX << ", "
               << SALIX_MARCH << ")\n"
               << "  oneDNN    " << kernels::onednn_version() << '\n'
               << "  cuda      "
               << (facts["libraries"]["cuda"].get<bool>() ? "built in" : "not built in") << '\n'
               << "  cpu       " << facts["cpu"]["model"].get<std::string>() << ", "
               << facts["cpu"]["threads"] << " threads";
    for (const Json& name : facts["cpu"]["instruction_sets"])
      output.out << ' ' << name.get<std::string>();
    output.out << "\n  devices  ";
    for (const Json& name : facts["devices"]) output.out << ' ' << name.get<std::string>();
    output.out << '\n';
  });
}

}  // namespace salix::cli
