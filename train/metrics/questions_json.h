// Questions about files, for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "data/meaning/questions.h"

namespace salix {

// [{"about": "masks", "kind": "levels", "files": 3, "of": 3, "first": "gt/a.png", "text": "..."}]
nlohmann::ordered_json questions_json(std::span<const data::Question> questions);

}  // namespace salix
