// The values of a scribble file in DHFR's data.
#pragma once

#include <cstdint>

namespace salix::data {

constexpr std::uint8_t kScribbleBackground = 0;
constexpr std::uint8_t kScribbleForeground = 1;
constexpr std::uint8_t kScribbleUnknown = 2;

}  // namespace salix::data
