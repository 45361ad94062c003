#include "engine/io/pickle_globals.h"

#include <algorithm>
#include <array>

namespace salix::io {
namespace {

// Modules of which nothing belongs into a weights file; a folder of the same name in somebody's
// project (code.networks) is another thing.
constexpr auto kModules = std::to_array<std::string_view>(
    {"os",      "posix",   "nt",      "sys",      "subprocess", "shutil",     "socket",
     "runpy",   "imp",     "_ctypes", "pty",      "commands",   "pickle",     "_pickle",
     "cPickle", "marshal", "code",    "codeop",   "bdb",        "pdb",        "cProfile",
     "profile", "timeit",  "trace",   "operator", "_operator",  "webbrowser", "urllib2",
     "httplib", "ftplib",  "smtplib", "platform", "tempfile"});
// The same with all that is in them.
constexpr auto kPackages = std::to_array<std::string_view>(
    {"importlib", "ctypes", "multiprocessing", "asyncio", "urllib", "http", "requests", "pip",
     "dill", "joblib", "cloudpickle", "concurrent"});

constexpr auto kPlainTypes = std::to_array<std::string_view>(
    {"object", "set",       "frozenset", "list",     "tuple",    "dict",          "str",  "unicode",
     "bytes",  "bytearray", "int",       "long",     "float",    "complex",       "bool", "slice",
     "range",  "xrange",    "type",      "NoneType", "Ellipsis", "NotImplemented"});

constexpr auto kFunctions = std::to_array<std::string_view>(
    {"torch.load", "torch.hub.load", "torch.jit.load", "torch.package.PackageImporter",
     "numpy.load", "numpy.loads", "numpy.fromfile", "pandas.read_pickle", "types.CodeType"});

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

bool reaches_outside(std::string_view dotted) {
  const std::string_view top = dotted.substr(0, dotted.find('.'));
  if (top == "builtins" || top == "__builtin__")
    return !holds(kPlainTypes, dotted.substr(std::min(top.size() + 1, dotted.size())));
  const std::string_view module = dotted.substr(0, dotted.rfind('.'));
  return holds(kModules, module) || holds(kPackages, top) || holds(kFunctions, dotted) ||
         dotted.find(".__") != std::string_view::npos;
}

bool makes_dict_of_dict(std::string_view dotted) {
  const std::string_view name = dotted.substr(dotted.rfind('.') + 1);
  constexpr auto kClasses = std::to_array<std::string_view>(
      {"Counter", "EasyDict", "CfgNode", "ConfigDict", "AttrDict", "DotDict", "Munch"});
  return holds(kClasses, name);
}

}  // namespace salix::io
