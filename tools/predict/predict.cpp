// `salix predict NET`: the command line of predict_maps().
#include <CLI/CLI.hpp>
#include <memory>

#include "models/network.h"
#include "tools/cli/refused_network.h"
#include "tools/predict/predict_maps.h"
#include "train/inference/network_input.h"

namespace salix::cli {
namespace {

void add_options(CLI::App& command, const NetworkFacts& network, PredictRequest& request) {
  add_common_options(command, request.common);
  command.add_option("INPUT", request.inputs, "images, folders, or .npy batches [N,3,H,W]")
      ->required();
  command
      .add_option("--weight", request.weight,
                  network.name + " file, or any ResNet-50 / MoCo-v2 file")
      ->required()
      ->type_name("FILE");
  if (network.needs_modality()) {
    command
        .add_option("--modality", request.modality,
                    "the depth, flow or thermal image, or folders with images of the same names")
        ->type_name("FILE|DIR");
    add_depth_range(command, request.reading);
  }
  add_upright(command, request.reading);
  command.add_option("-o,--out,--save-path,--save_path", request.out, "folder for the results")
      ->capture_default_str();
  command.add_option("--size", request.size, "input size of the network")->capture_default_str();
  command.add_option("--batch", request.batch, "images per pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command.add_flag("--allow-partial", request.allow_partial,
                   "accept an encoder file that lacks tensors");
  command.add_flag("--overlay", request.overlay, "also NAME_overlay.png: the map over the image");
  command.add_flag("--cutout", request.cutout, "also NAME_cutout.png: the object with alpha");
  command.add_flag("--logits", request.logits, "also NAME_logits.npy, [1,1,h,w]");
  command.add_option("--contact-sheet", request.contact_sheet, "one picture of the first results")
      ->type_name("FILE");
  command.add_option("--sheet-images", request.sheet_images, "how many of them")
      ->capture_default_str();
}

std::string examples(const NetworkFacts& network) {
  const std::string start = "  salix predict " + network.name + " --weight " + network.name;
  if (network.needs_modality()) {
    return "Examples:\n" + start + ".pth photo.jpg --modality depth.png -o maps\n" + start +
           ".safetensors RGB/ --modality T/ -o maps --overlay";
  }
  return "Examples:\n" + start + ".pth photo.jpg -o maps --overlay --cutout\n" + start +
         ".safetensors photos/ -o maps --batch 8 --contact-sheet all.png\n" + start +
         ".safetensors batch.npy -o maps";
}

}  // namespace

void add_predict(CLI::App& app, const Output& output) {
  CLI::App* predict =
      app.add_subcommand("predict", "saliency maps of images, folders or .npy batches");
  predict->require_subcommand(1);
  for (const std::string& name : network_names()) {
    const NetworkFacts& network = network_facts(name);
    if (!gives_maps(network)) {
      add_refused_network(*predict, network);
      continue;
    }
    CLI::App* command = predict->add_subcommand(name, "with " + name);
    const auto request = std::make_shared<PredictRequest>();
    request->network = name;
    request->size = default_input_size(network);
    add_options(*command, network, *request);
    command->footer(examples(network));
    command->callback([request, output] { predict_maps(*request, output); });
  }
}

}  // namespace salix::cli
