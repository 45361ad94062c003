// `salix synth`: painted scenes with masks, and whole data sets of them, for work without any data.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <set>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "data/scenes/synthetic_scene.h"
#include "data/scribbles/scribble_list.h"
#include "data/sets/dataset_layout.h"
#include "data/sets/dataset_options.h"
#include "engine/error.h"
#include "tools/cli/progress.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  std::string out, tasks;
  int count = 12, height = 240, width = 320, train = 200, test = 50, frames = 12;
  std::uint64_t seed = 0;
  bool scribbles = false;
  std::vector<std::string> train_sets, test_sets;
};

void paint_scenes(const Request& request, const Output& output) {
  const fs::path out = request.out;
  data::claim_for_painting(out, "images");
  fs::create_directories(out / "images");
  fs::create_directories(out / "masks");
  for (int i = 0; i < request.count; ++i) {
    const data::Scene scene = data::paint_scene(request.seed, static_cast<std::uint32_t>(i),
                                                {.height = request.height, .width = request.width});
    char name[32];
    std::snprintf(name, sizeof name, "scene_%04d.png", i);
    data::write_image(out / "images" / name, scene.image);
    data::write_image(out / "masks" / name, scene.mask);
  }
  output.out << request.count << " scenes in " << request.out << "/images and " << request.out
             << "/masks\n";
}

data::SetNames parse_sets(const std::vector<std::string>& options) {
  data::SetNames sets;
  for (const std::string& option : options) data::add_sets(option, sets);
  for (const auto& [task, names] : sets)
    for (const std::string& name : names)
      SALIX_CHECK(name.find('/') == std::string::npos && name != "." && name != "..",
                  "synth: sets are named, not given as paths; got '", name, "'");
  return sets;
}

std::vector<data::GeneratedSet> plan(const Request& request) {
  const data::SetNames train = parse_sets(request.train_sets), test = parse_sets(request.test_sets);
  std::vector<data::GeneratedSet> sets;
  const auto add = [&](data::Task task, const data::SetNames& chosen,
                       const std::vector<std::string>& published, bool training) {
    const auto found = chosen.find(task);
    for (const std::string& name : found == chosen.end() ? published : found->second)
      sets.push_back({.task = task,
                      .name = name,
                      .training = training,
                      .count = training ? request.train : request.test,
                      .frames = request.frames,
                      .height = request.height,
                      .width = request.width,
                      .seed = request.seed,
                      .scribbles = request.scribbles});
  };
  for (const data::Task task : data::tasks_of(request.tasks)) {
    if (request.train > 0) add(task, train, data::default_training_sets(task), true);
    if (request.test > 0) add(task, test, data::default_test_sets(task), false);
  }
  std::set<std::pair<data::Task, std::string>> seen;
  for (const data::GeneratedSet& set : sets)
    SALIX_CHECK(seen.emplace(set.task, set.name).second, "synth: '", set.name, "' is named twice");
  return sets;
}

void write_sets(const Request& request, const Output& output) {
  const std::vector<data::GeneratedSet> sets = plan(request);
  std::int64_t total = 0;
  for (const data::GeneratedSet& set : sets) total += set.count;
  {
    Progress progress(output.err, "pictures", total, stderr_is_terminal());
    for (const data::GeneratedSet& set : sets)
      data::write_generated_set(request.out, set, [&] { progress.advance(); });
  }
  const fs::path root = request.out;
  for (const data::GeneratedSet& set : sets) {
    const char letter = data::letter_of(set.task);
    output.out << letter << "_" << set.name << ": " << set.count << " pictures in "
               << (root / data::layout_of(set.task).parent / set.name).string() << '\n';
    if (data::has_scribble_list(set))
      output.out << "  with scribbles, regions and contours, listed in "
                 << (root / data::scribble_list_name(letter, set.name)).string() << '\n';
  }
}

void add_options(CLI::App& command, Request& request) {
  command
      .add_option("-o,--out", request.out,
                  "folder; images/ and masks/, or the sets, are made in it")
      ->required();
  command.add_option("--count", request.count, "how many scenes, without --tasks")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command.add_option("--height", request.height, "in pixels")
      ->capture_default_str()
      ->check(CLI::Range(16, 8192));
  command.add_option("--width", request.width, "in pixels")
      ->capture_default_str()
      ->check(CLI::Range(16, 8192));
  command.add_option("--seed", request.seed, "another seed paints other scenes")
      ->capture_default_str();
  command.add_option(
      "--tasks", request.tasks,
      "make data sets in the layouts of these tasks instead: letters of cdot (colour, "
      "depth, video, thermal)");
  command.add_option("--train", request.train, "pictures per training set, of videos frames")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000));
  command.add_option("--test", request.test, "pictures per test set")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000));
  command.add_option("--frames", request.frames, "per video clip")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command.add_option("--train-set", request.train_sets,
                     "LETTER=NAME[,NAME]: instead of the published training set's name");
  command.add_option("--test-set", request.test_sets, "LETTER=NAME[,NAME]: likewise");
  command.add_flag("--scribbles", request.scribbles,
                   "with task d: strokes of labels in scribble/; of training sets regions/, "
                   "contours/ and a list file too");
  command.footer(
      "Examples:\n"
      "  salix synth -o scenes --count 6 --seed 7\n"
      "  salix synth -o dataset --tasks cdot --train 200 --test 50 --test-set c=ECSSD");
}

}  // namespace

void add_synth(CLI::App& app, const Output& output) {
  CLI::App* command =
      app.add_subcommand("synth", "painted scenes with masks, reproducible by seed");
  const auto request = std::make_shared<Request>();
  add_options(*command, *request);
  command->callback([request, output] {
    request->tasks.empty() ? paint_scenes(*request, output) : write_sets(*request, output);
  });
}

}  // namespace salix::cli
