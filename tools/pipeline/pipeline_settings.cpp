#include "tools/pipeline/pipeline_settings.h"

#include <CLI/CLI.hpp>

#include "tools/cli/recipe_flags.h"

namespace salix::cli {

namespace fs = std::filesystem;

fs::path PipelineSettings::folder() const {
  if (!run_dir.empty()) return run_dir;
  return fs::path("pipeline") / (recipe.empty() ? task : task + "_" + recipe);
}

void add_pipeline_settings(CLI::App& command, PipelineSettings& settings) {
  add_common_options(command, settings.common);
  command.add_option("--task", settings.task, "c RGB, d RGB-D, o video, t RGB-T")
      ->required()
      ->check(CLI::IsMember({"c", "d", "o", "t"}));
  add_recipe_choice(command, settings.recipe,
                    "one training by this recipe, instead of the two stages");
  command
      .add_option("--run-dir", settings.run_dir,
                  "folder of everything (default: pipeline/TASK or pipeline/TASK_RECIPE)")
      ->type_name("DIR");
  command.add_flag("--resume", settings.resume, "go on where the pipeline stopped");
  command
      .add_option("--pretrain", settings.pretrain,
                  "encoder that trainings start from: MoCo-v2, torchvision or any file of the "
                  "network's encoder")
      ->type_name("FILE");
  command.add_flag("--allow-partial", settings.allow_partial,
                   "accept an encoder file that lacks tensors");
  add_dataset_flags(command, settings.data);
  add_set_reading_flags(command, settings.data);
  command.add_option("--vals", settings.vals, "sets to evaluate (default: the task's test sets)");
  command.add_option("--workers", settings.workers, "threads that read images")
      ->capture_default_str()
      ->check(CLI::Range(0, 256));
  command.add_option("--checkpoint-every", settings.checkpoint_every, "iterations")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command
      .add_option("--sheet-images", settings.sheet_images,
                  "pictures of each set on the contact sheet")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

}  // namespace salix::cli
