#include "tools/pipeline/two_stages_plan.h"

#include <ostream>

#include "data/meaning/inspect.h"
#include "tools/pipeline/two_stages_sheet.h"
#include "tools/test/evaluate_sets.h"
#include "tools/train/run_training.h"

namespace salix::cli {

std::string TwoStagesPlan::examples() const {
  return "Examples:\n"
         "  salix pipeline --task c --pretrain moco_v2_200ep_pretrain.pth.tar --data-path dataset\n"
         "  salix pipeline --task t --pretrain moco_v2_200ep_pretrain.pth.tar --stage1-trset cdot\n"
         "  salix pipeline --task c --resume     (after Ctrl-C, kill -9 or a power cut)";
}

// The stages ask about their own files when they begin.
void TwoStagesPlan::check(const Output& output) {
  const PipelineSettings& settings = options_.settings;
  data::DatasetOptions options = settings.data.options();
  options_.stage1().training.recipe->samples(options);
  options.modality_required = network_facts(network()).needs_modality();
  for (const data::SampleList& list : data::evaluation_lists(settings.test_vals(), options)) {
    for (const data::InspectedSet& set : data::inspect(list.samples, /*fixed_threshold=*/false))
      for (const std::string& sentence : set.sentences())
        output.err << "note: " << sentence << '\n';
  }
  options.masks_required = false;
  data::evaluation_lists(options_.label_vals(), options);
}

std::vector<PlannedStep> TwoStagesPlan::steps(const Output& output) {
  const std::string first = options_.network(1), second = options_.network(2);
  return {{{"stage1", "Stage 1: " + first + " learns without labels", "stage1"},
           [this, &output] {
             TrainFlags flags = options_.stage1();
             run_training(flags, output);
           }},
          {{"labels", "Pseudo labels: dense CRF on the maps of " + first, "pseudo"},
           [this, &output] {
             const std::vector<EvaluationResult> results = score_sets(options_.labels(), output);
             output.out << table_of(results);
             check_all_done(results);
           }},
          {{"stage2", "Stage 2: " + second + " learns from them", "stage2"},
           [this, &output] {
             TrainFlags flags = options_.stage2();
             run_training(flags, output);
           }},
          {{"evaluation", "Evaluation of both stages", "scores"},
           [this, &output] { evaluate(output); }}};
}

void TwoStagesPlan::evaluate(const Output& output) const {
  for (const int stage : {1, 2}) {
    const std::vector<EvaluationResult> results = score_sets(options_.evaluation(stage), output);
    output.out << "stage " << stage << ":\n" << table_of(results);
    check_all_done(results);
  }
}

void TwoStagesPlan::write_sheet(const std::filesystem::path& file) {
  write_two_stages_sheet(options_, file);
}

}  // namespace salix::cli
