#include "train/report/training_words.h"

#include <cmath>
#include <span>

#include "train/report/numbers.h"

namespace salix::report {

std::vector<EpochMeans> epoch_means(const StepColumns& steps) {
  std::vector<EpochMeans> epochs;
  const std::size_t count = steps.step.size();
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    const double epoch = steps.epoch[begin];
    const auto same = [&](double other) {
      return other == epoch || (std::isnan(other) && std::isnan(epoch));
    };
    while (end < count && same(steps.epoch[end])) ++end;
    EpochMeans one{.epoch = std::isfinite(epoch) ? static_cast<std::int64_t>(epoch) : 0,
                   .steps = static_cast<std::int64_t>(end - begin),
                   .losses = {}};
    for (const data::Series& loss : steps.losses)
      one.losses.push_back(mean(std::span(loss.y).subspan(begin, end - begin)));
    epochs.push_back(std::move(one));
  }
  return epochs;
}

std::vector<double> rates_of(const Timing& timing) {
  std::vector<double> rates;
  for (std::size_t k = 0; k < timing.step.size(); ++k)
    rates.push_back(timing.images[k] / timing.whole_seconds(k));
  return rates;
}

Speed speed_of(const Timing& timing) {
  Speed speed;
  double waited = 0;
  bool said = false;
  for (std::size_t k = 0; k < timing.step.size(); ++k) {
    speed.seconds += timing.whole_seconds(k);
    if (!std::isfinite(timing.loader_seconds[k])) continue;
    waited += timing.loader_seconds[k];
    said = true;
  }
  speed.images_per_second = median(rates_of(timing));
  speed.waiting = said ? waited / speed.seconds : std::nan("");
  return speed;
}

}  // namespace salix::report
