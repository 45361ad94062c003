// A command's console on its two streams: sentences and bars on stderr, results on stdout.
#pragma once

#include <functional>

#include "tools/cli/progress.h"
#include "tools/commands.h"
#include "train/console/console.h"

namespace salix::cli {

// Prints "note: SENTENCE", every sentence once. `err` must outlive it.
std::function<void(const std::string& sentence)> notes_on(std::ostream& err);

class StreamConsole : public Console {
 public:
  explicit StreamConsole(Output output) : output_(std::move(output)) {}

  void say(const std::string& sentence) override;
  void result(const std::string& text) override;
  std::unique_ptr<ProgressBar> progress(const std::string& what, std::int64_t total,
                                        std::int64_t done) override;

 private:
  class Bar;
  Output output_;
  Progress* drawn_ = nullptr;  // the bar that sentences must not break
};

// Of a rank that does not write: its own notes alone.
class QuietConsole : public Console {
 public:
  explicit QuietConsole(std::ostream& err) : err_(err) {}
  void say(const std::string&) override {}
  void note(const std::string& sentence) override;
  void result(const std::string&) override {}
  std::unique_ptr<ProgressBar> progress(const std::string&, std::int64_t, std::int64_t) override;

 private:
  std::ostream& err_;
};

}  // namespace salix::cli
