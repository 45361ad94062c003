// Progress of a long command: a bar with rate and ETA on a terminal, a plain line now and
// then elsewhere (log files, CI), and one closing line.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace salix::cli {

// A time as people say it: "0:09", "12:30" (minutes), "5 h 07 min", "1 d 6 h".
std::string duration_text(double seconds);

class Progress {
 public:
  // `interactive`: whether `err` is a terminal that understands carriage returns. `done`: of the
  // total, before this began (a resumed run); it counts for the bar, not for the rate.
  Progress(std::ostream& err, std::string what, std::int64_t total, bool interactive,
           std::int64_t done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `status`: a few words shown behind the rate from now on.
  void advance(std::int64_t count = 1, std::string status = "");
  // Prints a line of its own without breaking the bar.
  void say(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(bool last);
  std::string summary() const;

  std::ostream& err_;
  std::string what_;
  std::string status_;
  std::int64_t total_, before_, done_;
  bool interactive_, drawn_ = false, closed_ = false;
  Clock::time_point start_ = Clock::now(), last_draw_ = start_;
};

// Whether stderr is a terminal.
bool stderr_is_terminal();

}  // namespace salix::cli
