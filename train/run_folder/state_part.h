// The named parts of what a run must remember: the network, the optimizer, a memory bank, a queue.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"
#include "layers/modules/module.h"

namespace salix {

class StatePart {
 public:
  virtual ~StatePart() = default;
  // In front of its tensors in a checkpoint: "optimizer." ; "" for the network alone, whose
  // tensors have the reference's names.
  virtual std::string prefix() const = 0;
  // Without the prefix, in files' layout.
  virtual io::NamedArrays save() const = 0;
  // Errors    InvalidInput by name for a tensor that is missing, extra, or of another shape or
  //           type. Changes nothing.
  virtual void check(const io::NamedArrays& arrays) const = 0;
  // What save() gave, after check().
  virtual void load(const io::NamedArrays& arrays) = 0;
};

// Parameters and buffers of a network; it must outlive this.
class NetworkState : public StatePart {
 public:
  explicit NetworkState(Module& network) : network_(network) {}
  std::string prefix() const override { return ""; }
  io::NamedArrays save() const override;
  void check(const io::NamedArrays& arrays) const override;
  void load(const io::NamedArrays& arrays) override;

 private:
  Module& network_;
};

// Tensors of fixed shapes, by name: a memory bank, a queue and its position. They must outlive
// this; load() overwrites their elements.
class TensorState : public StatePart {
 public:
  TensorState(std::string name, std::vector<StateEntry> tensors)
      : name_(std::move(name)), tensors_(std::move(tensors)) {}
  std::string prefix() const override { return name_ + "."; }
  io::NamedArrays save() const override;
  void check(const io::NamedArrays& arrays) const override;
  void load(const io::NamedArrays& arrays) override;

 private:
  std::string name_;
  std::vector<StateEntry> tensors_;
};

}  // namespace salix
