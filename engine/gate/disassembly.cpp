#include "engine/gate/disassembly.hpp"

#include <cxxabi.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace durable::gate {
namespace {

std::string shell_word(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

/// Every line that a command prints.
void each_line(const std::string& command, const std::function<void(std::string_view)>& take) {
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw GateError("cannot run " + command);
    char* line = nullptr;
    std::size_t room = 0;
    ssize_t length = 0;
    while ((length = ::getline(&line, &room, pipe)) > 0) {
        std::string_view text{line, static_cast<std::size_t>(length)};
        if (text.ends_with('\n')) text.remove_suffix(1);
        take(text);
    }
    std::free(line);
    if (::pclose(pipe) != 0) {
        throw GateError("failed: " + command + " (is the package llvm-19 installed? see scripts/setup)");
    }
}

/// Seen by its own object file only: two files may each have one of that name.
bool local_name(std::string_view symbol) {
    return symbol.starts_with("_ZL") || symbol.find("_GLOBAL__N_1") != std::string_view::npos;
}

/// "name+0x1c" -> "name", 0x1c.
std::pair<std::string_view, std::int64_t> split_offset(std::string_view text) {
    const auto sign = text.find_last_of("+-");
    if (sign == std::string_view::npos || text.substr(sign + 1, 2) != "0x") return {text, 0};
    const std::int64_t offset = std::strtoll(std::string{text.substr(sign + 1)}.c_str(), nullptr, 16);
    return {text.substr(0, sign), text[sign] == '-' ? -offset : offset};
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

/// Reads what `llvm-objdump -d -r -l` prints.
class Reader {
  public:
    explicit Reader(const std::string& source_root) : root_(source_root + "/") {}

    void line(std::string_view text) {
        if (text.empty()) return;
        if (text.starts_with("\t\t")) return relocation(text);
        settle();
        if (text.starts_with("; ")) return source(text.substr(2));
        if (text.starts_with(' ')) return instruction(text);
        if (text.ends_with(">:")) return header(text);
        if (text.starts_with("Disassembly of section ")) {
            section_ = text.substr(23, text.size() - 24);
        } else if (const auto format = text.find(":\tfile format"); format != std::string_view::npos) {
            end_object();
            object_ = text.substr(0, format);
        }
    }
    [[nodiscard]] Functions take() {
        settle();
        end_object();
        return std::move(functions_);
    }

  private:
    [[nodiscard]] std::string key(std::string_view symbol) const {
        std::string name{symbol};
        return local_name(symbol) ? name + "@" + object_ : name;
    }
    void header(std::string_view text) {
        const auto open = text.find('<');
        const std::string_view symbol = text.substr(open + 1, text.size() - open - 3);
        current_ = &functions_[key(symbol)];
        current_->symbol = symbol;
        starts_[section_][std::strtoll(std::string{text.substr(0, open)}.c_str(), nullptr, 16)] = key(symbol);
        place_.clear();
    }
    /// A place in our own source stays until the next one: what is inlined from a library has no better name.
    void source(std::string_view text) {
        const auto colon = text.rfind(':');
        if (colon == std::string_view::npos || text.ends_with("):")) return;
        if (text.starts_with(root_)) {
            place_ = text.substr(root_.size());
        } else if (place_.empty() || place_.starts_with('/')) {
            place_ = text;
        }
    }
    /// Calls inside of a section are resolved by the assembler: the name stands behind the address.
    void instruction(std::string_view text) {
        if (!text.ends_with('>')) return;
        const auto open = text.rfind(" <");
        if (open == std::string_view::npos) return;
        pending_ = key(split_offset(text.substr(open + 2, text.size() - open - 3)).first);
    }
    void settle() {
        if (pending_ && current_ != nullptr && *pending_ != key(current_->symbol)) refer(*pending_);
        pending_.reset();
    }
    void relocation(std::string_view text) {
        pending_.reset();  // the address was not final: this is the target
        const auto type = text.find("R_");
        const auto tab = text.find('\t', type);
        if (current_ == nullptr || type == std::string_view::npos || tab == std::string_view::npos) return;
        const std::string_view kind = text.substr(type, tab - type);
        const auto [target, offset] = split_offset(text.substr(tab + 1));
        if (kind.find("TPOFF") != std::string_view::npos || kind.find("TLS") != std::string_view::npos) {
            return refer(thread_local_mark + std::string{target});
        }
        if (!target.starts_with(".text")) return refer(key(target));
        // A function that has no name outside: section and offset, less what the processor adds.
        const bool relative =
            kind.find("PC") != std::string_view::npos || kind.find("PLT") != std::string_view::npos;
        unnamed_.push_back(
            {current_, current_->references.size(), std::string{target}, offset + (relative ? 4 : 0)});
        refer({});
    }
    void refer(const std::string& target) { current_->references.push_back({target, place_}); }
    void end_object() {
        for (const auto& reference : unnamed_) {
            const auto& in = starts_[reference.section];
            auto after = in.upper_bound(reference.address);
            if (after == in.begin()) continue;
            reference.from->references[reference.index].target = (--after)->second;
        }
        unnamed_.clear();
        starts_.clear();
        current_ = nullptr;
    }

    struct Unnamed {
        Function* from;
        std::size_t index;
        std::string section;
        std::int64_t address;
    };
    std::string root_;
    std::string object_;
    std::string section_;
    std::string place_;
    std::optional<std::string> pending_;
    Function* current_ = nullptr;
    std::map<std::string, std::map<std::int64_t, std::string>> starts_;
    std::vector<Unnamed> unnamed_;
    Functions functions_;
};

}  // namespace

Functions disassemble(const std::string& file, const std::string& source_root) {
    Reader reader{source_root};
    each_line("llvm-objdump-19 -d -r -l --no-show-raw-insn " + shell_word(file),
              [&](std::string_view text) { reader.line(text); });
    return reader.take();
}

Symbols symbols_of(const std::string& file) {
    Symbols symbols;
    std::string member;
    std::map<std::string, int> times;  // an archive may have several members of one name
    each_line("llvm-nm-19 --format=posix " + shell_word(file) + " 2>/dev/null", [&](std::string_view text) {
        const auto space = text.find(' ');
        if (space == std::string_view::npos && text.ends_with(':')) {
            const std::string name{text.substr(0, text.size() - 1)};
            member = std::to_string(++times[name]) + " " + name;
            return;
        }
        if (space == std::string_view::npos || space + 1 >= text.size()) return;
        const char type = text[space + 1];
        std::string symbol{text.substr(0, space)};
        if (type == 'U' || type == 'w' || type == 'v') {
            symbols.undefined.insert(std::move(symbol));
        } else {
            symbols.defined.emplace(std::move(symbol), member);
        }
    });
    for (const auto& [symbol, in] : symbols.defined) symbols.undefined.erase(symbol);
    return symbols;
}

std::string extract(const std::string& archive, const std::string& member, const std::string& folder) {
    const auto space = member.find(' ');
    each_line("cd " + shell_word(folder) + " && llvm-ar-19 xN " + member.substr(0, space) + " " +
                  shell_word(std::filesystem::absolute(archive)) + " " + shell_word(member.substr(space + 1)),
              [](std::string_view) {});
    return folder + "/" + member.substr(space + 1);
}

std::string readable(const std::string& symbol) {
    std::string name = symbol.substr(0, symbol.find('@'));
    for (const char* piece : {".resume", ".destroy", ".cleanup"}) {
        if (const auto at = name.find(piece); at != std::string::npos) name.resize(at);
    }
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text{
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free};
    if (status != 0) return name;
    name = text.get();
    replace_all(name, "[abi:cxx11]", "");
    replace_all(name, "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
                "std::string");
    return name;
}

}  // namespace durable::gate
