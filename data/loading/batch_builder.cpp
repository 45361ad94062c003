#include "data/loading/batch_builder.h"

#include <utility>

#include "data/loading/draws.h"
#include "data/loading/training_sample.h"
#include "engine/error.h"

namespace salix::data::detail {
namespace {

std::size_t pixels_of(const LoaderOptions& options) {
  return static_cast<std::size_t>(options.size) * static_cast<std::size_t>(options.size);
}

std::span<float> part(HostBuffer& buffer, int k, std::size_t size) {
  return buffer.empty() ? std::span<float>()
                        : buffer.span().subspan(static_cast<std::size_t>(k) * size, size);
}

}  // namespace

BatchBuilder::BatchBuilder(std::vector<SampleFiles> samples, const LoaderOptions& options)
    : samples_(std::move(samples)),
      options_(options),
      memory_(make_reusing_memory(options.memory)) {
  SALIX_CHECK(options.batch > 0 && options.size > 0 && options.workers >= 0 && options.prefetch > 0,
              "loader: batch, size and prefetch must be positive and workers not negative; got ",
              options.batch, ", ", options.size, ", ", options.prefetch, ", ", options.workers);
  SALIX_CHECK(options.rank >= 0 && options.rank < options.ranks,
              "loader: the rank must be one of 0 to ranks - 1; got rank ", options.rank, " of ",
              options.ranks);
  const std::int64_t batch_of_all = std::int64_t{options.ranks} * options.batch;
  SALIX_CHECK(sample_count() >= batch_of_all, "loader: at least one batch of ", batch_of_all,
              " samples is needed; got ", sample_count(), " samples");
  for (const SampleFiles& sample : samples_)
    SALIX_CHECK(!options.with_masks || !sample.mask.empty(), "loader: sample '", sample.name,
                "' of ", sample.set, " has no mask, and masks are asked for");
  for (const Task task : tasks_of(options.letters))
    if (modality_index(task) >= 0) has_prior_[modality_index(task)] = true;
}

Batch BatchBuilder::allocate(std::int64_t epoch, std::int64_t index) const {
  const auto count = static_cast<std::size_t>(options_.batch);
  const std::size_t pixels = count * pixels_of(options_);
  Batch batch;
  batch.epoch = epoch;
  batch.index = index;
  batch.samples.resize(count);
  batch.flipped.resize(count);
  batch.image = HostBuffer(3 * pixels, memory_);
  if (options_.with_masks) batch.mask = HostBuffer(pixels, memory_);
  for (int k = 0; k < kModalities; ++k)
    if (has_prior_[k]) batch.prior[k] = HostBuffer(3 * pixels, memory_);
  return batch;
}

void BatchBuilder::read(Batch& batch, int k, std::int64_t sample, bool flip) const {
  const std::size_t pixels = pixels_of(options_);
  SampleSpans spans{part(batch.image, k, 3 * pixels), part(batch.mask, k, pixels), {}};
  for (int m = 0; m < kModalities; ++m) spans.prior[m] = part(batch.prior[m], k, 3 * pixels);
  SampleFiles files = samples_[static_cast<std::size_t>(sample)];
  try {
    if (options_.with_masks && options_.mask_file) {
      files.mask = options_.mask_file(sample, batch.epoch);
    }
    load_training_sample(files, options_.size, flip, spans);
  } catch (const Error&) {
    throw;  // names its file already
  } catch (const std::exception& error) {
    throw Error(str("loader: reading '", files.image.string(), "' failed: ", error.what()));
  }
}

BatchBuilder::Filled BatchBuilder::fill(Batch& batch, const std::vector<std::int64_t>& order,
                                        int k) {
  const auto share = static_cast<std::size_t>(batch.index * options_.ranks + options_.rank);
  const std::size_t place = share * batch.samples.size() + static_cast<std::size_t>(k);
  Filled filled;
  for (std::size_t tried = 0; tried < order.size(); ++tried) {
    filled.sample = order[(place + tried) % order.size()];
    filled.flipped = draw_flip(options_.seed, batch.epoch, filled.sample);
    if (!is_known_bad(filled.sample)) {
      try {
        read(batch, k, filled.sample, filled.flipped);
        return filled;
      } catch (const IoError& error) {
        if (options_.on_bad_image == OnBadImage::kFail) throw;
        const std::lock_guard lock(mutex_);
        defects_.emplace(filled.sample, error.what());
      }
    }
    filled.skipped.push_back(filled.sample);
  }
  throw IoError(str("loader: none of the ", order.size(),
                    " samples can be read; the first says: ", defect(order[place])));
}

bool BatchBuilder::is_known_bad(std::int64_t sample) const {
  const std::lock_guard lock(mutex_);
  return defects_.contains(sample);
}

std::string BatchBuilder::defect(std::int64_t sample) const {
  const std::lock_guard lock(mutex_);
  return defects_.at(sample);
}

}  // namespace salix::data::detail
