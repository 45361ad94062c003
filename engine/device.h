// Where tensors live and kernels run.
#pragma once

#include <iosfwd>
#include <string>

namespace salix {

enum class DeviceKind {
  kCpu,   // oneDNN, OpenMP and the plain references
  kCuda,  // cuDNN, cuBLASLt and the handwritten kernels
  kSimt,  // the handwritten CUDA kernels, executed by the CPU
};

struct Device {
  DeviceKind kind = DeviceKind::kCpu;
  int index = 0;

  // Reads "cpu", "cuda", "cuda:1" or "simt"; anything else is InvalidInput.
  static Device parse(const std::string& text);
  std::string to_string() const;
  // True where a host pointer is a device pointer.
  bool is_host() const { return kind != DeviceKind::kCuda; }
  friend bool operator==(const Device&, const Device&) = default;
};

std::ostream& operator<<(std::ostream& out, const Device& device);

}  // namespace salix
