#include "tools/test/classify.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "engine/io/json_text.h"
#include "engine/problems.h"
#include "models/weights/load_network.h"
#include "tools/cli/common_options.h"
#include "tools/cli/console.h"
#include "tools/cli/progress.h"
#include "train/inference/classification.h"
#include "train/loop/stop_signal.h"
#include "train/session/interrupted.h"

namespace salix::cli {
namespace {

struct Request {
  CommonOptions common;
  std::string network, weight, data;
  int batch = 16;
};

std::string three_decimals(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string as_json(const Request& request, const ClassificationResult& result) {
  const ClassScores& scores = result.scores;
  return io::json_text(nlohmann::ordered_json{{"network", request.network},
                                              {"pictures", scores.images},
                                              {"failed", result.failed},
                                              {"top1_percent", 100 * scores.top1},
                                              {"top5_percent", 100 * scores.top5},
                                              {"loss", scores.loss},
                                              {"loss_of_batches", scores.loss_of_batches}}) +
         '\n';
}

std::string as_text(const ClassScores& scores) {
  if (scores.images == 0) return "no picture could be read\n";
  return str(scores.images, " pictures: top-1 ", three_decimals(100 * scores.top1), " %, top-5 ",
             three_decimals(100 * scores.top5), " %, loss ", three_decimals(scores.loss),
             " (mean of batches of ", kPublishedBatch,
             ", as published: ", three_decimals(scores.loss_of_batches), ")\n");
}

// `pictures`: how many there were to do.
void check_all_done(const ClassificationResult& result, std::size_t pictures) {
  const std::size_t failed = result.failed.size();
  const std::size_t done = static_cast<std::size_t>(result.scores.images) + failed;
  if (result.stopped != 0) {
    throw Interrupted(str("stopped after ", done, " of ", pictures,
                          " pictures; the scores are of what was done until then"),
                      result.stopped);
  }
  if (failed > 0) {
    throw WorkFailed(str(failed, " of ", pictures, " pictures failed (named above)"));
  }
}

void run(const Request& request, const Output& output) {
  const std::unique_ptr<Exec> exec = make_exec(request.common);
  ProfileSession profile(*exec, request.common);
  const int classes = network_facts(request.network).classes;
  LoadedNetwork loaded;
  std::vector<data::ClassPicture> pictures;
  Problems problems;
  problems.collect([&] {
    loaded = load_network(*exec, request.network, request.weight, /*allow_partial=*/false);
  });
  problems.collect(
      [&] { pictures = data::class_pictures(request.data, classes, notes_on(output.err)); });
  problems.raise();
  loaded.network->eval();
  loaded.network->prepare_inference();
  const StopSignal signal;
  ClassificationResult result;
  {
    Progress progress(output.err, "test", static_cast<std::int64_t>(pictures.size()),
                      stderr_is_terminal());
    const auto name = [&](const std::string& text) { progress.say("failed: " + text); };
    result = classify(*exec, *loaded.network, pictures,
                      {.batch = request.batch,
                       .on_picture = [&] { progress.advance(); },
                       .on_failure = name,
                       .stop = [&] { return signal.requested() ? signal.exit_code() : 0; }});
  }
  profile.finish(output.err);
  output.out << (request.common.json ? as_json(request, result) : as_text(result.scores));
  check_all_done(result, pictures.size());
}

}  // namespace

void add_classify(CLI::App& test, const NetworkFacts& network, const Output& output) {
  CLI::App* command = test.add_subcommand(
      network.name, str("with ", network.name, ", a classifier: on class folders or a list"));
  const auto request = std::make_shared<Request>();
  request->network = network.name;
  add_common_options(*command, request->common);
  command->add_option("--weight", request->weight, "weights of the network")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--data,--data-path", request->data,
                   "DIR/<class>/* or DIR/val/<class>/*, classes in the order of their names; or a "
                   "file of lines `path index`")
      ->required()
      ->type_name("DIR|FILE");
  command->add_option("--batch", request->batch, "images per pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  const std::string start = str("  salix test ", network.name, " --weight ", network.name, ".pth ");
  command->footer(
      str("Examples:\n", start, "--data imagenet\n", start, "--data val_labels.txt --json"));
  command->callback([request, output] { run(*request, output); });
}

}  // namespace salix::cli
