#include "engine/io/safetensors_header.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "engine/io/json_text.h"

namespace salix::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::size_t kMostAxes = 32;

// Follows the parser's events through the one structure that is allowed:
// {"name": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "__metadata__": {"a": "b"}}
class HeaderEvents final : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderEvents(const std::string& source) : source_(source) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (list_ || level_ == 2) fail("no object is allowed here");
    if (++level_ == 2 && !in_metadata_) {
      header_.entries.emplace_back().name = name_;
      fields_seen_ = 0;
    }
    return true;
  }
  bool end_object() override {
    if (level_-- == 2 && !in_metadata_ && fields_seen_ != 7) {
      fail("a tensor needs dtype, shape and data_offsets");
    }
    return true;
  }
  bool key(std::string& text) override {
    if (level_ == 1) {
      name_ = text;
      in_metadata_ = text == kMetadata;
      if (!names_.insert(text).second) fail("the name comes twice");
    } else if (in_metadata_) {
      if (!metadata_keys_.insert(text).second)
        fail(str("the key '", printable(text), "' comes twice"));
    } else {
      const unsigned field = text == "dtype"          ? 1
                             : text == "shape"        ? 2
                             : text == "data_offsets" ? 4
                                                      : 0;
      if (field == 0) fail(str("there is no field '", printable(text), "'"));
      if ((fields_seen_ & field) != 0) fail(str("the field '", text, "' comes twice"));
      fields_seen_ |= field;
    }
    key_ = text;
    return true;
  }
  bool string(std::string& text) override {
    if (level_ == 2 && in_metadata_) {
      header_.metadata.emplace_back(key_, text);
    } else if (level_ == 2 && !list_ && key_ == "dtype") {
      header_.entries.back().dtype = text;
    } else {
      fail("no text is allowed here");
    }
    return true;
  }
  bool start_array(std::size_t) override {
    if (level_ != 2 || in_metadata_ || list_ || key_ == "dtype") fail("no list is allowed here");
    list_.emplace();
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    if (!list_ || value > static_cast<std::uint64_t>(INT64_MAX))
      fail("no such number is allowed here");
    if (list_->size() == kMostAxes) fail("too many numbers in one list");
    list_->push_back(static_cast<std::int64_t>(value));
    return true;
  }
  bool end_array() override {
    SafetensorsEntry& entry = header_.entries.back();
    if (key_ == "shape") {
      entry.shape = std::move(*list_);
    } else {
      if (list_->size() != 2) fail("data_offsets must be two numbers");
      entry.begin = static_cast<std::uint64_t>((*list_)[0]);
      entry.end = static_cast<std::uint64_t>((*list_)[1]);
    }
    list_.reset();
    return true;
  }

  bool null() override { fail("null is not allowed"); }
  bool boolean(bool) override { fail("true and false are not allowed"); }
  bool number_integer(std::int64_t) override { fail("numbers must not be negative"); }
  bool number_float(double, const std::string&) override {
    fail("numbers must be whole and fit 64 bits");
  }
  bool binary(Json::binary_t&) override { fail("no binary value is allowed"); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    throw IoError(
        str(source_, ": the header must be JSON; at its byte ", position, ": ", error.what()));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw IoError(str(source_, ": safetensors header, at '", printable(name_), "': ", what));
  }

  const std::string& source_;
  SafetensorsHeader header_;
  std::unordered_set<std::string> names_;
  std::unordered_set<std::string> metadata_keys_;
  int level_ = 0;  // 1: names, 2: inside a tensor or the metadata
  bool in_metadata_ = false;
  unsigned fields_seen_ = 0;
  std::string name_;
  std::string key_;
  std::optional<std::vector<std::int64_t>> list_;  // present inside a list
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, const std::string& source) {
  // The format demands '{' at once; with it, the top value is an object.
  if (json.empty() || json.front() != '{')
    throw IoError(source + ": the header must start with '{'");
  HeaderEvents events(source);
  Json::sax_parse(json.begin(), json.end(), &events);
  return events.take();
}

std::string make_safetensors_header(const SafetensorsHeader& header) {
  // A list of pairs, because ordered_json searches all keys on every insertion.
  std::string text = "{";
  const auto add = [&text](const std::string& name, const Json& value) {
    if (text.size() > 1) text += ',';
    text += json_text(Json(name), -1) + ":" + json_text(value, -1);
  };
  if (!header.metadata.empty()) {
    Json metadata = Json::object();
    for (const auto& [key, value] : header.metadata) metadata[key] = value;
    add(std::string(kMetadata), metadata);
  }
  for (const SafetensorsEntry& entry : header.entries) {
    add(entry.name, Json{{"dtype", entry.dtype},
                         {"shape", entry.shape},
                         {"data_offsets", {entry.begin, entry.end}}});
  }
  return text + "}";
}

}  // namespace salix::io
