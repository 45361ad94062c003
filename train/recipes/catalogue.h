// The one list of recipes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/recipes/recipe.h"

namespace salix {

struct RecipeEntry {
  std::string name;                                              // of --recipe: "pseudo-labels"
  std::string summary;                                           // one line for --help
  std::string loss;                                              // of `audit step --loss`: "stage2"
  std::unique_ptr<Recipe> (*make)(const NetworkFacts& network);  // with its defaults for a network
};

const std::vector<RecipeEntry>& recipes();
// Errors    InvalidInput for an unknown name; the message lists those that exist.
const RecipeEntry& recipe_entry(const std::string& name);

}  // namespace salix
