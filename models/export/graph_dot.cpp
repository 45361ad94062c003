#include "models/export/graph_dot.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace salix {
namespace {

std::string shape_text(const Shape& shape, int batch_axis) {
  std::string text = "[";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) text += ", ";
    if (axis != batch_axis) {
      text += str(shape[axis]);
    } else {
      text += shape[axis] == 2 ? "N" : str(shape[axis] / 2, " N");  // traced with two images
    }
  }
  return text + "]";
}

class Drawing {
 public:
  explicit Drawing(const TracedNetwork& traced) {
    for (const StateEntry& entry : traced.state) {
      if (entry.is_parameter) parameters_[entry.tensor->view().data] = entry.tensor->numel();
    }
    std::int64_t total = 0;
    for (const auto& [data, count] : parameters_) total += count;
    text_ << "digraph " << traced.name << " {\n  label=\"" << traced.name << ", " << total
          << " parameters\"; labelloc=t;\n  node [shape=box, fontname=\"sans-serif\"];\n";
    for (const NamedInput& input : traced.inputs) {
      end_point(input.name, str(input.name, "\\n", shape_text(input.tensor.shape(), 0)));
      made_by_[key(input.tensor)] = input.name;
    }
    for (std::size_t i = 0; i < traced.ops.size(); ++i) add(traced.ops[i], str("op", i));
    for (const NamedOutput& output : traced.outputs) {
      end_point("out_" + output.name, output.name);
      edge(output.tensor, "out_" + output.name);
    }
    text_ << "}\n";
  }

  std::string text() const { return text_.str(); }

 private:
  void add(const TracedOp& op, const std::string& id) {
    std::int64_t parameters = 0;
    for (const Tensor& input : op.inputs) {
      if (!input.defined()) continue;
      const auto own = parameters_.find(input.view().data);
      if (own != parameters_.end()) parameters += own->second;
    }
    text_ << "  " << id << " [label=\"" << op.op << "\\n"
          << shape_text(op.output.shape(), op.batch_axis);
    if (parameters > 0) text_ << "\\n" << parameters << " parameters";
    text_ << "\"];\n";
    for (const Tensor& input : op.inputs) {
      if (input.defined()) edge(input, id);
    }
    made_by_[key(op.output)] = id;
  }

  void end_point(const std::string& id, const std::string& label) {
    text_ << "  " << id << " [label=\"" << label << "\", style=rounded];\n";
  }

  // A reshape shares its input's memory, not its shape.
  static std::pair<const void*, std::string> key(const Tensor& tensor) {
    return {tensor.view().data, tensor.shape().to_string()};
  }

  void edge(const Tensor& from, const std::string& to) {
    const auto made = made_by_.find(key(from));
    if (made != made_by_.end()) text_ << "  " << made->second << " -> " << to << ";\n";
  }

  std::ostringstream text_;
  std::map<const void*, std::int64_t> parameters_;
  std::map<std::pair<const void*, std::string>, std::string> made_by_;
};

}  // namespace

std::string graph_dot(const TracedNetwork& traced) { return Drawing(traced).text(); }

}  // namespace salix
