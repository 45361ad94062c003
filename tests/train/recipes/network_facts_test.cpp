// What recipes make of a network's facts: its only size, its filter, that it is no classifier.
#include <gmock/gmock.h>

#include "layers/functional/reduce.h"
#include "train/recipes/catalogue.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

class Described : public Network {
 public:
  explicit Described(NetworkFacts facts) : Network(std::move(facts)) {}
  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor&) override {
    return {{"final", mean(image, {-1}, {.keep_axes = true})}};
  }
  std::vector<ParameterGroup> parameter_groups() override { return {}; }
  LoadSummary import_weights(const io::NamedArrays&, bool) override { return {}; }
};

const NetworkFacts kOneSize{.name = "fixed", .fixed_size = 224, .default_recipe = "supervised"};
const NetworkFacts kClassifier{
    .name = "classes", .prediction = OutputKind::kClasses, .classes = 10, .default_recipe = ""};

struct Made {
  Made(const std::string& name, const NetworkFacts& facts)
      : recipe(recipe_entry(name).make(facts)), network(facts) {
    recipe->describe(options);
  }
  void check() const { recipe->check(network); }
  std::unique_ptr<Recipe> recipe;
  Options options;
  Described network;
};

auto refuses(const std::string& text) {
  return Throws<InvalidInput>(Property(&Error::what, HasSubstr(text)));
}

TEST(NetworkFacts, ANetworkOfOneSizeIsTrainedAtThatAlone) {
  for (const char* name : {"supervised", "pseudo-labels"}) {
    Made made(name, kOneSize);
    EXPECT_EQ(made.recipe->plan().size, 224);
    EXPECT_NO_THROW(made.check());
    made.options.set("--size", 320.0);
    EXPECT_THAT([&] { made.check(); }, refuses("fixed takes images of 224 pixels alone; got 320"));
  }
}

TEST(NetworkFacts, ANetworkOfOneSizeIsNotTrainedAtMany) {
  Made supervised("supervised", kOneSize);
  EXPECT_EQ(supervised.recipe->plan().smallest_size, 0);
  supervised.options.set("--no-multi-scale", false);
  EXPECT_THAT([&] { supervised.check(); }, refuses("cannot be trained at five"));
  Made a2s("a2s", kOneSize);
  EXPECT_THAT([&] { a2s.check(); }, refuses("every step needs images of two sizes"));
}

TEST(NetworkFacts, OthersAreTrainedAtManySizesAsBefore) {
  const Made made("supervised", network_facts("cornet"));
  EXPECT_EQ(made.recipe->plan().size, 320);
  EXPECT_EQ(made.recipe->plan().smallest_size, 192);
  EXPECT_NO_THROW(made.check());
}

TEST(NetworkFacts, NoRecipeTrainsAClassifier) {
  for (const RecipeEntry& entry : recipes()) {
    const Made made(entry.name, kClassifier);
    EXPECT_THAT([&] { made.check(); }, refuses("this is a classifier")) << entry.name;
  }
}

}  // namespace
}  // namespace salix::testing
