#include "engine/io/pickle.h"

#include "engine/error.h"

namespace salix::io {
namespace {

[[noreturn]] void fail_kind(const char* wanted, PickleKind found) {
  throw IoError(str("pickle: expected ", wanted, "; found ", name_of(found)));
}

}  // namespace

const char* name_of(PickleKind kind) {
  switch (kind) {
    case PickleKind::kNone:
      return "None";
    case PickleKind::kBool:
      return "a bool";
    case PickleKind::kInt:
      return "an integer";
    case PickleKind::kBigInt:
      return "an integer beyond 64 bits";
    case PickleKind::kFloat:
      return "a float";
    case PickleKind::kString:
      return "a string";
    case PickleKind::kBytes:
      return "bytes";
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kSet:
      return "a set";
    case PickleKind::kDict:
      return "a dict";
    case PickleKind::kGlobal:
      return "a global";
    case PickleKind::kObject:
      return "a Python object";
    case PickleKind::kCall:
      return "a call";
    case PickleKind::kPersistent:
      return "a storage reference";
  }
  return "an unknown kind";
}

std::int64_t PickleValue::integer() const {
  const auto* value = std::get_if<std::int64_t>(&node().payload);
  if (value == nullptr || is(PickleKind::kNone)) fail_kind("an integer", kind());
  return *value;
}

double PickleValue::real() const {
  const auto* value = std::get_if<double>(&node().payload);
  if (value == nullptr) fail_kind("a float", kind());
  return *value;
}

std::string_view PickleValue::text() const {
  if (is(PickleKind::kCall)) return at(children()[0]).text();
  const auto* value = std::get_if<std::string>(&node().payload);
  if (value == nullptr) fail_kind("a string", kind());
  return *value;
}

const std::vector<PickleId>& PickleValue::children() const {
  const auto* list = std::get_if<std::vector<PickleId>>(&node().payload);
  if (list == nullptr) fail_kind("a container", kind());
  return *list;
}

std::size_t PickleValue::size() const {
  if (is(PickleKind::kCall)) return at(children()[1]).size();
  return is(PickleKind::kDict) ? children().size() / 2 : children().size();
}

PickleValue PickleValue::item(std::size_t index) const {
  if (is(PickleKind::kCall)) return at(children()[1]).item(index);
  if (is(PickleKind::kDict)) fail_kind("a list or tuple", kind());
  if (index >= size()) {
    throw IoError(str("pickle: expected more than ", index, " elements; found ", size()));
  }
  return at(children()[index]);
}

PickleValue PickleValue::key(std::size_t index) const {
  if (!is(PickleKind::kDict)) fail_kind("a dict", kind());
  return at(children().at(2 * index));
}

PickleValue PickleValue::value(std::size_t index) const {
  if (!is(PickleKind::kDict)) fail_kind("a dict", kind());
  return at(children().at(2 * index + 1));
}

std::optional<PickleValue> PickleValue::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (key(i).is(PickleKind::kString) && key(i).text() == wanted) return value(i);
  }
  return std::nullopt;
}

}  // namespace salix::io
