// The error of a training run whose numbers have left the road.
#pragma once

#include "engine/error.h"

namespace salix {

// A loss or a weight that is infinite or not a number.
class NotFinite : public Error {
 public:
  using Error::Error;
};

}  // namespace salix
