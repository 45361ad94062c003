#include "tools/predict/predict_maps.h"

#include <ostream>

#include "engine/problems.h"
#include "models/weights/load_network.h"
#include "tools/cli/console.h"
#include "tools/predict/predict_items.h"
#include "tools/predict/predict_paths.h"
#include "train/inference/inference_pass.h"
#include "train/inference/network_input.h"

namespace salix::cli {
namespace {

std::unique_ptr<Network> load(Exec& exec, const PredictRequest& request, std::ostream& err) {
  LoadedNetwork loaded = load_network(exec, request.network, request.weight, request.allow_partial);
  const WeightsSummary& summary = loaded.summary;
  if (!summary.whole_network) {
    err << "note: " << request.weight << " (" << summary.format
        << ") is an encoder only; the decoder has initial values from seed " << request.common.seed
        << ", so maps show untrained fusion\n";
    if (!summary.report.missing.empty()) {
      err << "note: " << summary.report.missing.size()
          << " encoder tensors are missing in the file and have initial values, from '"
          << summary.report.missing.front() << "' on\n";
    }
  }
  loaded.network->eval();
  loaded.network->prepare_inference();
  return std::move(loaded.network);
}

ModalityFiles modality_files(const PredictRequest& request, const data::Warn& warn) {
  if (!network_facts(request.network).needs_modality()) {
    SALIX_CHECK(request.modality.empty(), "predict: ", request.network,
                " looks at the image alone; leave out --modality");
    return {};
  }
  SALIX_CHECK(!request.modality.empty(), "predict: ", request.network,
              " looks at two modalities; give depth, flow or thermal images with "
              "--modality FILE or DIR");
  return ModalityFiles(request.modality, warn);
}

}  // namespace

void predict_maps(const PredictRequest& request, const Output& output) {
  const data::Reading reading = request.reading.reading();
  const std::unique_ptr<Exec> exec = make_exec(request.common);
  ProfileSession profile(*exec, request.common);
  const auto warn = notes_on(output.err);
  std::vector<PredictJob> jobs;
  std::unique_ptr<Network> network;
  ModalityFiles modality;
  Problems problems;
  problems.collect([&] { check_input_size(network_facts(request.network), request.size); });
  problems.collect([&] { jobs = predict_jobs(request.inputs, warn); });
  problems.collect([&] { modality = modality_files(request, warn); });
  problems.collect([&] { network = load(*exec, request, output.err); });
  problems.raise();
  name_results(jobs, modality, request, output);
  PredictResults results(request, output, jobs.size());
  data::Questions questions;
  const PredictContext context{.request = request,
                               .reading = reading,
                               .network = network->facts(),
                               .modality = std::move(modality),
                               .jobs = jobs.size(),
                               .results = results,
                               .questions = questions};
  InferenceItems items;
  for (const PredictJob& job : jobs) {
    if (job.is_array()) {
      items.push_back(std::make_unique<ArrayItem>(context, job));
    } else {
      items.push_back(std::make_unique<PictureItem>(context, job));
    }
  }
  try {
    run_inference(*exec, saliency_of(*network, /*at_input_size=*/false), std::move(items),
                  request.batch);
  } catch (const PassStopped&) {  // finish() says so
  }
  results.finish(profile, questions.all());
}

}  // namespace salix::cli
