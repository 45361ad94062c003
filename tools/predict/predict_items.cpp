#include "tools/predict/predict_items.h"

#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/meaning/read_meant.h"
#include "engine/io/npy.h"
#include "train/inference/network_input.h"
#include "train/inference/saliency_function.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;

// Of one channel, so that channels first and last are the same order.
void write_logits(const fs::path& file, const HostValues& logits) {
  const Shape& shape = logits.shape;
  SALIX_CHECK(shape[3] == 1, "predict: logits must have one channel; got ", shape);
  io::write_npy(file, io::Array::from<float>({shape[0], 1, shape[1], shape[2]}, logits.values));
}

HostValues batch_of(const io::Array& array, const char* what) {
  const Shape& shape = array.shape;
  SALIX_CHECK(shape.rank() == 4 && shape[1] == 3 && array.numel() > 0,
              "predict: a .npy batch must be [N,3,H,W], ", what, "; got ", shape);
  HostValues batch{.shape = {shape[0], shape[2], shape[3], 3}, .values = {}};
  batch.values.resize(static_cast<std::size_t>(array.numel()));
  const io::Array floats = array.to_float32();
  data::pack_channels_last(floats.as<float>(), static_cast<int>(shape[0]), 3,
                           static_cast<int>(shape[2]), static_cast<int>(shape[3]), batch.values);
  return batch;
}

void report_end(const PredictContext& context, const PredictJob& job, const InferenceItem& item,
                data::SheetEntry* entry) {
  if (item.failure) {
    context.results.failed(job.input.string(), item.failure_text());
  } else {
    context.results.written(entry);
  }
}

}  // namespace

PictureItem::PictureItem(const PredictContext& context, const PredictJob& job)
    : context_(context), job_(job) {
  wants_logits = context.request.logits;
}

void PictureItem::read() {
  const int size = context_.request.size;
  picture_ = data::read_photograph(job_.input, context_.reading, &context_.questions);
  image = image_input(context_.network, picture_, size);
  if (context_.needs_modality()) {
    const fs::path file = context_.modality.of(job_.input, context_.jobs);
    const data::Image second = data::read_modality(file, context_.reading, &context_.questions);
    modality = modality_input(context_.network, second, size);
  }
}

fs::path PictureItem::result(const char* ending) const {
  return fs::path(context_.request.out) / (job_.name + ending);
}

void PictureItem::finish(Exec&) {
  const PredictRequest& request = context_.request;
  const data::FloatMap full = at_image_size(map, picture_.height, picture_.width);
  if (request.logits) write_logits(result("_logits.npy"), logits);
  data::Image grey = data::to_uint8_truncated(full);
  data::write_image(result(".png"), grey);
  const bool on_sheet = context_.results.sheet_wanted();
  data::Image heat;
  if (request.overlay || on_sheet) heat = data::overlay(picture_, full);
  if (request.overlay) data::write_image(result("_overlay.png"), heat);
  if (request.cutout) data::write_image(result("_cutout.png"), data::cutout(picture_, full));
  if (on_sheet) {
    entry_ = {job_.name, {std::move(picture_), std::move(grey), std::move(heat)}};
  }
  picture_ = {};
}

void PictureItem::report() { report_end(context_, job_, *this, entry_ ? &*entry_ : nullptr); }

ArrayItem::ArrayItem(const PredictContext& context, const PredictJob& job)
    : context_(context), job_(job) {
  batching = Batching::kAlone;
  wants_map = false;
  wants_logits = true;
}

void ArrayItem::read() {
  const io::Array second =
      context_.needs_modality() ? io::read_npy(context_.modality.of(job_.input, 1)) : io::Array{};
  image = batch_of(io::read_npy(job_.input), "normalised");
  if (context_.needs_modality()) modality = batch_of(second, "in 0..1");
}

void ArrayItem::finish(Exec&) {
  write_logits(fs::path(context_.request.out) / (job_.name + "_logits.npy"), logits);
}

void ArrayItem::report() { report_end(context_, job_, *this, nullptr); }

}  // namespace salix::cli
