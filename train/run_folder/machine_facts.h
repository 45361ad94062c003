// What this machine and the libraries loaded on it are.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace salix {

struct CpuFacts {
  std::string model;
  int threads = 0;                            // hardware threads
  std::vector<std::string> instruction_sets;  // those that make a difference here
};
CpuFacts cpu_facts();

// Name and version of every library that can change a number or a file.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace salix
