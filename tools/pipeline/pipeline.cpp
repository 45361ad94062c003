// `salix pipeline`: stage 1, pseudo labels, stage 2 and evaluation of one task, in one folder, with
// one report; resumable at every point.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "data/meaning/inspect.h"
#include "engine/comm/communicator.h"
#include "engine/io/atomic_file.h"
#include "tools/pipeline/pipeline_options.h"
#include "tools/pipeline/pipeline_sheet.h"
#include "tools/pipeline/pipeline_state.h"
#include "tools/test/evaluate_sets.h"
#include "tools/train/run_training.h"
#include "train/report/report_page.h"
#include "train/run_folder/run_directory.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// The pipeline's folder is a run directory too: its options must stay what they were.
void open_folder(const PipelineRequest& request, const Output& output) {
  const fs::path folder = request.folder();
  const std::string config = request.config_json();
  const ManifestRequest manifest{output.command, {}, request.pretrain};
  if (request.resume) {
    RunDirectory::resume(folder, config).note_resume(manifest, 0);
  } else {
    RunDirectory::create(folder, config, manifest_json(*make_exec(request.common), manifest));
  }
}

// What a later step will miss, and what it will ask, shows now, and not after days. The stages ask
// about their own files when they begin.
void check_data(const PipelineRequest& request, const Output& output) {
  data::DatasetOptions options = request.data.options();
  request.stage1().training.recipe->samples(options);
  options.modality_required = network_facts(request.network(2)).needs_modality();
  for (const data::SampleList& list : data::evaluation_lists(request.test_vals(), options)) {
    for (const data::InspectedSet& set : data::inspect(list.samples, /*fixed_threshold=*/false))
      for (const std::string& sentence : set.sentences())
        output.err << "note: " << sentence << '\n';
  }
  options.masks_required = false;
  data::evaluation_lists(request.label_vals(), options);
}

void evaluate(const PipelineRequest& request, const Output& output) {
  for (const int stage : {1, 2}) {
    const std::vector<EvaluationResult> results = score_sets(request.evaluation(stage), output);
    output.out << "stage " << stage << ":\n" << table_of(results);
    check_all_done(results);
  }
}

void write_report_page(const PipelineRequest& request, const Output& output) {
  const report::Page page = report::make_page(report::read_report_facts(request.folder()), {});
  const fs::path file = request.folder() / "report.html";
  io::write_file_atomically(file, io::bytes_of(page.html));
  for (const std::string& note : page.notes) output.err << "note: " << note << '\n';
}

void run_pipeline(const PipelineRequest& request, const Output& output) {
  SALIX_CHECK(launched_ranks() == 1, "pipeline: must be one process; the launcher started ",
              launched_ranks(), "; run the stages one by one, with `mpirun -n N salix train`");
  check_data(request, output);
  open_folder(request, output);
  const fs::path folder = request.folder();
  const std::string network = request.network(2);
  PipelineState state(
      folder / "pipeline.json", request.task, network,
      {{"stage1", "Stage 1: " + request.network(1) + " learns without labels", "stage1"},
       {"labels", "Pseudo labels: dense CRF on the maps of " + request.network(1), "pseudo"},
       {"stage2", "Stage 2: " + network + " learns from them", "stage2"},
       {"evaluation", "Evaluation of both stages", "scores"}});
  const auto step = [&](const char* name, const std::function<void()>& work) {
    state.run(name, [&](const PipelineState::Step& facts) {
      output.err << "== " << facts.title << '\n';
      work();
    });
  };
  step("stage1", [&] {
    TrainFlags flags = request.stage1();
    run_training(flags, output);
  });
  step("labels", [&] {
    const std::vector<EvaluationResult> results = score_sets(request.labels(), output);
    output.out << table_of(results);
    check_all_done(results);
  });
  step("stage2", [&] {
    TrainFlags flags = request.stage2();
    run_training(flags, output);
  });
  step("evaluation", [&] { evaluate(request, output); });
  write_pipeline_sheet(request, folder / "contact_sheet.png");
  write_report_page(request, output);
  output.out << (folder / "contact_sheet.png").string() << '\n'
             << (folder / "report.html").string() << '\n';
}

}  // namespace

void add_pipeline(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand(
      "pipeline", "both stages of one task: train, label, train, evaluate, report");
  const auto request = std::make_shared<PipelineRequest>();
  add_pipeline_options(*command, *request);
  command->footer(
      "Examples:\n"
      "  salix pipeline --task c --pretrain moco_v2_200ep_pretrain.pth.tar --data-path dataset\n"
      "  salix pipeline --task t --pretrain moco_v2_200ep_pretrain.pth.tar --stage1-trset cdot\n"
      "  salix pipeline --task c --resume     (after Ctrl-C, kill -9 or a power cut)");
  command->callback([request, output] { run_pipeline(*request, output); });
}

}  // namespace salix::cli
