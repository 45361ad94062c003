// The loss factory: its syntax, and the printed values of SALOD (appendix A.3).
#include "train/recipes/supervised/loss_terms.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"
#include "tests/support/targets.h"
#include "tests/train/losses/printed_loss.h"
#include "train/losses/pixel_losses.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LossTerms : public OpTest {
 protected:
  DType dtype() const { return has_float64() ? DType::kFloat64 : DType::kFloat32; }
  double relative() const { return has_float64() ? 2e-9 : 1e-5; }
};
INSTANTIATE_TEST_SUITE_P(Targets, LossTerms, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(LossTerms, PrintedLossesAndGradients) {
  const std::pair<const char*, PrintedLoss> printed[] = {
      {"bce", {0.4086351434, 0.1636264204, 0.003800452546}},
      {"iou", {0.5827821293, 0.08745296538, 0.001964247465}},
      {"ssim", {0.4754282779, 0.1180542415, 0.001981366813}},
      {"dice", {0.4192748020, 0.08754304076, 0.002033247160}},
      {"ctloss", {1.051645882, 0.3704552915, 0.01125770164}},
      {"fscore", {0.4868876720, 0.09116433417, 0.001984429842}},
      {"mse", {0.1183206568, 0.03932481606, 0.001002627294}},
      {"structure", {0.9023777511, 0.2473991253, 0.005251563265}},
      {"boundary_dice", {0.6261962462, 0.3815030443, 0.03975045654}}};
  for (const auto& [name, numbers] : printed) {
    SCOPED_TRACE(name);
    const std::vector<WeightedLoss> terms = parse_loss_terms(name);
    expect_printed_loss(exec(), has_float64(), numbers,
                        [&](const Tensor& logits, const Tensor& target) {
                          return loss_of_terms(terms, {{logits}, {}}, target, 1).total;
                        });
  }
}

TEST_P(LossTerms, PrintedSumsOverMapsAndTypes) {
  const LossScene s = loss_scene(exec(), dtype());
  const Tensor half = s.logits1 * 0.5;
  const LossMaps maps{{s.logits1, half}, {half}};
  const std::pair<const char*, double> printed[] = {
      {"bce,iou", 1.972531817},
      {"bce#0.3,ssim#0.7", 1.202925569},
      {"bce#0.3,ssim#0.1,iou#0.5,bce_edge#0.2", 1.071727637},
      {"bce_sal,dice", 1.645715814}};
  for (const auto& [text, value] : printed) {
    const LossOfTerms loss = loss_of_terms(parse_loss_terms(text), maps, s.target, 1);
    EXPECT_NEAR(loss.total.item(), value, relative() * value) << text;
    double sum = 0;
    for (const auto& [label, term] : loss.terms) {
      sum += term.item();
      EXPECT_FALSE(term.requires_grad());
    }
    EXPECT_NEAR(sum, value, relative() * value) << text;
  }
}

TEST_P(LossTerms, EveryNameGivesANumberAndItsGradient) {
  LossScene s = loss_scene(exec(), DType::kFloat32);
  s.logits1.set_requires_grad(true);
  for (const NamedLoss& loss : named_losses()) {
    const Tensor value = loss.of(s.logits1, s.target, 3);
    EXPECT_EQ(value.numel(), 1) << loss.name;
    EXPECT_EQ(value.requires_grad(), loss.has_gradient) << loss.name;
    EXPECT_GT(value.item(), 0) << loss.name;
  }
}

TEST_P(LossTerms, MapsOfOtherSizesAreEnlarged) {
  const Tensor target = random_tensor(exec(), {2, 12, 10, 1}, 2, 0, 1);
  const Tensor small = random_tensor(exec(), {2, 3, 4, 1}, 1);
  const LossOfTerms loss =
      loss_of_terms(parse_loss_terms("bce,mse_edge"), {{small}, {small}}, target, 1);
  const Tensor large = resize_bilinear(small, 12, 10);
  ASSERT_EQ(loss.terms.size(), 2U);
  EXPECT_EQ(loss.terms[0].second.item(), bce_loss(large, target).item());
  EXPECT_EQ(loss.terms[1].second.item(), mse_loss(large, edge_map(target)).item());
  if (!has_float64()) return;
  const auto total = [&](const std::vector<Tensor>& in) {
    return loss_of_terms(parse_loss_terms("bce#0.5,iou,mse_edge#2"), {{in[0], in[1]}, {in[0]}},
                         target.to(DType::kFloat64), 1)
        .total;
  };
  EXPECT_EQ(gradcheck(total,
                      {random_leaf(exec(), {2, 3, 4, 1}, 1), random_leaf(exec(), {2, 5, 5, 1}, 2)}),
            "");
}

TEST_P(LossTerms, RefusesMapsThatDoNotFit) {
  const Tensor map = Tensor::zeros(exec(), {2, 4, 4, 1});
  const auto error = [&](const char* text, const LossMaps& maps, const Tensor& target) {
    return error_of([&] { loss_of_terms(parse_loss_terms(text), maps, target, 1); });
  };
  EXPECT_THAT(error("bce,bce_edge", {{map}, {}}, map),
              HasSubstr("loss: 'bce_edge' needs a map of type edge, and this network has none"));
  EXPECT_THAT(error("bce", {{}, {map}}, map), HasSubstr("needs a map of type sal"));
  EXPECT_THAT(error("bce", {{Tensor::zeros(exec(), {1, 4, 4, 1})}, {}}, map),
              HasSubstr("a map must be [N,h,w,1] with the N of the target; got [1, 4, 4, 1] and "
                        "[2, 4, 4, 1]"));
  EXPECT_THAT(error("bce", {{map}, {}}, Tensor::zeros(exec(), {2, 4, 4})),
              HasSubstr("needs terms and a target [N,H,W,1]; got 1 terms and [2, 4, 4]"));
}

TEST(LossText, IsNameTypeAndWeight) {
  const std::vector<WeightedLoss> terms =
      parse_loss_terms("bce,iou_sal#0.5,boundary_dice_edge#2e-1,weighted_structure#-1,pr");
  std::vector<std::string> labels;
  std::vector<double> weights;
  for (const WeightedLoss& term : terms) {
    labels.push_back(term.label);
    weights.push_back(term.weight);
    EXPECT_EQ(term.type == MapType::kEdge, term.label == "boundary_dice_edge");
  }
  EXPECT_THAT(labels, ElementsAre("bce", "iou", "boundary_dice_edge", "weighted_structure", "pr"));
  EXPECT_THAT(weights, ElementsAre(1, 0.5, 0.2, -1, 1));
}

TEST(LossText, RefusesWhatItDoesNotUnderstand) {
  const std::pair<const char*, const char*> errors[] = {
      {"bec",
       "loss: the names are bce, ssim, dice, ctloss, fscore, mse, iou, structure, "
       "weighted_structure, pr, boundary_dice, partial_ce, edge, weighted_fscore, focal; "
       "got 'bec'"},
      {"boundary_edge", "got 'boundary_edge'"},
      {"bce_body", "the type of a term must be sal or edge; got 'body' in 'bce_body'"},
      {"bce_", "must be sal or edge; got '' in 'bce_'"},
      {"bce_sal_edge", "a term is name[_type][#weight]; got 'bce_sal_edge' with too many parts"},
      {"bce#1#2", "a term is name[_type][#weight]; got 'bce#1#2'"},
      {"bce,,iou", "a term is name[_type][#weight]; got ''"},
      {"", "a term is name[_type][#weight]; got ''"},
      {"bce#half", "the weight of a term must be a finite number; got 'half' in 'bce#half'"},
      {"bce#", "must be a finite number; got '' in 'bce#'"},
      {"bce#1.5x", "must be a finite number; got '1.5x'"},
      {"bce#inf", "must be a finite number; got 'inf'"},
      {"bce,bce_sal#2", "'bce' is named twice in 'bce,bce_sal#2'"},
      {"pr", "at least one term must have a gradient; got 'pr', which teaches nothing"}};
  for (const auto& [text, message] : errors) {
    EXPECT_THAT(error_of([&, text = text] { parse_loss_terms(text); }), HasSubstr(message)) << text;
  }
}

}  // namespace
}  // namespace salix::testing
