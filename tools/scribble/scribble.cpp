// `salix scribble`: strokes, regions, contours and a list file of any set that has masks, as DHFR's
// training reads them.
#include <CLI/CLI.hpp>
#include <memory>

#include "engine/error.h"
#include "tools/scribble/scribble_run.h"

namespace salix::cli {
namespace {

void add_sources(CLI::App& command, ScribbleRequest& request) {
  CLI::Option* images =
      command.add_option("IMAGE", request.folders.images, "photographs, or folders of them");
  command
      .add_option("--masks", request.folders.masks, "their masks, or folders with the same names")
      ->needs(images)
      ->type_name("FILE|DIR");
  command
      .add_option("--modality", request.folders.modality,
                  "their depth maps, or folders with the same names")
      ->needs(images)
      ->type_name("FILE|DIR");
  CLI::Option* letters =
      command
          .add_option("--trset", request.letters,
                      "instead: the training sets of these tasks, letters of cdot")
          ->excludes(images);
  command.add_option("--data-path,--data_path", request.data.root, "where the data sets lie")
      ->capture_default_str()
      ->type_name("DIR")
      ->needs(letters);
  command
      .add_option("--train-set", request.data.training_sets,
                  "LETTER=SET[,SET]: names or folders, instead of the published training sets")
      ->needs(letters);
  add_mask_levels(command, request.data.reading);
  add_alpha(command, request.data.reading);
}

void add_options(CLI::App& command, ScribbleRequest& request) {
  add_sources(command, request);
  command
      .add_option("-o,--out,--output", request.out,
                  "folder for scribble/, regions/, contours/ and the list; of several sets a "
                  "folder each")
      ->capture_default_str();
  command
      .add_option("--depth", request.depth,
                  "of images without a depth map: given (it must be there), or a stand-in that "
                  "holds no depth: blurred-luminance, constant")
      ->capture_default_str()
      ->check(CLI::IsMember({"given", "blurred-luminance", "constant"}));
  command
      .add_option("--width", request.strokes.width,
                  "of strokes, pixels; 0: a hundredth of the longer side, at least 3")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  command
      .add_option("--length", request.strokes.length,
                  "of strokes: up to 1 the part of the longest line through a region, above 1 "
                  "pixels")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command
      .add_option("--background", request.strokes.background_strokes, "strokes in the background")
      ->capture_default_str()
      ->check(CLI::Range(0, 100));
  command.add_option("--seed", request.seed, "another seed draws other strokes")
      ->capture_default_str();
  command.add_option("--threads", request.threads, "pictures at a time (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command.add_flag("--json", request.json, "print the result as JSON");
  command.footer(
      "Examples:\n"
      "  salix scribble --trset d --data-path dataset -o dataset/RGBD/RGBD-TR\n"
      "  salix scribble photos/ --masks masks/ --modality depth/ -o strokes --length 0.3\n"
      "  salix scribble photos/ --masks masks/ --depth blurred-luminance -o strokes");
}

void check_request(const ScribbleRequest& request) {
  const bool folders = !request.folders.images.empty();
  SALIX_CHECK(folders || !request.letters.empty(),
              "scribble: give photographs with --masks, or the letters of tasks with --trset");
  SALIX_CHECK(!folders || !request.folders.masks.empty(),
              "scribble: strokes are drawn from masks; give them with --masks FILE or DIR");
}

}  // namespace

void add_scribble(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand("scribble", "strokes of labels, drawn from masks");
  const auto request = std::make_shared<ScribbleRequest>();
  add_options(*command, *request);
  command->callback([request, output] {
    check_request(*request);
    ScribbleRun(*request, output).run();
  });
}

}  // namespace salix::cli
