// `salix synth`: painted scenes with masks, for demonstrations without any data set.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "data/image_io.h"
#include "data/synthetic_scene.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  std::string out;
  int count = 12, height = 240, width = 320;
  std::uint64_t seed = 0;
};

void synthesize(const Request& request, Output output) {
  const fs::path out = request.out;
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

}  // namespace

void add_synth(CLI::App& app, Output output) {
  CLI::App* command =
      app.add_subcommand("synth", "painted scenes with masks, reproducible by seed");
  const auto request = std::make_shared<Request>();
  command->add_option("-o,--out", request->out, "folder; images/ and masks/ are made in it")
      ->required();
  command->add_option("--count", request->count, "how many")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command->add_option("--height", request->height, "in pixels")
      ->capture_default_str()
      ->check(CLI::Range(16, 8192));
  command->add_option("--width", request->width, "in pixels")
      ->capture_default_str()
      ->check(CLI::Range(16, 8192));
  command->add_option("--seed", request->seed, "another seed paints other scenes")
      ->capture_default_str();
  command->footer("Example:\n  salix synth -o scenes --count 6 --seed 7");
  command->callback([request, output] { synthesize(*request, output); });
}

}  // namespace salix::cli
