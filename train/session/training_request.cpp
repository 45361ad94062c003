#include "train/session/training_request.h"

#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "layers/functional/autocast.h"
#include "train/loop/over_ranks.h"
#include "train/recipes/catalogue.h"
#include "train/run_folder/hash.h"

namespace salix {

TrainingRequest::TrainingRequest(const std::string& of_network, const std::string& by_recipe)
    : network(of_network),
      recipe_name(by_recipe),
      recipe(recipe_entry(by_recipe).make(network_facts(of_network))) {
  recipe->describe(options);
}

std::filesystem::path TrainingRequest::folder() const {
  if (!run_dir.empty()) return run_dir;
  return std::filesystem::path(weight_path) / network / "resnet" / recipe->plan().letters / sub;
}

std::filesystem::path TrainingRequest::last_weights(std::size_t samples) const {
  const RunPlan plan = recipe->plan();
  const std::int64_t batches = static_cast<std::int64_t>(samples) / plan.batch;
  SALIX_CHECK(batches > 0, "train: a batch of ", plan.batch, " needs as many samples; there are ",
              samples, ". Give a smaller --batch");
  return folder() / last_weights_file({weights_name(), plan.snapshots}, plan.length, batches);
}

std::string config_json(const TrainingRequest& request, Exec& exec) {
  nlohmann::ordered_json config{{"network", request.network},
                                {"recipe", request.recipe_name},
                                {"pretrain", request.pretrain},
                                {"weight", request.weight}};
  request.options.add_to(config);
  config["on_bad_image"] = request.on_bad_image == data::OnBadImage::kSkip ? "skip" : "fail";
  for (const auto& [option, value] : data::words_of(request.sources.reading))
    config[option] = value;
  config["seed"] = exec.options().seed;
  config["amp"] = autocasts(exec) ? "bf16" : "none";
  config["fast"] = exec.options().fast;
  config["tf32"] = exec.options().allow_tf32;
  const int ranks = OverRanks(exec).ranks();
  config["device"] = exec.device().to_string();
  if (ranks > 1) {
    config["device"] = Device{exec.device().kind, 0}.to_string();  // the same text on all ranks
    config["ranks"] = ranks;
    config["sync_bn"] = request.sync_batch_norm;
  }
  return io::json_text(config) + "\n";
}

std::string samples_hash(const std::vector<data::SampleFiles>& samples) {
  std::vector<std::string> lines;
  lines.reserve(samples.size());
  for (const data::SampleFiles& sample : samples) {
    lines.push_back(str(data::letter_of(sample.task), ' ', sample.set, ' ', sample.name));
  }
  return lines_hash(lines);
}

std::vector<std::filesystem::path> files_of(const std::vector<data::SampleFiles>& samples) {
  std::vector<std::filesystem::path> files;
  for (const data::SampleFiles& sample : samples) {
    for (const auto& file :
         {sample.image, sample.mask, sample.modality, sample.regions, sample.contours}) {
      if (!file.empty()) files.push_back(file);
    }
  }
  return files;
}

void check_batch(const NetworkFacts& network, const RunPlan& plan, std::int64_t images) {
  const int smallest = plan.smallest_size > 0 ? plan.smallest_size : plan.size;
  SALIX_CHECK(images > 1 || smallest > network.stride, "train ", network.name,
              ": a batch must leave batch normalization more than one value per channel; --batch 1 "
              "at ",
              smallest, 'x', smallest,
              ", the smallest size of this run, leaves one; give --batch 2 ",
              "or more, or a --size larger by at least ", network.stride + 1 - smallest);
}

}  // namespace salix
