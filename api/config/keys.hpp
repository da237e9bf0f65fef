#pragma once
// Every setting there is, as a list: keys.cpp. What reads, checks, prints and documents settings goes by it.
//
//   [twilio]              section "twilio"                   in the configuration file
//   settle = "30s"        key "settle", Kind::seconds
//   TWILIO_SETTLE_SECONDS=30                                 the same from the environment: its variable

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace callflex::config {

/// What a value is, and so how it is written in the file and in the environment.
enum class Kind : std::uint8_t {
    text,     ///< "calls"
    path,     ///< "/var/lib/callflex/recordings"; any letters
    url,      ///< "https://api.example"
    secret,   ///< a text that is never shown; also <key>_file
    secrets,  ///< several, ["new", "old"]; NEW,OLD in the environment; also <key>_file
    list,     ///< ["a", "b"]; a,b
    flag,     ///< true, false; 1, 0
    number,   ///< 100
    seconds,  ///< "30s", "5m"; 30, 300
    hours,    ///< "72h", "3d"; 72
    kib,      ///< "64 KiB", "2 MiB"; 64, 2048
    choice,   ///< one of Key::choices
};

struct Key {
    std::string_view section;
    std::string_view name;
    std::string_view variable;
    Kind kind;
    std::string_view standard;  ///< the default, as in the environment; "": none
    std::string_view help;      ///< one line, without a full stop
    bool required = false;      ///< its section does nothing without it
    std::int64_t least = 0;     ///< of numbers, in the unit of the environment
    std::int64_t most = 0;
    std::string_view choices{};  ///< "text, json"
    /// Further shape of a text, or of each entry of a list; `expected` says it in words.
    bool (*fits)(std::string_view value) = nullptr;
    std::string_view expected{};
};

/// Keys that make one thing work together: a table of the file.
struct Section {
    std::string_view name;   ///< "twilio"
    std::string_view title;  ///< "Twilio", as doctor calls it
    std::string_view
        without;   ///< what happens when it is not configured; "": doctor has more to say about it
    bool matters;  ///< not configured: worth telling how; else it is only noted
};

/// In the order of the documentation.
[[nodiscard]] std::span<const Section> sections();
/// By section, in the order of sections().
[[nodiscard]] std::span<const Key> keys();

/// "twilio.settle".
[[nodiscard]] std::string full_name(const Key& key);
/// Null when there is none.
[[nodiscard]] const Key* find_key(std::string_view full_name);
[[nodiscard]] const Key* find_variable(std::string_view variable);

[[nodiscard]] constexpr bool is_secret(const Key& key) {
    return key.kind == Kind::secret || key.kind == Kind::secrets;
}
[[nodiscard]] constexpr bool is_list(const Key& key) {
    return key.kind == Kind::list || key.kind == Kind::secrets;
}

}  // namespace callflex::config
