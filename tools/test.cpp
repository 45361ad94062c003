// `salix test a2s`: predicts, scores and saves data sets; --save --crf on a training set makes
// the pseudo labels that stage 2 learns from.
#include <CLI/CLI.hpp>
#include <sstream>

#include "engine/io/atomic_file.h"
#include "tools/cli/common_options.h"
#include "tools/cli/dataset_flags.h"
#include "tools/commands.h"
#include "tools/evaluate_sets.h"
#include "train/predictor.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
  CommonOptions common;
  DatasetFlags data;
  std::string weight, vals = "ce", save_path = "./result/", sub = "base", report;
  int size = 320, batch = 1;
  bool save = false, crf = false, allow_partial = false;
};

class TestA2s {
 public:
  TestA2s(const Request& request, const Output& output)
      : request_(request),
        output_(output),
        exec_(make_exec(request.common)),
        profile_(*exec_, request.common),
        options_(request.data.options()) {
    options_.warn = [this](const std::string& sentence) {
      output_.err << "note: " << sentence << '\n';
    };
    // Pseudo labels are made of sets that have no masks.
    options_.masks_required = !(request.save && request.crf);
  }

  void run() {
    std::vector<Job> jobs = plan();
    LoadedA2s loaded = load_a2s(*exec_, request_.weight, request_.allow_partial);
    if (!loaded.summary.whole_network) {
      output_.err << "note: " << request_.weight
                  << " is an encoder only: the decoder has untrained values\n";
    }
    loaded.network->eval();
    loaded.network->prepare_inference();
    std::vector<EvaluationResult> results;
    results.reserve(jobs.size());
    for (const Job& job : jobs) {
      results.push_back(evaluate_set(
          *exec_, *loaded.network, job.list,
          {.size = request_.size, .batch = request_.batch, .crf = request_.crf, .maps = job.maps},
          job.labels, output_));
    }
    profile_.finish(output_.err);
    report(results);
  }

 private:
  struct Job {
    data::SampleList list;
    fs::path maps, labels;  // where results go; empty: nowhere
  };

  // All lists are made first, so that what is missing shows before anything is computed.
  std::vector<Job> plan() const {
    std::vector<Job> jobs;
    std::istringstream items(request_.vals);
    const bool all = request_.vals == "all";
    for (std::string item; std::getline(items, item, ',');) {
      const bool training = !all && item.size() == 2 && item[1] != 'e';
      for (data::SampleList& list : data::evaluation_lists(item, options_)) {
        Job job{.list = std::move(list), .maps = {}, .labels = {}};
        if (request_.save && training && request_.crf) {
          job.labels = data::pseudo_label_folder(job.list.task, set_name(job.list), options_);
        } else if (request_.save) {
          job.maps = fs::path(request_.save_path) / "a2s" / "resnet" / request_.sub /
                     job.list.name / (request_.crf ? "crf" : "final");
        }
        jobs.push_back(std::move(job));
      }
    }
    return jobs;
  }

  void report(const std::vector<EvaluationResult>& results) {
    const std::vector<ScoredSet> sets = scored_sets(results);
    if (!request_.report.empty() && !sets.empty()) write_report(request_.report, sets);
    if (request_.common.json) {
      output_.out << scores_json(sets);
    } else if (sets.empty()) {
      output_.out << "no set has masks to score against\n";
    } else {
      output_.out << scores_table(sets);
    }
    check_all_done(results);
  }

  const Request& request_;
  Output output_;
  std::unique_ptr<Exec> exec_;
  ProfileSession profile_;
  data::DatasetOptions options_;
};

}  // namespace

void add_test(CLI::App& app, const Output& output) {
  CLI::App* test = app.add_subcommand("test", "predicts and scores data sets");
  test->require_subcommand(1);
  CLI::App* command = test->add_subcommand("a2s", "with the stage-1 network");
  const auto request = std::make_shared<Request>();
  add_common_options(*command, request->common);
  add_dataset_flags(*command, request->data);
  command->add_option("--weight", request->weight, "weights of the network")
      ->required()
      ->type_name("FILE");
  command->add_flag("--allow-partial", request->allow_partial,
                    "accept an encoder file that lacks tensors");
  command
      ->add_option("--vals", request->vals,
                   "sets: task letter and e (its test sets) or r (its training set), or all")
      ->capture_default_str();
  command->add_option("--size", request->size, "input size of the network")
      ->capture_default_str()
      ->check(CLI::Range(32, 4096));
  command->add_option("--batch", request->batch, "images per pass")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command->add_flag("--crf", request->crf, "refine maps by Otsu, dense CRF and median to 0 or 1");
  command->add_flag("--save", request->save,
                    "write maps; with --crf, those of training sets are the pseudo labels");
  command
      ->add_option("--save-path,--save_path", request->save_path,
                   "maps lie in <save-path>/a2s/resnet/<sub>/<set>/final or crf")
      ->capture_default_str()
      ->type_name("DIR");
  command->add_option("--sub", request->sub, "name of the run")->capture_default_str();
  command
      ->add_option("--report", request->report,
                   "folder for scores as JSON and CSV and curves as SVG and PNG")
      ->type_name("DIR");
  command->footer(
      "Examples:\n"
      "  salix test a2s --weight a2s_base_20.pth --vals ce --data-path dataset\n"
      "  salix test a2s --weight a2s_base_20.pth --vals cr --save --crf\n"
      "  salix test a2s --weight a2s.pth --vals ce --test-set c=ECSSD,photos/SOD --report scores");
  command->callback([request, output] { TestA2s(*request, output).run(); });
}

}  // namespace salix::cli
