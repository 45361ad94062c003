// Module: a piece of a network with named parameters, buffers and children, in the order
// and under the names that published checkpoints use.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace salix {

// How a tensor is ordered in files, where that differs from memory. Never guessed from
// the shape: the module that owns the tensor says it.
enum class FileLayout {
  kSame,
  kConvWeight,  // memory [Cout,R,S,Cin/groups], files [Cout,Cin/groups,R,S]
};

struct StateEntry {
  std::string name;  // full dotted path, "encoder.layer1.0.conv1.weight"
  Tensor* tensor;
  bool is_parameter;  // else a buffer: saved, never trained
  FileLayout layout = FileLayout::kSame;
  bool is_norm = false;  // of a normalisation: stays float32 where the rest is bfloat16
};

class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;  // children are registered by address
  Module& operator=(const Module&) = delete;

  // Parameters and buffers of this module and all its children, in the order of
  // registration (the reference's state-dict order), names starting with `prefix`.
  std::vector<StateEntry> state(const std::string& prefix = "") const;
  std::vector<StateEntry> parameters(const std::string& prefix = "") const;

  // Train mode: batch statistics, dropout. New modules are in train mode.
  void train(bool training = true);
  void eval() { train(false); }
  bool training() const { return training_; }

  // Freezes (false) or unfreezes all parameters below.
  void set_requires_grad(bool requires_grad);
  void clear_grad();
  // Changes the element type of all floating parameters and buffers; gradients are dropped.
  // bfloat16 leaves what belongs to normalisations in float32, as their ops want it.
  void to(DType dtype);

  // Readies the eval-mode forward without gradients: batch norms are folded into their
  // convolutions and weights laid out for the vendor library. Parameters must not change
  // afterwards; train() and eval() undo it.
  void prepare_inference();

 protected:
  void add_parameter(const std::string& name, Tensor& tensor,
                     FileLayout layout = FileLayout::kSame);
  void add_buffer(const std::string& name, Tensor& tensor);
  void add_norm_parameter(const std::string& name, Tensor& tensor);
  void add_norm_buffer(const std::string& name, Tensor& tensor);
  // An empty name makes the child transparent: its entries appear as this module's own.
  void add_module(const std::string& name, Module& child);

  // What one module does in prepare_inference(), and its undoing.
  virtual void on_prepare_inference() {}
  virtual void on_mode_change() {}

 private:
  struct Child {
    std::string name;
    Module* module;
  };
  void collect(const std::string& prefix, std::vector<StateEntry>& entries) const;
  void for_each(const std::function<void(Module&)>& visit);

  std::vector<StateEntry> own_;
  std::vector<Child> children_;
  bool training_ = true;
};

}  // namespace salix
