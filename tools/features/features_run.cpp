#include "tools/features/features_run.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "data/image/image_io.h"
#include "engine/io/json_text.h"
#include "engine/problems.h"
#include "models/weights/load_network.h"
#include "tools/cli/console.h"
#include "train/inference/embedding_segments.h"
#include "train/inference/features.h"
#include "train/inference/list_results.h"
#include "train/inference/network_input.h"
#include "train/inference/scored_lists.h"
#include "train/loop/stop_signal.h"
#include "train/metrics/questions_json.h"
#include "train/session/interrupted.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

std::vector<data::SampleList> lists_of(const FeaturesRequest& request, const data::Warn& warn) {
  const NetworkFacts& network = network_facts(request.network);
  data::DatasetOptions options = request.data.options();
  options.warn = warn;
  options.masks_required = false;
  if (request.folders.images.empty() && request.lists.empty())
    return lists_for(network, request.vals, options);
  std::vector<data::SampleList> lists;
  for (const std::string& text : request.lists) lists.push_back(listed_set(network, text, options));
  if (request.folders.images.empty()) return lists;
  SALIX_CHECK(!network.needs_modality() || !request.folders.modality.empty(),
              "features: ", network.name,
              " looks at two modalities; give depth, flow or thermal images with --modality FILE "
              "or DIR");
  SALIX_CHECK(network.needs_modality() || request.folders.modality.empty(),
              "features: ", network.name, " looks at the image alone; leave out --modality");
  lists.push_back(list_of_folders(request.folders, warn));
  for (data::SampleFiles& sample : lists.back().samples) sample.reading = options.reading;
  return lists;
}

fs::path sheet_of(const FeaturesRequest& request, const data::SampleList& list) {
  return fs::path(request.out) / (list.name + ".png");
}

void plan_results(const FeaturesRequest& request, const std::vector<data::SampleList>& lists) {
  io::ResultPaths paths("features");
  paths.input(request.weight);
  for (const data::SampleList& list : lists) add_inputs(paths, list);
  for (const data::SampleList& list : lists) {
    add_results(paths, list, fs::path(request.out) / list.name, {});
    if (request.sheet_images > 0) paths.add(sheet_of(request, list), "the contact sheet");
  }
  paths.prepare();
}

FeatureResult show_list(const FeaturesRequest& request, const data::SampleList& list, Exec& exec,
                        Network& network, const StopSignal& signal, const Output& output) {
  Progress progress(output.err, list.name, static_cast<std::int64_t>(list.samples.size()),
                    stderr_is_terminal());
  FeatureResult result = write_features(
      exec, network, list,
      {.size = request.size,
       .batch = request.batch,
       .folder = fs::path(request.out) / list.name,
       .maps = request.maps,
       .segments = request.segments ? Segmenter(embedding_segments) : Segmenter(),
       .sheet_images = request.sheet_images,
       .on_progress = [&](std::int64_t images) { progress.advance(images); },
       .on_failure = [&](const std::string& sentence) { progress.say("failed: " + sentence); },
       .stop = [&] { return signal.exit_code(); }});
  for (const data::Question& question : result.questions)
    progress.say(str("note: ", list.name, ": ", question.sentence()));
  if (!result.sheet.empty()) {
    data::write_image(
        sheet_of(request, list),
        data::contact_sheet(result.sheet, feature_sheet_titles(network.facts(), list.task)));
  }
  return result;
}

nlohmann::ordered_json json_of(const data::SampleList& list, const FeatureResult& result) {
  return {{"set", list.name},
          {"images", result.images},
          {"failed", result.failed},
          {"questions", questions_json(result.questions)}};
}

}  // namespace

void show_features(const FeaturesRequest& request, const Output& output) {
  const std::unique_ptr<Exec> exec = make_exec(request.common);
  ProfileSession profile(*exec, request.common);
  LoadedNetwork loaded;
  std::vector<data::SampleList> lists;
  Problems problems;
  problems.collect([&] { check_input_size(network_facts(request.network), request.size); });
  problems.collect([&] {
    loaded = load_network(*exec, request.network, request.weight, request.allow_partial);
  });
  problems.collect([&] { lists = lists_of(request, notes_on(output.err)); });
  problems.raise();
  plan_results(request, lists);
  if (!loaded.summary.whole_network)
    output.err << "note: " << request.weight
               << " is an encoder only: the decoder has untrained values\n";
  loaded.network->eval();
  loaded.network->prepare_inference();
  const StopSignal signal;
  auto sets = nlohmann::ordered_json::array();
  std::size_t failed = 0;
  std::int64_t images = 0;
  for (const data::SampleList& list : lists) {
    if (signal.requested()) break;
    const FeatureResult result = show_list(request, list, *exec, *loaded.network, signal, output);
    images += result.images;
    failed += result.failed.size();
    sets.push_back(json_of(list, result));
    if (!request.common.json)
      output.out << list.name << ": "
                 << result.images - static_cast<std::int64_t>(result.failed.size()) << " of "
                 << list.samples.size() << " embeddings in "
                 << (fs::path(request.out) / list.name).string() << '\n';
  }
  profile.finish(output.err);
  if (request.common.json) {
    const nlohmann::ordered_json whole{{"sets", sets}, {"out", request.out}};
    output.out << io::json_text(whole) << '\n';
  }
  if (signal.requested())
    throw Interrupted(str("stopped after ", images, " images"), signal.exit_code());
  if (failed > 0) throw WorkFailed(str(failed, " of ", images, " images failed (named above)"));
}

}  // namespace salix::cli
