#include "engine/device.h"

#include <algorithm>
#include <ostream>

#include "engine/error.h"

namespace salix {

Device Device::parse(const std::string& text) {
  if (text == "cpu") return {DeviceKind::kCpu, 0};
  if (text == "simt") return {DeviceKind::kSimt, 0};
  if (text == "cuda") return {DeviceKind::kCuda, 0};
  const std::string digits = text.starts_with("cuda:") ? text.substr(5) : "";
  const bool is_index =
      !digits.empty() && digits.size() <= 3 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  SALIX_CHECK(is_index, "device: expected cpu, cuda, cuda:INDEX or simt; got '", text, "'");
  return {DeviceKind::kCuda, std::stoi(digits)};
}

std::string Device::to_string() const {
  switch (kind) {
    case DeviceKind::kCpu:
      return "cpu";
    case DeviceKind::kSimt:
      return "simt";
    case DeviceKind::kCuda:
      return "cuda:" + std::to_string(index);
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, const Device& device) {
  return out << device.to_string();
}

}  // namespace salix
