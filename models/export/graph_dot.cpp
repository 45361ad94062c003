#include "models/export/graph_dot.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "models/export/module_paths.h"

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

// What becomes one box: an op, or the ops of a module.
struct Box {
  std::string title;
  std::string shape;  // of its last op's result
  std::int64_t parameters = 0;
  int ops = 0;
};

class Drawing {
 public:
  Drawing(const TracedNetwork& traced, int depth) : folded_(depth > 0) {
    for (const StateEntry& entry : traced.state) {
      if (entry.is_parameter) parameters_[entry.tensor->view().data] = entry.tensor->numel();
    }
    std::int64_t total = 0;
    for (const auto& [data, count] : parameters_) total += count;
    text_ << "digraph " << traced.name << " {\n  label=\"" << traced.name << ", " << total
          << " parameters\"; labelloc=t;\n  node [shape=box, fontname=\"sans-serif\"];\n";
    for (const NamedInput& input : traced.inputs) {
      const std::string shape = shape_text(input.tensor.shape(), 0);
      end_point(input.name, str(input.name, "\\n", shape));
      made_by_[key(input.tensor)] = {input.name, shape};
    }
    std::vector<std::string> modules(traced.ops.size());
    if (folded_) modules = module_paths(traced, depth);
    for (std::size_t i = 0; i < traced.ops.size(); ++i)
      add(traced.ops[i], str("op", i), modules[i]);
    for (const std::string& id : order_) draw(id, boxes_.at(id));
    for (const NamedOutput& output : traced.outputs) {
      end_point("out_" + output.name, output.name);
      edge(output.tensor, "out_" + output.name);
    }
    text_ << edges_.str() << "}\n";
  }

  std::string text() const { return text_.str(); }

 private:
  struct Source {
    std::string id, shape;
  };

  void add(const TracedOp& op, std::string id, const std::string& module) {
    if (!module.empty()) id = id_of_module_.try_emplace(module, id).first->second;
    if (!boxes_.contains(id)) order_.push_back(id);
    Box& box = boxes_[id];
    box.title = module.empty() ? op.op : module;
    box.shape = shape_text(op.output.shape(), op.batch_axis);
    ++box.ops;
    for (const Tensor& input : op.inputs) {
      if (!input.defined()) continue;
      const auto own = parameters_.find(input.view().data);
      if (own != parameters_.end()) box.parameters += own->second;
      edge(input, id);
    }
    made_by_[key(op.output)] = {id, box.shape};
  }

  void draw(const std::string& id, const Box& box) {
    text_ << "  " << id << " [label=\"" << box.title << "\\n" << box.shape;
    if (box.ops > 1) text_ << "\\n" << box.ops << " ops";
    if (box.parameters > 0) text_ << "\\n" << box.parameters << " parameters";
    text_ << "\"];\n";
  }

  void end_point(const std::string& id, const std::string& label) {
    text_ << "  " << id << " [label=\"" << label << "\", style=rounded];\n";
  }

  // A reshape shares its input's memory, not its shape.
  static std::pair<const void*, std::string> key(const Tensor& tensor) {
    return {tensor.view().data, tensor.shape().to_string()};
  }

  // Folded boxes have several results, so there the arrows say the shape.
  void edge(const Tensor& from, const std::string& to) {
    const auto made = made_by_.find(key(from));
    if (made == made_by_.end() || made->second.id == to) return;
    std::string line = str("  ", made->second.id, " -> ", to);
    if (folded_) {
      line += str(" [label=\"", made->second.shape, "\"]");
      if (!drawn_.insert(line).second) return;
    }
    edges_ << line << ";\n";
  }

  bool folded_;
  std::ostringstream text_, edges_;
  std::vector<std::string> order_;
  std::map<std::string, Box> boxes_;
  std::map<std::string, std::string> id_of_module_;
  std::set<std::string> drawn_;
  std::map<const void*, std::int64_t> parameters_;
  std::map<std::pair<const void*, std::string>, Source> made_by_;
};

}  // namespace

std::string graph_dot(const TracedNetwork& traced, int depth) {
  SALIX_CHECK(depth >= 0, "graph: the depth must be 0 (every op) or that of modules; got ", depth);
  return Drawing(traced, depth).text();
}

}  // namespace salix
