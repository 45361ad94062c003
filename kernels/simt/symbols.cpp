#include "kernels/simt/symbols.h"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "engine/error.h"

// The linker's names for the ends of the table that g++ fills with the address of the first
// of each kernel's leading no-ops; absent when no kernel has launch bounds.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
extern const unsigned char* const __start___patchable_function_entries[] __attribute__((weak));
extern const unsigned char* const __stop___patchable_function_entries[] __attribute__((weak));
}
// NOLINTEND(bugprone-reserved-identifier)

namespace salix::simt {
namespace {

// cuda_on_host.h turns __launch_bounds__(n) into one no-op per warp before the kernel: the
// only mark that g++ can leave on a function and a program can read.
int launch_bound_of(const void* kernel) {
  const auto* entry = static_cast<const unsigned char*>(kernel);
  const auto* const* end = __stop___patchable_function_entries;
  for (const auto* const* it = __start___patchable_function_entries; it != end; ++it) {
    const std::ptrdiff_t warps = entry - *it;
    if (warps < 1 || warps > 32) continue;
    if (std::all_of(*it, entry, [](unsigned char code) { return code == 0x90; })) {
      return static_cast<int>(warps) * 32;
    }
  }
  return 0;
}

// Where the loader put this program, and the calling thread's copy of its thread-local data.
struct Program {
  std::uintptr_t base = 0;
  unsigned char* thread_local_data = nullptr;
};

Program this_program() {
  Program program;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<Program*>(result) = {info->dlpi_addr,
                                          static_cast<unsigned char*>(info->dlpi_tls_data)};
        return 1;  // the first object is the program itself
      },
      &program);
  return program;
}

// The two kinds of symbols that matter, by mangled name.
class SymbolTable {
 public:
  SymbolTable() {
    const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0) return;
    if (fstat(file, &status) == 0) {
      const auto size = static_cast<std::size_t>(status.st_size);
      void* image = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      if (image != MAP_FAILED) {
        read(static_cast<const char*>(image));
        munmap(image, size);
      }
    }
    close(file);
  }

  const std::string* function_at(std::uintptr_t address) const {
    const auto found = functions_.find(address);
    return found == functions_.end() ? nullptr : &found->second;
  }

  // _ZZ<function>E<variable> is how the ABI names the statics of a function _Z<function>.
  std::vector<SharedVariable> statics_of(const std::string& function) const {
    std::vector<SharedVariable> found;
    if (!function.starts_with("_Z")) return found;
    const std::string prefix = "_ZZ" + function.substr(2) + "E";
    for (auto it = variables_.lower_bound(prefix);
         it != variables_.end() && it->first.starts_with(prefix); ++it) {
      found.push_back(it->second);
    }
    return found;
  }

 private:
  void read(const char* image) {
    const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(image);
    const auto* sections = reinterpret_cast<const ElfW(Shdr)*>(image + header->e_shoff);
    for (int i = 0; i < header->e_shnum; ++i) {
      if (sections[i].sh_type != SHT_SYMTAB) continue;
      const char* names = image + sections[sections[i].sh_link].sh_offset;
      const auto* symbols = reinterpret_cast<const ElfW(Sym)*>(image + sections[i].sh_offset);
      const std::size_t count = sections[i].sh_size / sizeof(ElfW(Sym));
      for (std::size_t k = 0; k < count; ++k) add(symbols[k], names + symbols[k].st_name);
    }
  }

  void add(const ElfW(Sym) & symbol, const char* name) {
    const int type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_FUNC && symbol.st_shndx != SHN_UNDEF) functions_[symbol.st_value] = name;
    if (type == STT_TLS && std::strncmp(name, "_ZZ", 3) == 0) {
      variables_.emplace(name, SharedVariable{symbol.st_value, symbol.st_size});
    }
  }

  std::unordered_map<std::uintptr_t, std::string> functions_;
  std::multimap<std::string, SharedVariable> variables_;
};

std::string demangled(const std::string& mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), std::free);
  if (!text) return mangled;
  std::string_view name = text.get();
  // "void f<float>(float*, int)" -> "f<float>"; the parameters begin at the last '(' that
  // closes at the end, and only templates show their return type.
  int depth = 0;
  for (std::size_t i = name.size(); i-- > 0;) {
    depth += name[i] == ')' ? 1 : name[i] == '(' ? -1 : 0;
    if (name[i] == '(' && depth == 0) {
      name = name.substr(0, i);
      break;
    }
  }
  if (name.starts_with("void ")) name.remove_prefix(5);
  std::string short_name(name);
  constexpr std::string_view kUnnamed = "(anonymous namespace)::";
  for (std::size_t at; (at = short_name.find(kUnnamed)) != std::string::npos;) {
    short_name.erase(at, kUnnamed.size());
  }
  return short_name;
}

}  // namespace

const KernelInfo& kernel_info(const void* kernel) {
  static std::mutex mutex;
  static std::map<const void*, KernelInfo> known;
  const std::lock_guard lock(mutex);
  const auto [entry, is_new] = known.try_emplace(kernel);
  if (is_new) {
    static const SymbolTable table;
    const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(kernel) - this_program().base;
    if (const std::string* mangled = table.function_at(address)) {
      entry->second = {demangled(*mangled), table.statics_of(*mangled), 0};
    } else {
      entry->second.name = str("at ", kernel);
    }
    entry->second.launch_bound = launch_bound_of(kernel);
  }
  return entry->second;
}

void poison_shared(const KernelInfo& kernel) {
  if (kernel.shared.empty()) return;
  static thread_local unsigned char* const data = this_program().thread_local_data;
  if (data == nullptr) return;
  for (const SharedVariable& variable : kernel.shared) {
    std::memset(data + variable.offset, 0xff, variable.size_bytes);
  }
}

}  // namespace salix::simt
