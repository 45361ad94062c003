// Questions about files that can be read but perhaps mean something else: asked once per set, with
// how many files they are about and the first of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace salix::data {

// What a file is used as.
enum class Role { kPhotograph, kModality, kMask, kMap };

enum class Doubt {
  kClipped,      // 16-bit values above 255, which all become 255
  kDark,         // the values sit at one end of 0..255
  kLevels,       // a mask of several levels, each of which fills an area: indices
  kAlpha,        // a channel that varies, and is not looked at
  kTurned,       // height and width are those of the other file, exchanged
  kStoredTurned  // EXIF says that it is to be turned, and it is not
};

struct Question {
  Role role;
  Doubt doubt;
  std::int64_t files = 0, of = 0;  // in doubt, of all that were looked at in this role
  std::filesystem::path first;     // by path
  std::string detail;              // what the first one holds: "800..2800"

  // "3 of 3 masks have several levels ... (first: 'gt/a.png', levels 0 3 15); ...".
  std::string sentence() const;
};

// "photographs", "masks" ...; "clipped", "levels" ...: for programs.
const char* word_of(Role role);
const char* word_of(Doubt doubt);

// Collects what several threads find in the files of one set.
class Questions {
 public:
  void looked_at(Role role);
  void ask(Role role, Doubt doubt, const std::filesystem::path& file, const std::string& detail);
  // In the order of the roles and doubts; the same for any order of the files.
  std::vector<Question> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<Role, std::int64_t> looked_at_;
  std::map<std::pair<Role, Doubt>, Question> asked_;
};

}  // namespace salix::data
