// window_attention as what it means: roll, windows, position bias, shift mask, softmax.
#include <cmath>

#include "kernels/window_attention/window_grid.h"
#include "models/export/onnx_ops.h"

namespace salix {
namespace {

using Integers = std::vector<std::int64_t>;

class WindowAttentionNodes {
 public:
  WindowAttentionNodes(const TracedOp& op, OnnxGraph& graph)
      : graph_(graph),
        heads_(op.attribute<std::int64_t>("heads")),
        window_(op.attribute<std::int64_t>("window")),
        shift_(op.attribute<std::int64_t>("shift")),
        height_(op.output.dim(1)),
        width_(op.output.dim(2)),
        channels_(op.output.dim(3)),
        grid_{static_cast<int>(height_), static_cast<int>(width_), static_cast<int>(window_),
              static_cast<int>(shift_)} {}

  // y, as [N,H,W,C].
  std::string attend(const Tensor& qkv, const Tensor& bias, const Tensor& saliency) {
    const std::string rolled = roll(graph_.plain(qkv), -shift_);
    const std::int64_t of_head = channels_ / heads_;
    const double scale = 1 / std::sqrt(static_cast<double>(of_head));
    const std::string q = mul(in_windows(part(rolled, 0), kTokensFirst), graph_.number(scale));
    const std::string k = in_windows(part(rolled, 1), kTokensLast);
    std::string scores = add(graph_.node("MatMul", {q, k}), position_bias(bias));
    if (shift_ > 0) scores = add(scores, shift_mask());
    std::string p = softmax(scores);
    if (saliency.defined()) p = mixed(p, scores, kinds(saliency));
    const std::string v = in_windows(part(rolled, 2), kTokensFirst);
    return roll(merged(graph_.node("MatMul", {p, v})), shift_);
  }

 private:
  // Orders of [N * down, row, across, column, head, channel]: N and down stay together, as no
  // order parts them, and six axes are as many as most run times take.
  inline static const Integers kTokensFirst{0, 2, 4, 1, 3, 5}, kTokensLast{0, 2, 4, 5, 1, 3},
      kBack{0, 3, 1, 4, 2, 5};

  std::string add(const std::string& a, const std::string& b) { return graph_.node("Add", {a, b}); }
  std::string mul(const std::string& a, const std::string& b) { return graph_.node("Mul", {a, b}); }
  std::string reshape(const std::string& x, const Integers& sizes) {
    return graph_.node("Reshape", {x, graph_.integers(sizes)});
  }
  std::string transpose(const std::string& x, const Integers& order) {
    return graph_.node("Transpose", {x}, {{"perm", order}});
  }
  std::string softmax(const std::string& x) { return graph_.node("Softmax", {x}, {{"axis", -1}}); }

  std::string roll(const std::string& x, std::int64_t shift) {
    return onnx_roll(graph_, onnx_roll(graph_, x, 1, height_, shift), 2, width_, shift);
  }

  // q, k or v of [N,H,W,3C].
  std::string part(const std::string& qkv, std::int64_t place) {
    return onnx_cut(graph_, qkv, {place * channels_}, {(place + 1) * channels_}, {3});
  }

  // [N,H,W,C] as [N,windows,heads,T,e] or [N,windows,heads,e,T].
  std::string in_windows(const std::string& x, const Integers& order) {
    const std::int64_t across = width_ / window_, width = channels_ / heads_;
    const std::string cut = reshape(x, {-1, window_, across, window_, heads_, width});
    const bool last = order == kTokensLast;
    const std::int64_t tokens = grid_.tokens();
    return reshape(transpose(cut, order),
                   {-1, grid_.windows(), heads_, last ? width : tokens, last ? tokens : width});
  }

  // [N,windows,heads,T,e] as [N,H,W,C].
  std::string merged(const std::string& x) {
    const std::int64_t across = width_ / window_, width = channels_ / heads_;
    const std::string cut = reshape(x, {-1, across, heads_, window_, window_, width});
    return reshape(transpose(cut, kBack), {-1, height_, width_, channels_});
  }

  // [heads,T,T]. The table stays as the weight file has it; run times look it up once.
  std::string position_bias(const Tensor& table) {
    std::vector<std::int64_t> rows;
    for (int i = 0; i < grid_.tokens(); ++i) {
      for (int j = 0; j < grid_.tokens(); ++j) rows.push_back(grid_.bias_row(i, j));
    }
    const std::string index = graph_.integers(rows, {grid_.tokens(), grid_.tokens()});
    return transpose(graph_.node("Gather", {graph_.plain(table), index}, {{"axis", 0}}), {2, 0, 1});
  }

  // [windows,1,T,T]: what the roll alone made neighbours.
  std::string shift_mask() {
    const int tokens = grid_.tokens();
    std::vector<float> mask;
    for (int window = 0; window < grid_.windows(); ++window) {
      for (int i = 0; i < tokens; ++i) {
        for (int j = 0; j < tokens; ++j) {
          const bool near = grid_.region(window, i) == grid_.region(window, j);
          mask.push_back(near ? 0.0F : kernels::kHiddenPair);
        }
      }
    }
    return graph_.floats(mask, {grid_.windows(), 1, tokens, tokens});
  }

  // [N,windows,1,T,1]: 1 for foreground, -1 for background, 0 for neither. The map is cut into
  // windows without the roll.
  std::string kinds(const Tensor& saliency) {
    const std::string seen =  // of one channel: both orders are the same memory
        graph_.is_maps(saliency) ? graph_.maps(saliency) : graph_.plain(saliency);
    const std::string cut = reshape(seen, {-1, window_, width_ / window_, window_});
    const std::string tokens =
        reshape(transpose(cut, {0, 2, 1, 3}), {-1, grid_.windows(), 1, grid_.tokens(), 1});
    const auto indicator = [&](const char* comparison, double threshold) {
      const std::string mask = graph_.node(comparison, {tokens, graph_.number(threshold)});
      return graph_.node("Cast", {mask}, {{"to", std::int64_t{onnx::TensorProto::FLOAT}}});
    };
    return graph_.node("Sub", {indicator("GreaterOrEqual", 0.8), indicator("Less", 0.2)});
  }

  // The published softmax(a) + softmax(a + F) - softmax(a + B) with one softmax less, and without
  // the last digits that rows lose which a mask hides as a whole: with s = softmax(a), and f that
  // among tokens of the query's kind, s + kind (f - s).
  std::string mixed(const std::string& s, const std::string& scores, const std::string& kinds) {
    const std::string of_keys = reshape(kinds, {-1, grid_.windows(), 1, 1, grid_.tokens()});
    const std::string differs = graph_.node("Not", {graph_.node("Equal", {kinds, of_keys})});
    const std::string has_one =
        graph_.node("Cast", {kinds}, {{"to", std::int64_t{onnx::TensorProto::BOOL}}});
    const std::string hidden = graph_.node("And", {differs, has_one});
    const std::string mask =
        graph_.node("Where", {hidden, graph_.number(kernels::kHiddenPair), graph_.number(0)});
    const std::string f = softmax(add(scores, mask));
    return add(s, mul(kinds, graph_.node("Sub", {f, s})));
  }

  OnnxGraph& graph_;
  std::int64_t heads_, window_, shift_, height_, width_, channels_;
  kernels::WindowGrid grid_;
};

}  // namespace

bool export_attention(const TracedOp& op, OnnxGraph& graph) {
  if (std::string_view(op.op) != "window_attention") return false;
  WindowAttentionNodes nodes(op, graph);
  return done(op, graph, nodes.attend(op.inputs[0], op.inputs[1], op.inputs[2]), false);
}

}  // namespace salix
