#include "train/inference/classification.h"

#include "data/image/image_io.h"
#include "train/inference/inference_pass.h"
#include "train/inference/network_input.h"

namespace salix {
namespace {

struct Tally {
  const ClassificationParams& params;
  const int size;
  ClassTally scores{kPublishedBatch};
  ClassificationResult result;
};

class ClassItem final : public InferenceItem {
 public:
  ClassItem(const data::ClassPicture& picture, Tally& tally) : picture_(picture), tally_(tally) {
    wants_map = false;
    wants_logits = true;
  }

  void read() override { image = classifier_input(data::read_rgb(picture_.file), tally_.size); }

  void finish(Exec&) override {
    rank_ = rank_of(logits.values, picture_.label);
    loss_ = class_cross_entropy(logits.values, picture_.label);
  }

  void report() override {
    ClassificationResult& result = tally_.result;
    if (failure) {
      result.failed.push_back(picture_.file.string());
      if (tally_.params.on_failure) tally_.params.on_failure(failure_text());
    } else {
      tally_.scores.add(rank_, loss_);
    }
    if (tally_.params.on_picture) tally_.params.on_picture();
    if (tally_.params.stop) result.stopped = tally_.params.stop();
    if (result.stopped != 0) throw PassStopped("classify: stopped");
  }

 private:
  const data::ClassPicture& picture_;
  Tally& tally_;
  int rank_ = 0;
  double loss_ = 0;
};

}  // namespace

ClassificationResult classify(Exec& exec, Network& network,
                              const std::vector<data::ClassPicture>& pictures,
                              const ClassificationParams& params) {
  SALIX_CHECK(network.facts().prediction == OutputKind::kClasses, "classify: ", network.name(),
              " gives saliency maps, and no scores of classes");
  SALIX_CHECK(!pictures.empty(), "classify: needs at least one picture");
  Tally tally{.params = params, .size = default_input_size(network.facts()), .result = {}};
  InferenceItems items;
  for (const data::ClassPicture& picture : pictures) {
    items.push_back(std::make_unique<ClassItem>(picture, tally));
  }
  try {
    run_inference(exec, saliency_of(network, /*at_input_size=*/false), std::move(items),
                  params.batch);
  } catch (const PassStopped&) {
  }
  tally.result.scores = tally.scores.scores();
  return std::move(tally.result);
}

}  // namespace salix
