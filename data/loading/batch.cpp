#include "data/loading/batch.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/text.h"

namespace salix::data {
namespace {

template <typename Fields>
auto& values_of(Fields& fields, std::string_view name) {
  std::string known;
  for (auto& values : fields) {
    if (values.field.name == name) return values.values;
    add_to_list(known, values.field.name);
  }
  throw InvalidInput(str("batch: has no field '", name, "'; there are ",
                         known.empty() ? std::string("none") : known));
}

}  // namespace

bool Batch::has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Values& values) { return values.field.name == name; });
}

const HostBuffer& Batch::operator[](std::string_view name) const { return values_of(fields, name); }
HostBuffer& Batch::operator[](std::string_view name) { return values_of(fields, name); }

}  // namespace salix::data
