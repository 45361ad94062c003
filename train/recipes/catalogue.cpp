#include "train/recipes/catalogue.h"

#include "engine/text.h"
#include "train/recipes/a2s/a2s_recipe.h"
#include "train/recipes/pseudo_labels/pseudo_labels_recipe.h"
#include "train/recipes/scribble/scribble_recipe.h"
#include "train/recipes/supervised/supervised_recipe.h"

namespace salix {
namespace {

template <typename Kind>
std::unique_ptr<Recipe> make(const NetworkFacts& network) {
  return std::make_unique<Kind>(network);
}

}  // namespace

const std::vector<RecipeEntry>& recipes() {
  static const std::vector<RecipeEntry> all{
      {"a2s", "A2S-v2, stage 1: without labels", "stage1", make<A2sRecipe>},
      {"pseudo-labels", "A2S-v2, stage 2: from pseudo labels", "stage2", make<PseudoLabelsRecipe>},
      {"supervised", "SALOD: from masks or scribbles of people", "supervised",
       make<SupervisedRecipe>},
      {"scribble", "DHFR: image and depth, from scribbles", "scribble", make<ScribbleRecipe>},
  };
  return all;
}

const RecipeEntry& recipe_entry(const std::string& name) {
  std::string known;
  for (const RecipeEntry& entry : recipes()) {
    if (entry.name == name) return entry;
    add_to_list(known, entry.name);
  }
  throw InvalidInput(str("--recipe: no recipe is called '", name, "'; there are ", known));
}

}  // namespace salix
