// Everything that is wrong with a request, in one message: who has mended the first thing should
// not be told of the second an hour later.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "engine/error.h"

namespace salix {

class Problems {
 public:
  // Runs a check. InvalidInput, IoError and NotSupported are kept, other errors go on.
  // Returns whether it passed.
  template <typename Check>
  bool collect(const Check& check) {
    try {
      check();
      return true;
    } catch (const InvalidInput& error) {
      keep(error);
      any_invalid_ = true;
    } catch (const IoError& error) {
      keep(error);
    } catch (const NotSupported& error) {
      keep(error);
    }
    return false;
  }

  // Throws what was kept, if anything: one error as it came; of several one with a line each,
  // which is InvalidInput if one of them is, else IoError.
  void raise() const {
    if (sentences_.empty()) return;
    if (sentences_.size() == 1) std::rethrow_exception(first_);
    std::string text = str(sentences_.size(), " things are wrong:");
    for (const std::string& sentence : sentences_) text += "\n* " + sentence;
    if (any_invalid_) throw InvalidInput(text);
    throw IoError(text);
  }

 private:
  void keep(const Error& error) {
    if (sentences_.empty()) first_ = std::current_exception();
    sentences_.emplace_back(error.what());
  }

  std::vector<std::string> sentences_;
  std::exception_ptr first_;
  bool any_invalid_ = false;
};

}  // namespace salix
