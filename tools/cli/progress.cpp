#include "tools/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ostream>

namespace salix::cli {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kPlainLine = std::chrono::seconds(10);
constexpr int kBarWidth = 28;

constexpr double kMostSeconds = 86400.0 * 9999;

}  // namespace

std::string duration_text(double seconds) {
  char text[48];
  const auto whole = static_cast<std::int64_t>(std::clamp(seconds, 0.0, kMostSeconds));
  const int minutes = static_cast<int>(whole / 60), hours = minutes / 60;
  if (hours >= 24) {
    std::snprintf(text, sizeof text, "%d d %d h", hours / 24, hours % 24);
  } else if (hours > 0) {
    std::snprintf(text, sizeof text, "%d h %02d min", hours, minutes % 60);
  } else {
    std::snprintf(text, sizeof text, "%d:%02d", minutes, static_cast<int>(whole % 60));
  }
  return text;
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

Progress::Progress(std::ostream& err, std::string what, std::int64_t total, bool interactive,
                   std::int64_t done)
    : err_(err),
      what_(std::move(what)),
      total_(total),
      before_(done),
      done_(done),
      interactive_(interactive) {}

Progress::~Progress() {
  if (!closed_ && done_ > before_ && (drawn_ || done_ >= total_)) draw(true);
}

void Progress::advance(std::int64_t count, std::string status) {
  done_ += count;
  if (!status.empty()) status_ = std::move(status);
  const auto now = Clock::now();
  // On a terminal the last line is drawn over until the end; elsewhere it is printed once, now.
  if (closed_) return;
  if (!interactive_ && done_ >= total_) return draw(true);
  const bool due = interactive_ ? now - last_draw_ >= kRedraw : now - last_draw_ >= kPlainLine;
  if (!due) return;
  last_draw_ = now;
  draw(false);
}

void Progress::say(const std::string& line) {
  if (interactive_ && drawn_) err_ << "\r\033[K";
  err_ << line << '\n';
  if (interactive_ && drawn_) draw(false);
}

std::string Progress::summary() const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = elapsed > 0 ? static_cast<double>(done_ - before_) / elapsed : 0;
  char text[96];
  if (done_ >= total_) {
    std::snprintf(text, sizeof text, " %.1f/s, took %s", rate, duration_text(elapsed).c_str());
  } else {
    const double left = rate > 0 ? static_cast<double>(total_ - done_) / rate : 0;
    std::snprintf(text, sizeof text, " %.1f/s, %s left", rate, duration_text(left).c_str());
  }
  return std::to_string(done_) + "/" + std::to_string(total_) + text +
         (status_.empty() ? "" : ", " + status_);
}

void Progress::draw(bool last) {
  if (interactive_) {
    const int full = total_ > 0 ? static_cast<int>(kBarWidth * done_ / total_) : kBarWidth;
    std::string bar(static_cast<std::size_t>(std::clamp(full, 0, kBarWidth)), '#');
    bar.resize(kBarWidth, '.');
    err_ << '\r' << what_ << " [" << bar << "] " << summary() << "\033[K" << (last ? "\n" : "")
         << std::flush;
  } else {
    err_ << what_ << ": " << summary() << std::endl;
  }
  drawn_ = true;
  closed_ = last;
}

}  // namespace salix::cli
