#include "train/recipes/pseudo_labels/stage2_batch.h"

#include <cmath>

namespace salix {
namespace {

const data::HostBuffer& only_modality(const data::Batch& batch) {
  const data::HostBuffer* found = nullptr;
  int count = 0;
  for (const data::HostBuffer& prior : batch.prior) {
    if (prior.empty()) continue;
    found = &prior;
    ++count;
  }
  SALIX_CHECK(count == 1,
              "stage 2: a network of two encoders needs a batch with one modality; got ", count);
  return *found;
}

}  // namespace

Stage2Batch make_stage2_batch(Exec& exec, const data::Batch& batch, bool needs_modality) {
  SALIX_CHECK(!batch.samples.empty() && !batch.mask.empty(),
              "stage 2: the batch must have masks (LoaderOptions::with_masks); got ",
              batch.samples.size(), " samples, ", batch.mask.span().size(), " mask values");
  const auto count = static_cast<std::int64_t>(batch.samples.size());
  const auto pixels = static_cast<double>(batch.mask.span().size()) / static_cast<double>(count);
  const auto size = static_cast<std::int64_t>(std::lround(std::sqrt(pixels)));
  const auto tensor = [&](const data::HostBuffer& values, std::int64_t channels) {
    return Tensor::upload(exec, values.span(), {count, size, size, channels});
  };
  return {.image = tensor(batch.image, 3),
          .modality = needs_modality ? tensor(only_modality(batch), 3) : Tensor(),
          .target = tensor(batch.mask, 1)};
}

void check_training_letters(const Network& network, const std::string& letters) {
  if (!network.needs_modality()) return;
  const std::vector<data::Task> tasks = data::tasks_of(letters);
  SALIX_CHECK(tasks.size() == 1 && tasks.front() != data::Task::kColour, "train ", network.name(),
              ": --trset must be one of d, o, t, because the network has two encoders, for the "
              "image and for one modality; got '",
              letters, "'");
}

}  // namespace salix
