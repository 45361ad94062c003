// The loss in float32, a tile of 48 rows at a time: three products of small matrices (the cosines,
// and both slopes) with the exponentials between them, all in a core's caches.
#include <algorithm>
#include <memory>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/panel_product.h"
#include "kernels/common/vector_math.h"
#include "kernels/segment_contrast/segment_contrast_parts.h"

namespace salix::kernels::vectorised {
namespace {

constexpr int kLanes = 8;
using Product = PanelProduct<kLanes>;
constexpr std::int64_t kTile = 48;
// Rows to a task at least, and tasks to a group at most: each has sums of its own for the
// prototypes' slopes, which must stay small beside the rows.
constexpr std::int64_t kTilesPerTask = 8, kMostTasks = 32;

std::int64_t whole_vectors(std::int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }
std::size_t place(std::int64_t index) { return static_cast<std::size_t>(index); }

// What the rows of one group look at: the prototypes that take part, side by side.
struct Prototypes {
  std::int64_t count = 0, current = 0, pitch = 0;
  std::vector<std::int64_t> index;     // in their table, of the current ones
  std::vector<std::int32_t> label;     // [pitch]
  std::vector<float> rows;             // [count][channels, whole vectors]
  std::vector<float> columns;          // [channels][pitch]
  std::vector<std::int64_t> position;  // of a prototype of the group in the above; -1
  std::int64_t first = 0;              // the group's first prototype
};

Prototypes gather(const SegmentContrastBuffers& b, const SegmentContrastParams& params,
                  const ContrastGroup& group) {
  const std::int64_t channels = b.rows.dim(1), width = whole_vectors(channels);
  Prototypes found;
  found.first = group.first_prototype;
  std::vector<const float*> from;
  const auto add = [&](const ConstView& vectors, const ConstView& labels, std::int64_t i) {
    const std::int32_t label = labels.as<std::int32_t>()[i];
    if (!takes_part(label, params.classes)) return false;
    found.label.push_back(label);
    from.push_back(vectors.as<float>() + i * channels);
    return true;
  };
  for (std::int64_t i = group.first_prototype; i < group.end_prototype; ++i) {
    const bool taken = add(b.prototypes, b.prototype_class, i);
    found.position.push_back(taken ? static_cast<std::int64_t>(found.index.size()) : -1);
    if (taken) found.index.push_back(i);
  }
  found.current = static_cast<std::int64_t>(found.index.size());
  for (std::int64_t i = 0; i < memory_rows(b); ++i) add(b.memory, b.memory_class, i);
  found.count = static_cast<std::int64_t>(from.size());
  found.pitch = whole_vectors(found.count);
  found.label.resize(place(found.pitch), -1);
  found.rows.resize(place(found.count * width));
  found.columns.resize(place(channels * found.pitch));
  for (std::int64_t j = 0; j < found.count; ++j) {
    std::copy_n(from[place(j)], channels, found.rows.data() + j * width);
    for (std::int64_t c = 0; c < channels; ++c) {
      found.columns[place(c * found.pitch + j)] = from[place(j)][c];
    }
  }
  return found;
}

// Some rows of a group, tile by tile.
class Task {
 public:
  // sums: [current prototypes][channels, whole vectors], or nullptr: no slopes wanted.
  Task(const SegmentContrastBuffers& b, const SegmentContrastParams& params,
       const Prototypes& prototypes, float* sums)
      : b_(b),
        params_(params),
        prototypes_(prototypes),
        sums_(sums),
        channels_(b.rows.dim(1)),
        width_(whole_vectors(channels_)),
        rows_(place(kTile * width_)),
        slopes_(place(kTile * width_)),
        weights_(place(kTile * prototypes.pitch)) {
    if (sums != nullptr) std::fill_n(sums, prototypes.current * width_, 0.0f);
  }

  double tile(const std::int64_t* index, std::int64_t count) {
    const std::int64_t pitch = prototypes_.pitch;
    for (std::int64_t r = 0; r < count; ++r) {
      std::copy_n(b_.rows.as<float>() + index[r] * channels_, channels_, rows_.data() + r * width_);
    }
    Product::set(count, {rows_.data(), width_, 1}, {prototypes_.columns.data(), pitch}, channels_,
                 pitch, {weights_.data(), pitch});
    double loss = 0;
    for (std::int64_t r = 0; r < count; ++r) {
      loss += weigh(index[r], weights_.data() + r * pitch);
    }
    if (sums_ == nullptr) return loss;
    Product::set(count, {weights_.data(), pitch, 1}, {prototypes_.rows.data(), width_},
                 prototypes_.count, width_, {slopes_.data(), width_});
    for (std::int64_t r = 0; r < count; ++r) {
      std::copy_n(slopes_.data() + r * width_, channels_,
                  b_.row_slope.as<float>() + index[r] * channels_);
    }
    Product::add(prototypes_.current, {weights_.data(), 1, pitch}, {rows_.data(), width_}, count,
                 width_, {sums_, width_});
    return loss;
  }

 private:
  // A row's cosines become what its pairs pull with; gives its loss.
  double weigh(std::int64_t row, float* __restrict pairs) const {
    const std::int64_t pitch = prototypes_.pitch;
    const std::int32_t* __restrict label = prototypes_.label.data();
    const std::int32_t own_label = b_.row_class.as<std::int32_t>()[row];
    const std::int64_t own_index = b_.own.as<std::int32_t>()[row];
    const std::int64_t own = prototypes_.position[place(own_index - prototypes_.first)];
    const float kappa = params_.concentration, shift = contrast_shift(params_);
#pragma omp simd
    for (std::int64_t j = 0; j < pitch; ++j) pairs[j] = fast_exp(kappa * pairs[j] - shift);
    for (std::int64_t j = prototypes_.count; j < pitch; ++j) pairs[j] = 0;
    const float own_term = pairs[own];
    if (!params_.published_sums) pairs[own] = 0;
    float negative = 0, positive = 0;
#pragma omp simd reduction(+ : negative, positive)
    for (std::int64_t j = 0; j < pitch; ++j) {
      negative += label[j] == own_label ? 0.0f : pairs[j];
      positive += label[j] == own_label ? pairs[j] : 0.0f;
    }
    const ContrastRow<float> found = contrast_row(positive, own_term, negative, params_);
    const float pull = found.alone ? 0.0f : -found.pull, push = found.push;
#pragma omp simd
    for (std::int64_t j = 0; j < pitch; ++j) pairs[j] *= label[j] == own_label ? pull : push;
    pairs[own] = found.alone ? -found.pull * own_term : 0.0f;
    return static_cast<double>(contrast_loss(found, negative, params_));
  }

  const SegmentContrastBuffers& b_;
  const SegmentContrastParams& params_;
  const Prototypes& prototypes_;
  float* sums_;
  std::int64_t channels_, width_;
  std::vector<float> rows_, slopes_, weights_;
};

struct GroupResult {
  double loss = 0;
  std::int64_t count = 0;
};

// All rows of a group: as many tasks as its rows ask for, whatever the number of threads.
class Group {
 public:
  Group(const SegmentContrastBuffers& b, const SegmentContrastParams& params,
        const ContrastGroup& group)
      : b_(b), params_(params), prototypes_(gather(b, params, group)) {
    for (std::int64_t i = group.first_row; i < group.end_row; ++i) {
      if (takes_part(b.row_class.as<std::int32_t>()[i], params.classes)) rows_.push_back(i);
    }
    const auto tiles = (static_cast<std::int64_t>(rows_.size()) + kTile - 1) / kTile;
    tiles_per_task_ = std::max(kTilesPerTask, (tiles + kMostTasks - 1) / kMostTasks);
    tasks_ = (tiles + tiles_per_task_ - 1) / tiles_per_task_;
    losses_.resize(place(tasks_));
    if (b.row_slope.empty()) return;
    sums_ = std::make_unique_for_overwrite<float[]>(place(tasks_ * sums_size()));
  }

  std::int64_t tasks() const { return tasks_; }

  void run(std::int64_t index) {
    Task task(b_, params_, prototypes_,
              sums_ == nullptr ? nullptr : sums_.get() + index * sums_size());
    const auto rows = static_cast<std::int64_t>(rows_.size());
    const std::int64_t first = index * tiles_per_task_ * kTile;
    const std::int64_t end = std::min(first + tiles_per_task_ * kTile, rows);
    for (std::int64_t i = first; i < end; i += kTile) {
      losses_[place(index)] += task.tile(rows_.data() + i, std::min(kTile, end - i));
    }
  }

  // The tasks' sums in their order.
  GroupResult finish() const {
    const std::int64_t channels = b_.rows.dim(1), width = whole_vectors(channels);
    for (std::int64_t j = 0; j < prototypes_.current && sums_ != nullptr; ++j) {
      float* slope = b_.prototype_slope.as<float>() + prototypes_.index[place(j)] * channels;
      for (std::int64_t task = 0; task < tasks_; ++task) {
        const float* from = sums_.get() + task * sums_size() + j * width;
        for (std::int64_t c = 0; c < channels; ++c) slope[c] += from[c];
      }
    }
    GroupResult result{.loss = 0, .count = static_cast<std::int64_t>(rows_.size())};
    for (const double loss : losses_) result.loss += loss;
    return result;
  }

 private:
  std::int64_t sums_size() const { return prototypes_.current * whole_vectors(b_.rows.dim(1)); }

  const SegmentContrastBuffers& b_;
  const SegmentContrastParams& params_;
  Prototypes prototypes_;
  std::vector<std::int64_t> rows_;
  std::int64_t tiles_per_task_ = 0, tasks_ = 0;
  std::vector<double> losses_;
  std::unique_ptr<float[]> sums_;  // [task][current prototypes][channels, whole vectors]
};

}  // namespace

void segment_contrast(Exec&, const SegmentContrastBuffers& b, const SegmentContrastParams& params) {
  for (const View& slope : {b.row_slope, b.prototype_slope}) {
    if (!slope.empty()) std::fill_n(slope.as<float>(), slope.numel(), 0.0f);
  }
  std::vector<Group> groups;
  std::vector<std::pair<std::size_t, std::int64_t>> tasks;  // group, and task of it
  groups.reserve(place(params.groups));
  for (int g = 0; g < params.groups; ++g) {
    groups.emplace_back(b, params, contrast_group(b, params.groups, g));
    for (std::int64_t t = 0; t < groups.back().tasks(); ++t) tasks.emplace_back(place(g), t);
  }
  parallel_for(static_cast<std::int64_t>(tasks.size()), 1, [&](auto begin, auto end) {
    for (std::int64_t i = begin; i < end; ++i) {
      groups[tasks[place(i)].first].run(tasks[place(i)].second);
    }
  });
  std::vector<GroupResult> results(groups.size());
  parallel_for(params.groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) results[place(g)] = groups[place(g)].finish();
  });
  double sum = 0;
  std::int64_t count = 0;
  for (const GroupResult& result : results) {
    sum += result.loss;
    count += result.count;
  }
  *b.counted.as<float>() = static_cast<float>(count);
  *b.loss.as<float>() = count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : 0.0f;
}

}  // namespace salix::kernels::vectorised
