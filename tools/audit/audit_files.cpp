#include "tools/audit/audit_files.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/autograd/tape.h"
#include "engine/io/atomic_file.h"
#include "engine/io/json_text.h"
#include "engine/io/npy.h"
#include "engine/io/safetensors.h"
#include "layers/functional/unary.h"
#include "layers/modules/state_dict.h"

namespace salix::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// .npy has no bfloat16.
io::Array float_array(const io::Array& array) {
  return array.dtype == DType::kFloat64 ? array : array.to_float32();
}

double distance(const io::Array& a, const io::Array& b) {
  const io::Array x = a.to_float64(), y = b.to_float64();
  double squares = 0;
  for (std::size_t i = 0; i < x.as<double>().size(); ++i) {
    const double change = y.as<double>()[i] - x.as<double>()[i];
    squares += change * change;
  }
  return std::sqrt(squares);
}

// As files have it.
io::Array array_of(const Tensor& tensor) {
  return float_array(tensor.rank() == 4 ? to_nchw(tensor) : to_array(tensor));
}

Shape file_shape_of(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  return shape.rank() == 4 ? Shape{shape[0], shape[3], shape[1], shape[2]} : shape;
}

}  // namespace

void write_json(const fs::path& path, const Json& value) {
  io::AtomicFile file(path);
  file.write(std::string_view(io::json_text(value) + "\n"));
  file.commit();
}

Json facts_of(const io::Array& array) {
  const io::Array wide = array.to_float64();
  double squares = 0, sum = 0, largest = 0;
  for (const double value : wide.as<double>()) {
    squares += value * value;
    sum += value;
    largest = std::max(largest, std::abs(value));
  }
  return {{"norm", std::sqrt(squares)},
          {"sum", sum},
          {"max_abs", largest},
          {"first", wide.numel() > 0 ? wide.as<double>()[0] : 0.0}};
}

void write_output(const fs::path& out, const NamedOutput& output) {
  const NoGrad no_grad(output.tensor.exec());
  const bool is_map = salix::is_map(output.kind);
  const Tensor values = is_map ? sigmoid(output.tensor) : output.tensor;
  if (is_map) io::write_npy(out / (output.name + "_logits.npy"), array_of(output.tensor));
  io::write_npy(out / (output.name + ".npy"), array_of(values));
}

Tensor read_cotangent(const fs::path& file, const NamedOutput& output) {
  const io::Array array = io::read_npy(file);
  const Shape wanted = file_shape_of(output.tensor);
  SALIX_CHECK(array.shape == wanted, "audit step: ", file.filename().string(),
              " must be like the output, ", wanted, "; got ", array.shape);
  Exec& exec = output.tensor.exec();
  const Tensor cotangent = wanted.rank() == 4 ? from_nchw(exec, array) : from_array(exec, array);
  return cotangent.to(output.tensor.dtype());
}

void write_gradients(const fs::path& out, const Module& network, bool full) {
  Json gradients = Json::object();
  io::NamedArrays arrays;
  for (const StateEntry& entry : network.parameters()) {
    const Tensor grad = entry.tensor->grad();
    if (!grad.defined()) {
      gradients[entry.name] = nullptr;  // never executed
      continue;
    }
    const io::Array array = to_array(grad, entry.layout);
    gradients[entry.name] = facts_of(array);
    if (full) arrays.add(entry.name, array);
  }
  write_json(out / "gradients.json", gradients);
  if (full) io::write_safetensors(out / "gradients.safetensors", arrays);
}

void write_buffers(const fs::path& out, const Module& network) {
  Json buffers = Json::object();
  for (const StateEntry& entry : network.state()) {
    if (!entry.is_parameter) buffers[entry.name] = facts_of(to_array(*entry.tensor));
  }
  write_json(out / "buffers.json", buffers);
}

void write_update(const fs::path& out, const Module& network, const io::NamedArrays& before,
                  bool full) {
  Json changes = Json::object();
  io::NamedArrays updated;
  for (const StateEntry& entry : network.parameters()) {
    const io::Array now = to_array(*entry.tensor, entry.layout);
    changes[entry.name] = {{"norm", distance(before.at(entry.name), now)}};
    if (full) updated.add(entry.name, now);
  }
  write_json(out / "update.json", changes);
  if (full) io::write_safetensors(out / "updated.safetensors", updated);
}

}  // namespace salix::cli
