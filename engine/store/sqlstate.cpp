#include "engine/store/sqlstate.hpp"

#include <array>

namespace durable::store {
namespace {

struct Rule {
    std::string_view prefix;
    Fate fate;
};

/// The first prefix that fits decides.
constexpr std::array rules{
    Rule{"22012", Fate::fence},      // division by zero: how our statements say "a fence was lost"
    Rule{"40003", Fate::unknown},    // statement completion unknown
    Rule{"40", Fate::retry},         // serialization failure, deadlock
    Rule{"55P03", Fate::retry},      // lock_timeout
    Rule{"57014", Fate::retry},      // cancelled
    Rule{"57P", Fate::unknown},      // shutdown, crash, starting up
    Rule{"25P03", Fate::unknown},    // idle in transaction too long: the session is gone
    Rule{"08", Fate::unknown},       // connection
    Rule{"25006", Fate::elsewhere},  // read-only transaction: a standby, or a demoted primary
    Rule{"53", Fate::exhausted},     // disk full, out of memory, too many connections
    Rule{"58", Fate::exhausted},     // I/O errors outside of the database
    Rule{"22", Fate::data},         Rule{"23", Fate::data},
    Rule{"54", Fate::data},  // limits: a row or value too large
    Rule{"XX", Fate::data},  // corruption: park what touches it, never loop
};

}  // namespace

Fate fate_of(std::string_view sqlstate) {
    if (sqlstate.empty()) return Fate::unknown;  // libpq itself: no answer from the server
    for (const Rule& rule : rules) {
        if (sqlstate.starts_with(rule.prefix)) return rule.fate;
    }
    return Fate::defect;
}

bool says_only_local(std::string_view sqlstate, std::string_view message) {
    return sqlstate == "01000" && message.find("synchronous replication") != std::string_view::npos;
}

}  // namespace durable::store
