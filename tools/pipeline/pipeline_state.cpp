#include "tools/pipeline/pipeline_state.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "engine/io/atomic_file.h"
#include "engine/io/file.h"
#include "engine/io/json_text.h"

namespace salix::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* state_of(const PipelineState::Step& step, const std::string& running) {
  if (step.done) return "done";
  return step.name == running ? "running" : "waiting";
}

}  // namespace

PipelineState::PipelineState(std::filesystem::path file, std::string task, std::string network,
                             std::vector<Step> steps)
    : file_(std::move(file)),
      task_(std::move(task)),
      network_(std::move(network)),
      steps_(std::move(steps)) {
  if (std::filesystem::exists(file_)) read();
  write("");
}

void PipelineState::read() {
  const Json state = Json::parse(io::read_text_file(file_), nullptr, /*allow_exceptions=*/false);
  if (!state.is_object() || !state.contains("steps") || !state["steps"].is_array()) {
    throw IoError(str(file_.string(),
                      ": is not the state of a pipeline; remove it to run all its "
                      "steps again"));
  }
  for (const Json& saved : state["steps"]) {
    const auto step = std::find_if(steps_.begin(), steps_.end(), [&](const Step& s) {
      return s.name == saved.value("name", "");
    });
    if (step == steps_.end()) continue;
    step->done = saved.value("state", "") == "done";
    step->seconds = saved.value("seconds", 0.0);
  }
}

void PipelineState::write(const std::string& running) const {
  Json state{{"task", task_}, {"network", network_}, {"steps", Json::array()}};
  for (const Step& step : steps_) {
    state["steps"].push_back({{"name", step.name},
                              {"title", step.title},
                              {"folder", step.folder},
                              {"state", state_of(step, running)},
                              {"seconds", step.seconds}});
  }
  io::write_file_atomically(file_, io::bytes_of(io::json_text(state) + "\n"));
}

void PipelineState::run(const std::string& name, const std::function<void(const Step&)>& work) {
  const auto step =
      std::find_if(steps_.begin(), steps_.end(), [&](const Step& s) { return s.name == name; });
  if (step->done) return;
  write(name);
  const auto start = std::chrono::steady_clock::now();
  work(*step);
  step->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  step->done = true;
  write("");
}

}  // namespace salix::cli
