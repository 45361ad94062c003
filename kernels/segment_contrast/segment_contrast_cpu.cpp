// The definition, pair by pair; segment_contrast_vectorised.cpp does the same in float32 with
// matrix products of tiles.
#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/inner_loops.h"
#include "kernels/segment_contrast/segment_contrast_parts.h"

namespace salix::kernels::cpu {
namespace {

// A row or a prototype that takes part.
template <typename T>
struct Point {
  const T* vector;
  std::int64_t index;  // of its table; -1 for memory
  int label;
};

template <typename T>
class Contrast {
 public:
  Contrast(const SegmentContrastBuffers& b, const SegmentContrastParams& params)
      : b_(b), params_(params), channels_(b.rows.dim(1)) {}

  // The rows' and prototypes' slopes of one group; gives the rows' losses, one by one.
  std::vector<double> run(const ContrastGroup& group) {
    rows_.clear();
    prototypes_.clear();
    add(b_.rows, b_.row_class, group.first_row, group.end_row, true, rows_);
    add(b_.prototypes, b_.prototype_class, group.first_prototype, group.end_prototype, true,
        prototypes_);
    add(b_.memory, b_.memory_class, 0, memory_rows(b_), false, prototypes_);

    std::vector<double> losses(rows_.size());
    found_.assign(rows_.size(), {});
    parallel_for(size_of(rows_), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i);
        losses[at] = visit_row(rows_[at], found_[at]);
        if (!b_.row_slope.empty()) slope_of_row(at);
      }
    });
    if (!b_.prototype_slope.empty()) {
      parallel_for(size_of(prototypes_), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) slope_of_prototype(static_cast<std::size_t>(j));
      });
    }
    return losses;
  }

 private:
  static std::int64_t size_of(const std::vector<Point<T>>& points) {
    return static_cast<std::int64_t>(points.size());
  }

  void add(const ConstView& vectors, const ConstView& labels, std::int64_t begin, std::int64_t end,
           bool current, std::vector<Point<T>>& to) const {
    for (std::int64_t i = begin; i < end; ++i) {
      const int label = labels.as<std::int32_t>()[i];
      if (!takes_part(label, params_.classes)) continue;
      to.push_back({vectors.as<T>() + i * channels_, current ? i : -1, label});
    }
  }

  bool is_own(const Point<T>& row, const Point<T>& prototype) const {
    return prototype.index == b_.own.as<std::int32_t>()[row.index];
  }
  T term(const Point<T>& row, const Point<T>& prototype) const {
    const T cosine = dot<T>(row.vector, prototype.vector, channels_);
    return std::exp(static_cast<T>(params_.concentration) * cosine -
                    static_cast<T>(contrast_shift(params_)));
  }
  T weight(const Point<T>& row, const ContrastRow<T>& found, const Point<T>& prototype) const {
    if (prototype.label != row.label) return found.push * term(row, prototype);
    if (is_own(row, prototype) != found.alone) return 0;
    return -found.pull * term(row, prototype);
  }

  double visit_row(const Point<T>& row, ContrastRow<T>& found) const {
    T others = 0, own = 0, negative = 0;
    float all = 0;  // of the class, for published_sums
    for (const Point<T>& prototype : prototypes_) {
      const T e = term(row, prototype);
      if (prototype.label != row.label) {
        negative += e;
        continue;
      }
      all += static_cast<float>(e);
      (is_own(row, prototype) ? own : others) += e;
    }
    found =
        contrast_row(params_.published_sums ? static_cast<T>(all) : others, own, negative, params_);
    return static_cast<double>(contrast_loss(found, negative, params_));
  }

  void slope_of_row(std::size_t i) const {
    const Point<T>& row = rows_[i];
    T* slope = b_.row_slope.as<T>() + row.index * channels_;
    for (const Point<T>& prototype : prototypes_) {
      add_scaled(weight(row, found_[i], prototype), prototype.vector, channels_, slope);
    }
  }
  void slope_of_prototype(std::size_t j) const {
    const Point<T>& prototype = prototypes_[j];
    if (prototype.index < 0) return;
    T* slope = b_.prototype_slope.as<T>() + prototype.index * channels_;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      add_scaled(weight(rows_[i], found_[i], prototype), rows_[i].vector, channels_, slope);
    }
  }

  const SegmentContrastBuffers& b_;
  const SegmentContrastParams& params_;
  std::int64_t channels_;
  std::vector<Point<T>> rows_, prototypes_;
  std::vector<ContrastRow<T>> found_;  // of each row
};

template <typename T>
void scale(T factor, const ConstView& from, const View& to) {
  const T* x = from.as<T>();
  T* y = to.as<T>();
  parallel_for(from.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) y[i] = factor * x[i];
  });
}

}  // namespace

void segment_contrast(Exec&, const SegmentContrastBuffers& b, const SegmentContrastParams& params) {
  visit_full_precision("segment_contrast", b.rows.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (const View& slope : {b.row_slope, b.prototype_slope}) {
      if (!slope.empty()) std::fill_n(slope.as<T>(), slope.numel(), T(0));
    }
    double sum = 0;
    std::size_t count = 0;
    Contrast<T> contrast(b, params);
    for (int group = 0; group < params.groups; ++group) {
      const auto losses = contrast.run(contrast_group(b, params.groups, group));
      for (const double loss : losses) sum += loss;
      count += losses.size();
    }
    *b.counted.as<T>() = static_cast<T>(count);
    *b.loss.as<T>() = count > 0 ? static_cast<T>(sum / static_cast<double>(count)) : T(0);
  });
}

void segment_contrast_backward(Exec&, const SegmentContrastBackwardBuffers& b) {
  visit_full_precision("segment_contrast_backward", b.row_slope.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T count = *b.counted.as<T>();
    const T factor = count > T(0) ? *b.dloss.as<T>() / count : T(0);
    scale(factor, b.row_slope, b.drows);
    scale(factor, b.prototype_slope, b.dprototypes);
  });
}

}  // namespace salix::kernels::cpu
