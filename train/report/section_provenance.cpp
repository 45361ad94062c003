// Where the numbers come from.
#include <array>

#include "engine/error.h"
#include "engine/io/json_text.h"
#include "train/report/sections.h"

namespace salix::report {
namespace {

std::string words_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return io::json_text(value, -1);
}

// Nested names joined by dots, to a depth that no file of ours has.
void flatten(const Json& value, const std::string& name, int depth, Facts& facts) {
  constexpr int kDeepest = 6;
  const bool objects = value.is_array() && !value.empty() && value.front().is_object();
  if (depth < kDeepest && (value.is_object() || objects)) {
    for (const auto& [key, member] : value.items())
      flatten(member, name.empty() ? key : str(name, ".", key), depth + 1, facts);
    return;
  }
  facts.emplace_back(name, element("code", text(words_of(value))));
}

// What "a.b" leads to; nullptr where nothing does.
const Json* at(const Json& object, std::string_view path) {
  const Json* value = &object;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const auto found = value->find(std::string(path.substr(0, dot)));
    if (found == value->end()) return nullptr;
    value = &*found;
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  return value->is_null() ? nullptr : value;
}

void add(Facts& facts, const char* name, const Json& object, std::string_view path,
         bool code = false) {
  const Json* value = at(object, path);
  if (value == nullptr) return;
  const Html words = text(words_of(*value));
  facts.emplace_back(name, code ? element("code", words) : words);
}

Html resumes(const Json& manifest) {
  Html items;
  for (const Json& one : array_of(manifest, "resumed")) {
    std::string words = "after step " + std::to_string(integer_of(one, "step"));
    if (const std::string when = text_of(one, "at"); !when.empty()) words += ", " + when;
    if (const std::string commit = text_of(one, "commit"); !commit.empty())
      words += ", commit " + commit;
    items += element("li", text(words));
  }
  return items.empty() ? items : element("ul", items);
}

Html command(const RunFacts& run) {
  const std::string line = run.manifest ? text_of(*run.manifest, "command") : "";
  return line.empty() ? Html{} : element("p", {{"class", "command"}}, element("code", text(line)));
}

Facts important(const RunFacts& run) {
  Facts facts;
  if (run.manifest) {
    const Json& manifest = *run.manifest;
    add(facts, "Version", manifest, "salix");
    add(facts, "Commit", manifest, "commit", true);
    add(facts, "Started", manifest, "started");
    if (const Html list = resumes(manifest); !list.empty()) facts.emplace_back("Resumed", list);
    add(facts, "Seed", manifest, "seed");
    add(facts, "Device", manifest, "device");
    add(facts, "GPU", manifest, "hardware.gpu.name");
    add(facts, "CPU", manifest, "hardware.cpu");
    add(facts, "Threads", manifest, "threads");
    add(facts, "Deterministic", manifest, "deterministic");
    add(facts, "Initial weights", manifest, "hashes.initial_weights.file", true);
    add(facts, "Their xxHash64", manifest, "hashes.initial_weights.xxh64", true);
  }
  if (!run.config) return facts;
  constexpr std::array<std::pair<const char*, const char*>, 9> kOptions = {
      {{"Network", "network"},
       {"Recipe", "recipe"},
       {"Stage", "stage"},
       {"Training set", "trset"},
       {"Epochs", "epochs"},
       {"Batch", "batch"},
       {"Input size", "size"},
       {"Learning rate", "lr"},
       {"Weight decay", "weight_decay"}}};
  for (const auto& [name, key] : kOptions) add(facts, name, *run.config, key);
  if (!run.manifest) add(facts, "Seed", *run.config, "seed");
  return facts;
}

Html all_of(const char* title, const std::optional<Json>& object) {
  if (!object) return {};
  Facts facts;
  flatten(*object, "", 0, facts);
  return folded(title, definitions(facts));
}

}  // namespace

Html provenance(const RunFacts& run) {
  return command(run) + definitions(important(run)) + all_of("All of config.json", run.config) +
         all_of("All of manifest.json", run.manifest);
}

}  // namespace salix::report
