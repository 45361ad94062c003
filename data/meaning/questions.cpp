#include "data/meaning/questions.h"

#include "engine/error.h"

namespace salix::data {
namespace {

// What the files of a role do in this doubt, and what to do about it.
struct Words {
  const char *what, *advice;
};

Words clipped(Role role) {
  constexpr const char* kWhat = "have 16-bit values above 255, which all become 255";
  switch (role) {
    case Role::kModality:
      return {kWhat, "scale them with --depth-range auto, or LO,HI"};
    case Role::kMap:
      return {kWhat, "scale them with --map-range auto, or LO,HI"};
    default:
      return {kWhat, "save them with 8 bits"};
  }
}

Words dark(Role role) {
  if (role == Role::kMask) {
    return {"have no value above 128, so that all is background",
            "let all but 0 be foreground with --mask-levels nonzero"};
  }
  if (role == Role::kMap) {
    return {"have no value above 128, so that all is background",
            "stretch them with --map-range auto, or LO,HI"};
  }
  return {"keep to one end of 0..255", "stretch them with --depth-range auto, or LO,HI"};
}

Words turned(Role role) {
  if (role == Role::kMap) {
    return {"have height and width exchanged and are stretched",
            "if the photographs have an EXIF orientation, predict with --upright"};
  }
  return {"have height and width of their photograph exchanged and are stretched onto it",
          "if it is stored turned, turn it"};
}

Words words_for(Role role, Doubt doubt) {
  switch (doubt) {
    case Doubt::kClipped:
      return clipped(role);
    case Doubt::kDark:
      return dark(role);
    case Doubt::kLevels:
      return {
          "have several levels that fill areas, as indices do, and the darker ones are "
          "background",
          "let all but 0 be foreground with --mask-levels nonzero"};
    case Doubt::kAlpha:
      return {"have an alpha channel that differs from their colours and is not looked at",
              "take it with --alpha"};
    case Doubt::kTurned:
      return turned(role);
    case Doubt::kStoredTurned:
      return {"have an EXIF orientation and are read as they are stored",
              "turn them with --upright"};
  }
  return {"", ""};
}

}  // namespace

const char* word_of(Role role) {
  switch (role) {
    case Role::kPhotograph:
      return "photographs";
    case Role::kModality:
      return "modality images";
    case Role::kMask:
      return "masks";
    case Role::kMap:
      return "maps";
  }
  return "";
}

const char* word_of(Doubt doubt) {
  switch (doubt) {
    case Doubt::kClipped:
      return "clipped";
    case Doubt::kDark:
      return "dark";
    case Doubt::kLevels:
      return "levels";
    case Doubt::kAlpha:
      return "alpha";
    case Doubt::kTurned:
      return "turned";
    case Doubt::kStoredTurned:
      return "stored_turned";
  }
  return "";
}

std::string Question::sentence() const {
  const Words words = words_for(role, doubt);
  return str(files, " of ", of, ' ', word_of(role), ' ', words.what, " (first: '", first.string(),
             "', ", detail, "); ", words.advice);
}

void Questions::looked_at(Role role) {
  const std::lock_guard lock(mutex_);
  ++looked_at_[role];
}

void Questions::ask(Role role, Doubt doubt, const std::filesystem::path& file,
                    const std::string& detail) {
  const std::lock_guard lock(mutex_);
  Question& question = asked_[{role, doubt}];
  if (question.files == 0 || file < question.first) {
    question.first = file;
    question.detail = detail;
  }
  question.role = role;
  question.doubt = doubt;
  ++question.files;
}

std::vector<Question> Questions::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Question> all;
  for (const auto& [key, question] : asked_) {
    all.push_back(question);
    all.back().of = looked_at_.at(key.first);
  }
  return all;
}

}  // namespace salix::data
