// Where the time and the memory went.
#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "train/report/curves.h"
#include "train/report/numbers.h"
#include "train/report/sections.h"
#include "train/report/training_words.h"

namespace salix::report {
namespace {

constexpr std::size_t kMostOps = 15;  // in the open table; the rest is one line

Facts throughput(const Timing& timing) {
  if (timing.empty()) return {};
  const Speed speed = speed_of(timing);
  Facts facts = {
      {"Steps timed", text(grouped(static_cast<std::int64_t>(timing.step.size())))},
      {"Median step, without waiting", text(duration(median(timing.seconds)))},
      {"Slowest 1 % of steps", text("from " + duration(quantile(timing.seconds, 0.99)))}};
  if (std::isfinite(speed.images_per_second)) {
    facts.insert(facts.begin(),
                 {"Throughput", text(significant(speed.images_per_second) + " images/s (median)")});
  }
  if (std::isfinite(speed.waiting))
    facts.emplace_back("Waiting for the loader", text(fixed(100 * speed.waiting, 1) + " %"));
  return facts;
}

Html throughput_figure(const Timing& timing) {
  if (timing.empty()) return {};
  data::Series each{"each step", timing.step, rates_of(timing)};
  if (!std::isfinite(median(each.y))) return {};
  const std::size_t window = mean_window(each.y.size());
  data::Series calm = running_mean(each, window);
  calm.name = str("mean of ", window, " steps");
  each.pale = true;
  each.colour = calm.colour = 2;
  data::Chart chart;
  chart.title = "Throughput";
  chart.series = {calm, thinned(each)};
  chart.x = x_axis_around(chart.series, "step");
  chart.y = axis_around(chart.series, "images/s", true);
  chart.width = 440;
  chart.height = 220;
  return figure(chart, "");
}

std::vector<Cell> op_row(const std::string& name, std::int64_t calls, double milliseconds,
                         double total, double longest) {
  return {{element("code", text(name)), false},
          {text(grouped(calls))},
          {text(fixed(milliseconds, 1))},
          {text(fixed(100 * milliseconds / total, 1) + " %")},
          {bar(milliseconds / longest), false}};
}

Html op_table(const Profile& profile) {
  if (profile.ops.empty()) return {};
  double total = 0;
  for (const OpTime& op : profile.ops) total += op.milliseconds;
  if (!(total > 0)) return {};
  const double longest = profile.ops.front().milliseconds;
  RowGroup rows;
  OpTime rest;
  for (std::size_t k = 0; k < profile.ops.size(); ++k) {
    const OpTime& op = profile.ops[k];
    if (k < kMostOps) {
      rows.rows.push_back(op_row(op.op, op.calls, op.milliseconds, total, longest));
    } else {
      rest.calls += op.calls;
      rest.milliseconds += op.milliseconds;
    }
  }
  if (rest.calls > 0 || rest.milliseconds > 0) {
    const std::string name = str(profile.ops.size() - kMostOps, " others");
    rows.rows.push_back(
        op_row(name, rest.calls, rest.milliseconds, total, std::max(longest, rest.milliseconds)));
  }
  std::string caption = "Time per op";
  if (profile.step > 0) caption += str(" in step ", profile.step);
  if (!profile.device.empty()) caption += " on " + profile.device;
  return table(caption + ", " + fixed(total, 1) + " ms in all",
               {{text("Op"), false}, {text("Calls")}, {text("ms")}, {text("Share")}, {{}, false}},
               {rows});
}

void add_memory(const Profile& profile, Facts& facts) {
  for (const auto& [name, count] : profile.memory_bytes) {
    std::string words = name.ends_with("_bytes") ? name.substr(0, name.size() - 6) : name;
    std::replace(words.begin(), words.end(), '_', ' ');
    words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    facts.emplace_back(words, text(bytes(count)));
  }
}

}  // namespace

Html speed(const RunFacts& run) {
  Facts facts = throughput(run.timing);
  add_memory(run.profile, facts);
  const Html content =
      grid(throughput_figure(run.timing) + definitions(facts)) + op_table(run.profile);
  return content.empty() ? content : element("h3", text("Speed and memory")) + content;
}

}  // namespace salix::report
