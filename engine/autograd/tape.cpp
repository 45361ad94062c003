#include "engine/autograd/tape.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/autograd/observer.h"

namespace salix {
namespace {

using autograd::Node;

// Only the order of ops matters, so one counter serves all Execs and threads. It starts
// above the numbers of leaves (Tensor::set_requires_grad): no op comes after a leaf in backward.
std::uint64_t next_order() {
  static std::atomic<std::uint64_t> counter{std::uint64_t{1} << 63};
  return ++counter;
}

bool any_wants_grad(std::span<const Tensor> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const Tensor& input) {
    return input.defined() && input.exec().grad_enabled() && input.requires_grad();
  });
}

// Later ops first; a node's gradient is complete when it is the latest one pending.
using Pending =
    std::map<std::uint64_t, std::pair<std::shared_ptr<Node>, std::vector<Tensor>>, std::greater<>>;

void add_pending(Pending& pending, const std::shared_ptr<Node>& node, int output_index,
                 const Tensor& grad) {
  auto& [kept, grads] = pending[node->order];
  kept = node;
  grads.resize(static_cast<std::size_t>(node->output_count));
  autograd::accumulate(grads[static_cast<std::size_t>(output_index)], grad);
}

void run_hooks(const Node& node, std::vector<Tensor>& grads) {
  for (const autograd::GradientHook& hook : node.hooks) {
    Tensor replaced = hook(grads.front());
    if (replaced.defined()) grads.front() = std::move(replaced);
  }
}

// How many edges lead to each leaf in the graph above `roots`. When they all have been walked
// the leaf's gradient is complete, though ops before it are still to come: whoever sends
// gradients to other machines (register_hook) can begin then.
using LeafUses = std::unordered_map<const Node*, int>;

LeafUses count_leaf_uses(const Pending& roots) {
  LeafUses uses;
  std::unordered_set<const Node*> seen;
  std::vector<const Node*> open;
  const auto visit = [&](const Node* node) {
    if (!node->is_leaf && seen.insert(node).second) open.push_back(node);
  };
  for (const auto& [order, entry] : roots) visit(entry.first.get());
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const Node::Edge& edge : node->inputs) {
      if (!edge.node) continue;
      if (edge.node->is_leaf) ++uses[edge.node.get()];
      visit(edge.node.get());
    }
  }
  return uses;
}

// Hands a leaf its complete gradient.
void finish_leaf(Node& leaf, std::vector<Tensor>& grads) {
  run_hooks(leaf, grads);
  autograd::accumulate(leaf.grad, grads.front());
}

}  // namespace

bool wants_grad(std::initializer_list<Tensor> inputs) {
  return any_wants_grad({inputs.begin(), inputs.size()});
}

void record(const char* op, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs,
            autograd::BackwardFunction backward) {
  autograd::observe_forward(op, outputs);
  if (!any_wants_grad(inputs)) return;
  auto node = std::make_shared<Node>();
  node->op = op;
  node->order = next_order();
  node->output_count = static_cast<int>(outputs.size());
  node->backward = std::move(backward);
  for (const Tensor& input : inputs) {
    const bool wanted = input.defined() && input.requires_grad();
    node->inputs.push_back(wanted ? Node::Edge{input.node(), input.output_index()} : Node::Edge{});
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].set_node(node, static_cast<int>(i));
  }
}

void record(const char* op, std::initializer_list<Tensor> inputs, Tensor& output,
            std::function<std::vector<Tensor>(const Tensor& dy)> backward) {
  if (!wants_grad(inputs)) {
    observed(op, output);
    return;
  }
  std::vector<Tensor> outputs{output};
  record(op, std::vector<Tensor>(inputs), outputs,
         [rule = std::move(backward)](const std::vector<Tensor>& douts) {
           return rule(douts.front());
         });
}

void backward(const Tensor& output, const Tensor& dy) { backward(std::vector{output}, {dy}); }

void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& douts) {
  SALIX_CHECK(outputs.size() == douts.size(), "backward: one gradient per output; got ",
              outputs.size(), " outputs and ", douts.size(), " gradients");
  Pending pending;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    SALIX_CHECK(output.defined() && output.requires_grad(),
                "backward: the output depends on nothing that requires a gradient; call "
                "set_requires_grad(true) on a leaf before the forward pass");
    Tensor dy = douts[i];
    if (!dy.defined()) {
      SALIX_CHECK(output.numel() == 1, "backward: a gradient must be given for an output of shape ",
                  output.shape());
      dy = Tensor::full(output.exec(), output.shape(), 1.0, output.dtype());
    }
    SALIX_CHECK(dy.shape() == output.shape() && dy.dtype() == output.dtype(),
                "backward: the gradient must be like its output, ", output.shape(), " ",
                output.dtype(), "; got ", dy.shape(), " ", dy.dtype());
    add_pending(pending, output.node(), output.output_index(), dy.detach());
  }

  const NoGrad no_grad(outputs.front().exec());
  LeafUses leaf_uses = count_leaf_uses(pending);
  while (!pending.empty()) {
    auto [node, grads] = std::move(pending.extract(pending.begin()).mapped());
    if (node->is_leaf) {
      finish_leaf(*node, grads);
      continue;
    }
    run_hooks(*node, grads);
    SALIX_CHECK(node->backward, "backward: the graph through '", node->op,
                "' was walked before and its saved tensors are freed; run the forward pass again");
    const autograd::BackwardFunction rule = std::exchange(node->backward, nullptr);
    std::vector<Tensor> dinputs = rule(grads);
    grads.clear();
    autograd::observe_backward(node->op, dinputs);
    SALIX_ASSERT(dinputs.size() == node->inputs.size());
    for (std::size_t i = 0; i < dinputs.size(); ++i) {
      const Node::Edge& edge = node->inputs[i];
      if (edge.node && dinputs[i].defined()) {
        add_pending(pending, edge.node, edge.output_index, dinputs[i]);
      }
      dinputs[i] = {};  // the pending sum is the only holder, and may add in place
      if (!edge.node || !edge.node->is_leaf || --leaf_uses[edge.node.get()] > 0) continue;
      if (auto complete = pending.extract(edge.node->order)) {
        finish_leaf(*edge.node, complete.mapped().second);
      }
    }
  }
}

void register_hook(const Tensor& tensor, autograd::GradientHook hook) {
  SALIX_CHECK(tensor.requires_grad(), "register_hook: the tensor does not require a gradient");
  SALIX_CHECK(tensor.node()->output_count == 1, "register_hook: '", tensor.node()->op,
              "' has several outputs; hook a result of one");
  tensor.node()->hooks.push_back(std::move(hook));
}

std::vector<Tensor> recompute(
    const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& function,
    const std::vector<Tensor>& inputs) {
  SALIX_CHECK(!inputs.empty() && inputs.front().defined(), "recompute: needs at least one input");
  Exec& exec = inputs.front().exec();
  if (!exec.grad_enabled()) return function(inputs);

  const std::uint32_t random_step = exec.random_step();
  std::vector<Tensor> outputs;
  {
    const NoGrad no_grad(exec);
    outputs = function(inputs);
  }
  for (Tensor& output : outputs) output = output.detach();

  // A first input that is a leaf makes the node exist even when only parameters inside
  // `function` want gradients; their gradients flow in the inner backward pass.
  std::vector<Tensor> anchored = inputs;
  if (!any_wants_grad(anchored)) {
    Tensor anchor = Tensor::zeros(exec, {1});
    anchor.set_requires_grad(true);
    anchored.push_back(anchor);
  }
  record(
      "recompute", anchored, outputs,
      [function, inputs, random_step, count = anchored.size()](const std::vector<Tensor>& douts) {
        Exec& replay_exec = inputs.front().exec();
        std::vector<Tensor> replayed;
        for (const Tensor& input : inputs) {
          replayed.push_back(input.defined() ? input.detach() : Tensor());
          if (input.defined() && input.requires_grad()) replayed.back().set_requires_grad(true);
        }
        const std::uint32_t step_before = replay_exec.random_step();
        replay_exec.set_random_step(random_step);
        replay_exec.set_grad_enabled(true);
        const std::vector<Tensor> results = function(replayed);
        replay_exec.set_random_step(step_before);

        std::vector<Tensor> roots, root_grads;
        for (std::size_t i = 0; i < results.size(); ++i) {
          if (!douts[i].defined() || !results[i].requires_grad()) continue;
          roots.push_back(results[i]);
          root_grads.push_back(douts[i]);
        }
        if (!roots.empty()) backward(roots, root_grads);
        replay_exec.set_grad_enabled(false);
        std::vector<Tensor> dinputs(count);
        for (std::size_t i = 0; i < replayed.size(); ++i) {
          if (replayed[i].defined() && replayed[i].requires_grad()) dinputs[i] = replayed[i].grad();
        }
        return dinputs;
      });
  return outputs;
}

namespace autograd {

void accumulate(Tensor& total, const Tensor& part) {
  if (!total.defined()) {
    total = part;
    return;
  }
  SALIX_ASSERT(total.shape() == part.shape() && total.dtype() == part.dtype());
  if (!total.unique()) total = total.clone();
  Backend& backend = total.exec().backend();
  backend.accumulate(part.view().data, total.mutable_view().data, total.numel(), total.dtype());
}

}  // namespace autograd
}  // namespace salix
