#include "train/run_folder/manifest.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "engine/cuda_device_facts.h"
#include "engine/io/json_text.h"
#include "engine/version.h"
#include "train/run_folder/build_info.h"
#include "train/run_folder/hash.h"
#include "train/run_folder/machine_facts.h"

namespace salix {
namespace {

using Json = nlohmann::ordered_json;

Json hardware(const Exec& exec) {
  const CpuFacts cpu = cpu_facts();
  Json facts = {{"cpu", cpu.model},
                {"hardware_threads", cpu.threads},
                {"instruction_sets", cpu.instruction_sets}};
  if (exec.device().kind == DeviceKind::kCuda) {
    const CudaDeviceFacts gpu = cuda_device_facts(exec.device().index);
    facts["gpu"] = {{"name", gpu.name},
                    {"compute", gpu.compute},
                    {"memory_bytes", gpu.memory_bytes},
                    {"driver", gpu.driver},
                    {"runtime", gpu.runtime}};
  }
  return facts;
}

Json pairs(const std::vector<std::pair<std::string, std::string>>& facts) {
  Json object = Json::object();
  for (const auto& [name, value] : facts) object[name] = value;
  return object;
}

// Paths and arguments need not be UTF-8; a manifest must be JSON all the same.
std::string text_of(const Json& json) { return io::json_text(json) + "\n"; }

}  // namespace

std::string manifest_json(const Exec& exec, const ManifestRequest& request) {
  const BuildInfo build = build_info();
  Json hashes = {{"data", pairs(request.dataset_hashes)}, {"initial_weights", nullptr}};
  if (!request.initial_weights.empty()) {
    hashes["initial_weights"] = {{"file", request.initial_weights.string()},
                                 {"xxh64", file_hash(request.initial_weights)}};
  }
  return text_of({{"salix", kVersion},
                  {"commit", build.commit},
                  {"started", utc_now()},
                  {"command", shell_line(request.command)},
                  {"seed", exec.options().seed},
                  {"device", exec.device().to_string()},
                  {"threads", exec.threads()},
                  {"deterministic", !exec.options().fast},
                  {"tf32", exec.options().allow_tf32},
                  {"build",
                   {{"type", build.type},
                    {"compiler", build.compiler},
                    {"flags", build.flags},
                    {"march", build.march},
                    {"cuda", build.cuda}}},
                  {"libraries", pairs(library_versions())},
                  {"hardware", hardware(exec)},
                  {"hashes", hashes}});
}

std::string manifest_with_resume(const std::string& manifest, const ManifestRequest& request,
                                 std::int64_t step) {
  Json json = Json::parse(manifest);
  json["resumed"].push_back({{"at", utc_now()},
                             {"step", step},
                             {"commit", build_info().commit},
                             {"command", shell_line(request.command)}});
  return text_of(json);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string shell_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) {
    if (!line.empty()) line += ' ';
    const bool plain = !word.empty() && word.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789-_./=,:+@%") == std::string::npos;
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace salix
