// `salix test NET`: predicts, scores and saves data sets; --save --crf on a training set makes
// the pseudo labels that stage 2 learns from.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "models/network.h"
#include "tools/cli/refused_network.h"
#include "tools/cli/weight_flags.h"
#include "tools/test/classify.h"
#include "tools/test/evaluate_sets.h"
#include "tools/test/score_sets.h"
#include "train/inference/network_input.h"

namespace salix::cli {
namespace {

// The test sets of its task.
std::string default_vals(const NetworkFacts& network) { return {network.default_task, 'e'}; }

void print_scores(const TestRequest& request, const std::vector<EvaluationResult>& results,
                  const Output& output) {
  const std::vector<ScoredSet> sets = scored_sets(results);
  if (request.common.json) {
    output.out << scores_json(sets);
  } else if (sets.empty()) {
    output.out << "no set has masks to score against\n";
  } else {
    output.out << scores_table(sets);
  }
  check_all_done(results);
}

void add_options(CLI::App& command, const NetworkFacts& network, TestRequest& request) {
  add_common_options(command, request.common);
  add_dataset_flags(command, request.data);
  add_set_reading_flags(command, request.data);
  add_weight_flags(command, request.weight, request.allow_partial);
  command
      .add_option("--vals", request.vals,
                  "sets: task letter and e (its test sets) or r (its training set), or all")
      ->capture_default_str();
  command
      .add_option("--list", request.lists,
                  "instead of --vals: [NAME=]FILE of lines `image [depth] [truth]`, with paths "
                  "below --data-path")
      ->type_name("FILE")
      ->excludes("--vals");
  if (network.fixed_size) {
    command.add_flag("--full-size", request.full_size,
                     str("score and save maps at the truth's own size, not at ",
                         *network.fixed_size, " pixels as published"));
  }
  command.add_option("--size", request.size, "input size of the network")
      ->capture_default_str()
      ->check(CLI::Range(32, 4096));
  command.add_option("--batch", request.batch, "images per pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command.add_flag("--crf", request.crf, "refine maps by Otsu, dense CRF and median to 0 or 1");
  command.add_flag("--save", request.save,
                   "write maps; with --crf, those of training sets are the pseudo labels");
  command
      .add_option("--save-path,--save_path", request.save_path,
                  "maps lie in <save-path>/<network>/resnet/<sub>/<set>/final or crf")
      ->capture_default_str()
      ->type_name("DIR");
  command.add_option("--sub", request.sub, "name of the run")->capture_default_str();
  command
      .add_option("--report", request.report,
                  "folder for scores as JSON and CSV and curves as SVG and PNG")
      ->type_name("DIR");
}

std::string examples(const NetworkFacts& network) {
  const std::string start = "  salix test " + network.name + " --weight " + network.name + ".pth";
  const std::string vals = default_vals(network);
  if (network.needs_modality()) {
    return "Examples:\n" + start + " --vals " + vals + " --data-path dataset\n" + start +
           " --vals de --test-set d=NLPR --save\n" + start +
           " --list lists/LFSD.txt lists/SIP.txt --data-path dataset";
  }
  return "Examples:\n" + start + " --vals " + vals + " --data-path dataset\n" + start +
         " --vals cr --save --crf\n" + start +
         " --vals ce --test-set c=ECSSD,photos/SOD --report scores";
}

}  // namespace

void add_test(CLI::App& app, const Output& output) {
  CLI::App* test = app.add_subcommand("test", "predicts and scores data sets");
  test->require_subcommand(1);
  for (const std::string& name : network_names()) {
    const NetworkFacts& network = network_facts(name);
    if (!gives_maps(network)) {
      add_classify(*test, network, output);
      continue;
    }
    CLI::App* command = test->add_subcommand(name, "with " + name);
    const auto request = std::make_shared<TestRequest>();
    request->network = name;
    request->vals = default_vals(network);
    request->size = default_input_size(network);
    add_options(*command, network, *request);
    command->footer(examples(network));
    command->callback(
        [request, output] { print_scores(*request, score_sets(*request, output), output); });
  }
}

}  // namespace salix::cli
