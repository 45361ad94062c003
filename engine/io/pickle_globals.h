// What a pickle may name: which Python objects have a meaning here, which are only looked past, and
// which no weights file has a reason to ask for.
#pragma once

#include <string_view>

namespace salix::io {

// Whether the object reaches outside the pickle when Python calls it: runs code, opens files or
// connections, loads further pickles. Nothing is ever called here, but a file that asks for one
// was made to attack whoever loads it, and is refused as a whole.
//
// `dotted` is "module.name". Of `builtins` all but the plain types reach outside; names with a
// further dot or a leading double underscore are attribute access in disguise and count, too.
bool reaches_outside(std::string_view dotted);

// Whether calling the object with a dict makes a dict of the same entries (collections.Counter,
// EasyDict, yacs' CfgNode, ...).
bool makes_dict_of_dict(std::string_view dotted);

}  // namespace salix::io
