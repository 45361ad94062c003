// `salix features NET`: the embedding of every pixel as a colour.
#include <CLI/CLI.hpp>
#include <memory>

#include "models/network.h"
#include "tools/cli/refused_network.h"
#include "tools/cli/weight_flags.h"
#include "tools/features/features_run.h"
#include "train/inference/network_input.h"

namespace salix::cli {
namespace {

void add_sources(CLI::App& command, const NetworkFacts& network, FeaturesRequest& request) {
  CLI::Option* images =
      command.add_option("IMAGE", request.folders.images, "instead of sets: images, or folders");
  if (network.needs_modality()) {
    command
        .add_option("--modality", request.folders.modality,
                    "their depth, flow or thermal images, or folders with the same names")
        ->needs(images)
        ->type_name("FILE|DIR");
  }
  add_dataset_flags(command, request.data);
  add_set_reading_flags(command, request.data);
  CLI::Option* vals =
      command.add_option("--vals", request.vals,
                         "sets: task letter and e (its test sets) or r (its training set), or all");
  vals->capture_default_str()->excludes(images);
  command
      .add_option("--list", request.lists,
                  "instead of --vals: [NAME=]FILE of lines `image [depth] [truth] ...`, with paths "
                  "below --data-path")
      ->type_name("FILE")
      ->excludes(vals)
      ->excludes(images);
}

void add_options(CLI::App& command, const NetworkFacts& network, FeaturesRequest& request) {
  add_common_options(command, request.common);
  add_sources(command, network, request);
  add_weight_flags(command, request.weight, request.allow_partial);
  command
      .add_option("-o,--out", request.out,
                  "folder for SET/NAME.png, and SET.png, the contact sheet")
      ->capture_default_str();
  command.add_flag("--maps", request.maps, "also SET/OUTPUT/NAME.png of each of its maps");
  command.add_flag("--segments", request.segments,
                   "also SET/segments/NAME.png: the image under its embedding's clusters");
  command
      .add_option("--sheet-images", request.sheet_images,
                  "how many images come onto a set's contact sheet; 0: no sheet")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  command.add_option("--size", request.size, "input size of the network")->capture_default_str();
  command.add_option("--batch", request.batch, "images per pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
}

std::string examples(const NetworkFacts& network) {
  const std::string start =
      "  salix features " + network.name + " --weight " + network.name + ".pth ";
  const std::string modality = network.needs_modality() ? " --modality depth/" : "";
  return "Examples:\n" + start + "--vals " + std::string{network.default_task, 'e'} +
         " --data-path dataset\n" + start + "--list lists/LFSD.txt --data-path dataset --maps\n" +
         start + "RGB/" + modality + " -o colours";
}

}  // namespace

void add_features(CLI::App& app, const Output& output) {
  CLI::App* features = app.add_subcommand("features", "embeddings of images as colours");
  features->require_subcommand(1);
  for (const std::string& name : network_names()) {
    const NetworkFacts& network = network_facts(name);
    if (!gives_maps(network)) {
      add_refused_network(*features, network);
      continue;
    }
    CLI::App* command = features->add_subcommand(name, "with " + name);
    const auto request = std::make_shared<FeaturesRequest>();
    request->network = name;
    request->vals = {network.default_task, 'e'};
    request->size = default_input_size(network);
    add_options(*command, network, *request);
    command->footer(examples(network));
    command->callback([request, output] { show_features(*request, output); });
  }
}

}  // namespace salix::cli
