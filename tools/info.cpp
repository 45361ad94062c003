// `salix info`: what this build is, what it found, what this machine can do.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/backend.h"
#include "engine/io/json_text.h"
#include "engine/version.h"
#include "tools/cli/common_options.h"
#include "tools/commands.h"
#include "train/run_folder/build_info.h"
#include "train/run_folder/machine_facts.h"

namespace salix::cli {
namespace {

using Json = nlohmann::ordered_json;

Json gather() {
  const CpuFacts cpu = cpu_facts();
  const BuildInfo build = build_info();
  Json libraries = {{"cuda", build.cuda}};
  for (const auto& [name, version] : library_versions()) libraries[name] = version;
  Json devices = Json::array({"cpu", "simt"});
  for (int i = 0; i < cuda_device_count(); ++i) devices.push_back("cuda:" + std::to_string(i));
  return {{"version", kVersion},
          {"build",
           {{"commit", build.commit},
            {"type", build.type},
            {"compiler", build.compiler},
            {"flags", build.flags},
            {"march", build.march}}},
          {"libraries", libraries},
          {"cpu",
           {{"model", cpu.model},
            {"threads", cpu.threads},
            {"instruction_sets", cpu.instruction_sets}}},
          {"devices", devices}};
}

}  // namespace

void add_info(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand("info", "build and hardware facts");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print as JSON");
  command->footer("Example:\n  salix info --json");
  command->callback([json, output] {
    const Json facts = gather();
    if (*json) {
      output.out << io::json_text(facts) << '\n';
      return;
    }
    const BuildInfo build = build_info();
    output.out << "salix " << kVersion << " (" << build.type << ", " << build.compiler << ", "
               << build.march << ")\n"
               << "  oneDNN    " << facts["libraries"]["oneDNN"].get<std::string>() << '\n'
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
