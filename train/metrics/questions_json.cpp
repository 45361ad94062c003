#include "train/metrics/questions_json.h"

namespace salix {

nlohmann::ordered_json questions_json(std::span<const data::Question> questions) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const data::Question& question : questions) {
    all.push_back({{"about", data::word_of(question.role)},
                   {"kind", data::word_of(question.doubt)},
                   {"files", question.files},
                   {"of", question.of},
                   {"first", question.first.string()},
                   {"text", question.sentence()}});
  }
  return all;
}

}  // namespace salix
