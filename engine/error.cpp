#include "engine/error.h"

namespace salix::detail {

void throw_internal(const char* condition, const char* file, int line) {
  throw InternalError(str("internal error: '", condition, "' does not hold (", file, ":", line,
                          "); please report this"));
}

}  // namespace salix::detail
