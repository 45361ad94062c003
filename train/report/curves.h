// Curves made fit for a page: thinned, averaged, with axes around them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/drawing/chart.h"

namespace salix::report {

constexpr std::size_t kMostPoints = 600;  // of one line; a page is at most so many pixels wide

// At most `most` points of which none hides an extreme: the lowest and the highest of each
// stretch, in their order. A stretch without a finite value stays a gap. Shorter ones unchanged.
data::Series thinned(const data::Series& series, std::size_t most = kMostPoints);

// How many steps a calm curve is averaged over: enough to be calm, few enough to follow.
std::size_t mean_window(std::size_t steps);

// At most `most` points: at each the mean of the finite values among the `window` up to it. The
// last point is the series' last.
data::Series running_mean(const data::Series& series, std::size_t window,
                          std::size_t most = kMostPoints);

// Around all finite values of the series, with a little air; `from_zero` when the lowest is not
// below zero. Never empty.
data::Axis axis_around(std::span<const data::Series> series, const char* title, bool from_zero);
// Of steps or epochs: along x, with ticks at whole numbers.
data::Axis x_axis_around(std::span<const data::Series> series, const char* title);

}  // namespace salix::report
