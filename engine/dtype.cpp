#include "engine/dtype.h"

#include <array>
#include <ostream>

namespace salix {
namespace {

struct DTypeFacts {
  DType dtype;
  const char* name;
  std::size_t size_bytes;
};

constexpr std::array<DTypeFacts, 7> kFacts{{{DType::kFloat32, "float32", 4},
                                            {DType::kBFloat16, "bfloat16", 2},
                                            {DType::kFloat16, "float16", 2},
                                            {DType::kFloat64, "float64", 8},
                                            {DType::kInt32, "int32", 4},
                                            {DType::kInt64, "int64", 8},
                                            {DType::kUInt8, "uint8", 1}}};

const DTypeFacts& facts(DType dtype) { return kFacts.at(static_cast<std::size_t>(dtype)); }

}  // namespace

std::size_t size_of(DType dtype) { return facts(dtype).size_bytes; }
const char* name_of(DType dtype) { return facts(dtype).name; }

DType dtype_from_name(const std::string& name) {
  if (name == "bf16") return DType::kBFloat16;
  for (const DTypeFacts& entry : kFacts) {
    if (name == entry.name) return entry.dtype;
  }
  throw InvalidInput(
      str("dtype: expected float32, bfloat16 (bf16), float16, float64, int32, int64 "
          "or uint8; got '",
          name, "'"));
}

bool is_floating(DType dtype) {
  return static_cast<int>(dtype) <= static_cast<int>(DType::kFloat64);
}

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name_of(dtype); }

}  // namespace salix
