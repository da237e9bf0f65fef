#pragma once
// Object code as a graph: which function refers to which symbol, and from which source line. Read with
// `llvm-objdump-19` and `llvm-nm-19`, so it needs neither a special compiler flag nor a linked program, and it
// sees what the compiler has really made: templates, lambdas and the parts of coroutines included.
//
// Build tool; blocks; throws GateError when a tool or a file is missing.

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace durable::gate {

class GateError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A call, or an address taken: both may end in a call.
struct Reference {
    std::string target;  ///< a key of Functions, or the symbol of something that is not here
    std::string place;   ///< "workflows/call_processing.cpp:41"; "" without line tables
};

struct Function {
    std::string symbol;  ///< mangled
    std::vector<Reference> references;
};

/// By key: the symbol, and for what only its own object file can see "symbol@object".
using Functions = std::map<std::string, Function>;

/// Every function of an object file or an archive. Places below `source_root` are told from there on.
[[nodiscard]] Functions disassemble(const std::string& file, const std::string& source_root);

/// What the file needs from outside of itself, and what it has; mangled.
struct Symbols {
    std::set<std::string> undefined;
    std::map<std::string, std::string> defined;  ///< symbol -> member, for extract()
};
[[nodiscard]] Symbols symbols_of(const std::string& file);

/// A member of an archive, extracted into `folder` until the next call; its path.
[[nodiscard]] std::string extract(const std::string& archive, const std::string& member,
                                  const std::string& folder);

/// Readable: "callflex::process_call(durable::Workflow&, callflex::EndedCall)". The pieces into which the
/// compiler cuts a coroutine have the name of the whole.
[[nodiscard]] std::string readable(const std::string& symbol);

/// What refers to thread-local storage is shown with this in front.
inline constexpr const char* thread_local_mark = "thread_local ";

}  // namespace durable::gate
