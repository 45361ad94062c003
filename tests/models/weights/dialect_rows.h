// What a row of the table in docs/weights.md, "Dialects", says of the files of a publisher.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/io/file.h"
#include "engine/io/weights.h"
#include "layers/modules/init.h"
#include "models/weights/dialect.h"
#include "models/weights/pretrained.h"
#include "tests/support/paths.h"

namespace salix::testing {

enum class Outcome {
  kEncoder,    // import_encoder() takes it
  kNetwork,    // a whole network of ours
  kNoEncoder,  // it is read, but import_encoder() refuses it
  kUnreadable  // refused when it is read
};

struct DialectRow {
  std::string name;                   // the first cell of its row
  std::function<std::string()> file;  // the bytes of one
  Outcome outcome = Outcome::kEncoder;
  std::string prefix = {};     // of the encoder or network
  std::string container = {};  // of the state dict
  std::string says = {};       // in the line of `salix weights info`, or in the refusal
};

inline io::Weights weights_of(const std::string& bytes) {
  return io::parse_weights(io::bytes_of(bytes), "w");
}

class Dialects : public ::testing::Test {
 protected:
  Dialects() : skip(exec), target(exec) {}

  // The book has a line for each row.
  static void expect_in_book(const std::vector<DialectRow>& rows) {
    const std::string book = io::read_text_file(source_folder() / "docs" / "weights.md");
    for (const DialectRow& row : rows)
      EXPECT_NE(book.find("\n| " + row.name + " | "), std::string::npos) << row.name;
  }

  Exec exec;
  init::SkipInit skip;
  ResNet50 target;
};

}  // namespace salix::testing
