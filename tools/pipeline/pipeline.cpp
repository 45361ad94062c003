// `salix pipeline`: from data sets to models, maps, scores and one report, in one folder; resumable
// at every point. Which steps: two stages, or one training by a recipe.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "engine/comm/communicator.h"
#include "engine/io/atomic_file.h"
#include "tools/cli/recipe_flags.h"
#include "tools/pipeline/one_training_plan.h"
#include "tools/pipeline/two_stages_plan.h"
#include "train/report/report_page.h"
#include "train/run_folder/run_directory.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Pipeline {
  PipelineSettings settings;
  std::unique_ptr<PipelinePlan> plan;
};

std::shared_ptr<Pipeline> pipeline_of(const std::vector<std::string>& command_line) {
  auto pipeline = std::make_shared<Pipeline>();
  PipelineSettings& settings = pipeline->settings;
  settings.recipe = recipe_of(command_line, "");
  if (settings.recipe.empty()) {
    pipeline->plan = std::make_unique<TwoStagesPlan>(settings);
  } else {
    pipeline->plan =
        std::make_unique<OneTrainingPlan>(settings, network_of(command_line, settings.recipe));
  }
  return pipeline;
}

// The pipeline's folder is a run directory too: its options must stay what they were.
void open_folder(const Pipeline& pipeline, const Output& output) {
  const PipelineSettings& settings = pipeline.settings;
  const std::string config = pipeline.plan->config_json();
  const ManifestRequest manifest{output.command, {}, pipeline.plan->initial_weights()};
  if (settings.resume) {
    RunDirectory::resume(settings.folder(), config).note_resume(manifest, 0);
  } else {
    RunDirectory::create(settings.folder(), config,
                         manifest_json(*make_exec(settings.common), manifest));
  }
}

void run_steps(const Pipeline& pipeline, const Output& output) {
  const std::vector<PlannedStep> steps = pipeline.plan->steps(output);
  std::vector<PipelineState::Step> facts;
  for (const PlannedStep& step : steps) facts.push_back(step.facts);
  const PipelineSettings& settings = pipeline.settings;
  PipelineState state(settings.folder() / "pipeline.json", settings.task, pipeline.plan->network(),
                      facts);
  for (const PlannedStep& step : steps) {
    state.run(step.facts.name, [&](const PipelineState::Step&) {
      output.err << "== " << step.facts.title << '\n';
      step.work();
    });
  }
}

void write_report_page(const fs::path& folder, const fs::path& file, const Output& output) {
  const report::Page page = report::make_page(report::read_report_facts(folder), {});
  io::write_file_atomically(file, io::bytes_of(page.html));
  for (const std::string& note : page.notes) output.err << "note: " << note << '\n';
}

void run_pipeline(const Pipeline& pipeline, const Output& output) {
  SALIX_CHECK(launched_ranks() == 1, "pipeline: must be one process; the launcher started ",
              launched_ranks(), "; run the trainings one by one, with `mpirun -n N salix train`");
  pipeline.plan->check(output);
  open_folder(pipeline, output);
  run_steps(pipeline, output);
  const fs::path folder = pipeline.settings.folder();
  const fs::path sheet = folder / "contact_sheet.png", page = folder / "report.html";
  pipeline.plan->write_sheet(sheet);
  write_report_page(folder, page, output);
  output.out << sheet.string() << '\n' << page.string() << '\n';
}

}  // namespace

void add_pipeline(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand(
      "pipeline", "both stages of one task, or one training by --recipe: train, evaluate, report");
  const std::shared_ptr<Pipeline> pipeline = pipeline_of(output.command);
  add_pipeline_settings(*command, pipeline->settings);
  pipeline->plan->add_flags(*command);
  command->footer(pipeline->plan->examples());
  command->callback([pipeline, output] { run_pipeline(*pipeline, output); });
}

}  // namespace salix::cli
