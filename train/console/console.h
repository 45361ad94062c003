// Where a program tells what it does: whoever runs a training or a pass over data sets gives one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace salix {

// One bar of progress; it ends with the object.
class ProgressBar {
 public:
  virtual ~ProgressBar() = default;
  virtual void advance(std::int64_t count, const std::string& status = "") = 0;
};

class Console {
 public:
  virtual ~Console() = default;
  // A sentence beside the bar that is drawn, if any.
  virtual void say(const std::string& sentence) = 0;
  // A sentence that deserves attention: "note: ...".
  virtual void note(const std::string& sentence) { say("note: " + sentence); }
  // Results, as text of one or more lines.
  virtual void result(const std::string& text) = 0;
  // `done` of `total` steps are done already.
  virtual std::unique_ptr<ProgressBar> progress(const std::string& what, std::int64_t total,
                                                std::int64_t done = 0) = 0;
};

}  // namespace salix
