#include "data/loading/batch_builder.h"

#include <utility>

#include "engine/error.h"

namespace salix::data::detail {
namespace {

std::size_t size_of(const Field& field) { return static_cast<std::size_t>(field.shape.numel()); }

}  // namespace

BatchBuilder::BatchBuilder(std::vector<SampleFiles> samples,
                           std::shared_ptr<const SampleReader> reader, const LoaderOptions& options)
    : samples_(std::move(samples)),
      reader_(std::move(reader)),
      fields_(reader_->fields()),
      options_(options),
      memory_(make_reusing_memory(options.memory)) {
  SALIX_CHECK(options.batch > 0 && options.workers >= 0 && options.prefetch > 0,
              "loader: batch and prefetch must be positive and workers not negative; got ",
              options.batch, ", ", options.prefetch, ", ", options.workers);
  SALIX_CHECK(options.rank >= 0 && options.rank < options.ranks,
              "loader: the rank must be one of 0 to ranks - 1; got rank ", options.rank, " of ",
              options.ranks);
  const std::int64_t batch_of_all = std::int64_t{options.ranks} * options.batch;
  SALIX_CHECK(sample_count() >= batch_of_all, "loader: at least one batch of ", batch_of_all,
              " samples is needed; got ", sample_count(), " samples");
  for (const SampleFiles& sample : samples_) reader_->check(sample);
}

Batch BatchBuilder::allocate(std::int64_t epoch, std::int64_t index) const {
  const auto count = static_cast<std::size_t>(options_.batch);
  Batch batch;
  batch.epoch = epoch;
  batch.index = index;
  batch.samples.resize(count);
  for (const Field& field : fields_) {
    batch.fields.push_back({field, HostBuffer(count * size_of(field), memory_)});
  }
  return batch;
}

void BatchBuilder::read(Batch& batch, int k, std::int64_t sample) const {
  const SampleFiles& files = samples_[static_cast<std::size_t>(sample)];
  std::vector<std::span<float>> places;
  for (Batch::Values& values : batch.fields) {
    const std::size_t size = size_of(values.field);
    places.push_back(values.values.span().subspan(static_cast<std::size_t>(k) * size, size));
  }
  try {
    reader_->read(files, {sample, batch.epoch, options_.seed}, places);
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
    if (!is_known_bad(filled.sample)) {
      try {
        read(batch, k, filled.sample);
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
