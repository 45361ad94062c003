#include "tools/cli/console.h"

#include <memory>
#include <ostream>
#include <set>

namespace salix::cli {
namespace {

class NoBar : public ProgressBar {
 public:
  void advance(std::int64_t, const std::string&) override {}
};

}  // namespace

std::function<void(const std::string& sentence)> notes_on(std::ostream& err) {
  return [&err, said = std::make_shared<std::set<std::string>>()](const std::string& sentence) {
    if (said->insert(sentence).second) err << "note: " << sentence << '\n';
  };
}

class StreamConsole::Bar : public ProgressBar {
 public:
  Bar(StreamConsole& console, const std::string& what, std::int64_t total, std::int64_t done)
      : console_(console), progress_(console.output_.err, what, total, stderr_is_terminal(), done) {
    console_.drawn_ = &progress_;
  }
  ~Bar() override { console_.drawn_ = nullptr; }
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  void advance(std::int64_t count, const std::string& status) override {
    progress_.advance(count, status);
  }

 private:
  StreamConsole& console_;
  Progress progress_;
};

void StreamConsole::say(const std::string& sentence) {
  if (drawn_ != nullptr) return drawn_->say(sentence);
  output_.err << sentence << '\n';
}

void StreamConsole::result(const std::string& text) { output_.out << text; }

std::unique_ptr<ProgressBar> StreamConsole::progress(const std::string& what, std::int64_t total,
                                                     std::int64_t done) {
  return std::make_unique<Bar>(*this, what, total, done);
}

void QuietConsole::note(const std::string& sentence) { err_ << "note: " << sentence << '\n'; }

std::unique_ptr<ProgressBar> QuietConsole::progress(const std::string&, std::int64_t,
                                                    std::int64_t) {
  return std::make_unique<NoBar>();
}

}  // namespace salix::cli
