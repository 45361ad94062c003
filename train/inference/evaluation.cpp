#include "train/inference/evaluation.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>

#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_opencv.h"
#include "data/loading/training_sample.h"
#include "engine/autograd/tape.h"
#include "engine/parallel.h"
#include "train/crf/crf_label.h"

namespace salix {
namespace {

// Read, refined, scored and written side by side; the network runs on them in between.
constexpr std::int64_t kChunk = 16;

struct Item {
  const data::SampleFiles* files = nullptr;
  data::TestSample sample;
  data::FloatMap probability;  // [S,S]
  ImageScores scores;
  bool scored = false, saved = false;
  std::string failure;  // empty: none
};

// One-threaded CPU Execs for images that go side by side: as many as are in use at once. Each keeps
// the CRF's smoothing lattice, which depends on the size alone, from image to image.
class RefinementExecs {
 public:
  template <typename Work>
  auto with(const Work& work) {
    std::unique_ptr<Exec> exec = take();
    auto result = work(*exec);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(exec));
    return result;
  }

 private:
  std::unique_ptr<Exec> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Exec> exec = std::move(idle_.back());
        idle_.pop_back();
        return exec;
      }
    }
    return std::make_unique<Exec>(Device{}, ExecOptions{.threads = 1});
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Exec>> idle_;
};

// Runs `work(item)` for the items that are well so far, on all threads.
template <typename Work>
void for_each_well(std::vector<Item>& items, const Work& work) {
  parallel_for(static_cast<std::int64_t>(items.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   Item& item = items[static_cast<std::size_t>(i)];
                   if (!item.failure.empty()) continue;
                   try {
                     work(item);
                   } catch (const std::exception& error) {
                     item.failure = error.what();
                   }
                 }
               });
}

Tensor stack(Exec& exec, const std::vector<Item*>& items, int size,
             const std::function<const std::vector<float>&(const Item&)>& values_of) {
  const std::size_t per_image = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3;
  std::vector<float> values(items.size() * per_image);  // zeros where an image has no modality
  for (std::size_t n = 0; n < items.size(); ++n) {
    const std::vector<float>& one = values_of(*items[n]);
    std::copy(one.begin(), one.end(), values.begin() + static_cast<std::ptrdiff_t>(n * per_image));
  }
  return Tensor::from_host(exec, values, {static_cast<std::int64_t>(items.size()), size, size, 3});
}

void predict(Exec& exec, const SaliencyFunction& network, const std::vector<Item*>& items,
             int size) {
  const NoGrad no_grad(exec);
  const Tensor map = network(
      stack(
          exec, items, size, [](const Item& i) -> const auto& { return i.sample.image; }),
      stack(
          exec, items, size, [](const Item& i) -> const auto& { return i.sample.modality; }));
  std::vector<data::FloatMap> maps = maps_of(map);
  for (std::size_t n = 0; n < items.size(); ++n) items[n]->probability = std::move(maps[n]);
}

// The map as it is scored and written.
data::FloatMap finish(const Item& item, bool crf, RefinementExecs& execs) {
  const int height = item.sample.height, width = item.sample.width;
  if (!crf) return at_image_size(item.probability, height, width);
  const data::Image label =
      execs.with([&](Exec& exec) { return crf_label(exec, item.probability, item.sample.image); });
  const data::Image resized = data::resize_bilinear_opencv(label, height, width);
  data::FloatMap map(height, width);
  std::copy(resized.pixels.begin(), resized.pixels.end(), map.values.begin());
  return map;
}

void score_and_save(Item& item, const EvaluationParams& params, RefinementExecs& execs) {
  const data::FloatMap map = finish(item, params.crf, execs);
  if (params.score && !item.sample.truth.empty()) {
    item.scores = score_image(map, binary_truth(item.sample.truth));
    item.scored = true;
  }
  if (params.maps.empty()) return;
  const std::filesystem::path file = params.maps / (item.files->name + ".png");
  std::filesystem::create_directories(file.parent_path());
  data::write_image(file, data::to_uint8_truncated(map));
  item.saved = true;
}

}  // namespace

EvaluationResult evaluate(Exec& exec, const SaliencyFunction& network, const data::SampleList& list,
                          const EvaluationParams& params) {
  SALIX_CHECK(!list.samples.empty(), "evaluate: ", list.name, " has no samples");
  EvaluationResult result{.scored = {.name = list.name, .images = {}, .summary = {}}, .failed = {}};
  SetScores scores;
  RefinementExecs execs;
  const auto total = static_cast<std::int64_t>(list.samples.size());
  for (std::int64_t first = 0; first < total; first += kChunk) {
    std::vector<Item> items(static_cast<std::size_t>(std::min(kChunk, total - first)));
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i].files = &list.samples[static_cast<std::size_t>(first) + i];
    }
    for_each_well(
        items, [&](Item& item) { item.sample = data::load_test_sample(*item.files, params.size); });
    std::vector<Item*> pass;
    for (Item& item : items) {
      if (item.failure.empty()) pass.push_back(&item);
      const bool last = &item == &items.back();
      if (pass.empty() || (static_cast<int>(pass.size()) < params.batch && !last)) continue;
      predict(exec, network, pass, params.size);
      pass.clear();
    }
    for_each_well(items, [&](Item& item) { score_and_save(item, params, execs); });
    set_thread_count(exec.threads());  // an Exec made on this thread has changed it
    for (const Item& item : items) {
      ++result.images;
      if (item.scored) {
        scores.add(item.scores);
        result.scored.images.push_back({item.files->name, item.scores});
      }
      result.saved += item.saved ? 1 : 0;
      if (item.failure.empty()) continue;
      result.failed.push_back(item.files->name);
      if (params.on_failure) params.on_failure(item.failure);
    }
    if (params.on_progress) params.on_progress(static_cast<std::int64_t>(items.size()));
  }
  if (!result.scored.images.empty()) result.scored.summary = scores.summary();
  return result;
}

}  // namespace salix
