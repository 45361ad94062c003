// Writes the few pickle values that checkpoints are made of, protocol 2 without a memo.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace salix::io {

class PickleWriter {
 public:
  PickleWriter() : bytes_("\x80\x02") {}

  PickleWriter& none() { return op('N'); }
  PickleWriter& boolean(bool value) { return op(value ? '\x88' : '\x89'); }
  PickleWriter& integer(std::int64_t value);
  PickleWriter& text(std::string_view value);  // UTF-8
  // An integer of up to 255 bytes, least significant first, two's complement.
  PickleWriter& big_integer(std::string_view little_endian_bytes);
  PickleWriter& global(std::string_view dotted);  // "torch.FloatStorage"

  // Between mark() and the closing call stand the elements.
  PickleWriter& mark() { return op('('); }
  PickleWriter& tuple() { return op('t'); }
  PickleWriter& empty_list() { return op(']'); }
  PickleWriter& appends() { return op('e'); }  // to the list before the mark
  PickleWriter& empty_dict() { return op('}'); }
  PickleWriter& empty_ordered_dict();
  PickleWriter& set_items() { return op('u'); }  // to the dict before the mark
  PickleWriter& persistent() { return op('Q'); }
  PickleWriter& call() { return op('R'); }  // global, then its tuple of arguments

  // Instructions as they are, for tests: nothing here writes objects.
  PickleWriter& raw(std::string_view instructions) {
    bytes_ += instructions;
    return *this;
  }

  // The finished pickle.
  std::string finish() { return op('.').bytes_; }

 private:
  PickleWriter& op(char code) {
    bytes_ += code;
    return *this;
  }

  std::string bytes_;
};

}  // namespace salix::io
