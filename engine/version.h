// The version of this build.
#pragma once

namespace salix {
inline constexpr const char* kVersion = "0.1.0";
}
