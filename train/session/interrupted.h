// The end of a run that was asked to stop: everything is kept.
#pragma once

#include "engine/error.h"

namespace salix {

// What it says tells how to go on; `exit_code` is what a shell expects for the signal.
class Interrupted : public Error {
 public:
  Interrupted(const std::string& what, int code) : Error(what), exit_code(code) {}
  int exit_code;
};

}  // namespace salix
