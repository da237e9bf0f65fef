// Public headers read like documentation: each says at its top what it is, and each class and function in it has a
// comment, of its own or of its group (lines without a blank one between them).

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "tests/support/figures.hpp"
#include "tests/tidy/source_tree.hpp"

namespace {

/// What programs include that use the engine; with what these include, all that a user's editor leads to.
const std::vector<std::string> entrances = {
    "engine/workflow/workflow.hpp", "engine/workflow/registry.hpp",    "engine/client/activities.hpp",
    "engine/client/batches.hpp",    "engine/client/client.hpp",        "engine/client/deployments.hpp",
    "engine/client/queues.hpp",     "engine/client/schedules.hpp",     "engine/client/transactions.hpp",
    "engine/client/upkeep.hpp",     "engine/worker/worker.hpp",        "engine/worker/activities.hpp",
    "engine/testing/testing.hpp",   "engine/schedule/spec.hpp",        "engine/deploy/rehearsal.hpp",
    "engine/deploy/groups.hpp",     "engine/trap/determinism_trap.hpp"};

std::set<std::string> public_headers() {
    std::set<std::string> headers{entrances.begin(), entrances.end()};
    std::vector<std::string> open = entrances;
    while (!open.empty()) {
        const auto file = tidy::read_source(open.back());
        open.pop_back();
        for (const auto& include : tidy::project_includes(file)) {
            if (include.starts_with("engine/") && headers.insert(include).second) open.push_back(include);
        }
    }
    return headers;
}

/// The rooms that users include by name. What these lead to besides is the engine's own vocabulary.
bool is_users(const std::string& path) {
    static const std::regex rooms{"^engine/(workflow|client|worker|testing|schedule|deploy|trap)/"};
    return std::regex_search(path, rooms);
}

/// A line without its strings and comment.
std::string code_of(const std::string& line) {
    std::string code;
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
        if (!quoted && line.compare(i, 2, "//") == 0) break;
        if (!quoted) code += line[i];
    }
    const auto end = code.find_last_not_of(" \t");
    return end == std::string::npos ? "" : code.substr(0, end + 1);
}

/// A header's declarations. The formatter's layout tells where one begins: at the margin in a namespace, one step
/// inside in a class; everything deeper is a body or goes on.
class Reader {
  public:
    explicit Reader(const tidy::SourceFile& file) {
        for (const std::string& line : file.lines) {
            ++number_;
            read(line, code_of(line));
        }
    }
    std::vector<std::string> bare{};  ///< declarations without a comment: "12: void close();"
    int declarations = 0;             ///< that need one

  private:
    static constexpr std::size_t step = 4;

    void read(const std::string& line, const std::string& code) {
        const bool comment = line.find("//") != std::string::npos;
        // What plain data are may be said of each member.
        if (comment && in_struct_ && !bare.empty() &&
            bare.back().find("struct " + class_ + " ") != std::string::npos)
            bare.pop_back();
        const std::size_t margin = code.find_first_not_of(' ');
        if (code.empty()) {
            if (text_.empty() && !in_body_) group_commented_ = comment;
        } else if (!text_.empty()) {
            go_on(code.substr(margin), comment);
        } else if (margin == 0 && code[0] == '}') {
            if (line.find("// namespace") != std::string::npos) detail_ = false;
            leave();
        } else if (margin == step / 2 && !class_.empty() && code.ends_with(':')) {
            public_ = code == "  public:";
            group_commented_ = class_commented_;
        } else if (!in_body_ && margin == (class_.empty() ? 0 : step) && code[margin] != '}') {
            begin(code.substr(margin), comment);
        }
    }
    void begin(const std::string& code, bool comment) {
        static const std::regex no_declaration{R"(^(#|BOOST_|TEST_|public:|private:))"};
        static const std::regex hidden{R"(^namespace (\w+::)*((detail|codec) )?\{)"};
        if (std::regex_search(code, hidden)) detail_ = true;
        if (code.starts_with("namespace") || std::regex_search(code, no_declaration)) return;
        begun_at_ = number_;
        own_comment_ = false;
        go_on(code, comment);
    }
    void go_on(const std::string& code, bool comment) {
        text_ += (text_.empty() ? "" : " ") + code;
        own_comment_ = own_comment_ || comment;
        if (!code.ends_with(';') && !code.ends_with('{') && !code.ends_with('}')) return;
        const bool commented =
            own_comment_ || group_commented_ || (is_type() && std::exchange(head_stands_, false));
        if (!detail_ && (class_.empty() || public_)) judge(commented);
        if (class_.empty() && code.ends_with('{')) enter(commented);
        text_.clear();
    }
    void enter(bool commented) {
        static const std::regex type{R"((?:^|> )(class|struct) (?:\[\[\w+\]\] )?(\w+))"};
        std::smatch match;
        in_body_ = !std::regex_search(text_, match, type);
        if (in_body_) return;
        class_ = match[2];
        public_ = match[1] == "struct";
        class_commented_ = group_commented_ = commented;
        in_struct_ = public_;
        known_.clear();
    }
    void leave() {
        if (!class_.empty()) group_commented_ = class_commented_;
        in_body_ = false;
        in_struct_ = false;
        class_.clear();
    }

    void judge(bool commented) {
        if (!needs_comment()) return;
        ++declarations;
        const std::string name = called();
        // One of several of a name speaks for all of them.
        const bool told = !name.empty() && known_.contains(name);
        if (!commented && !told) bare.push_back(std::to_string(begun_at_) + ": " + text_);
        if (commented) known_.insert(name);
    }
    [[nodiscard]] std::string called() const {
        static const std::regex call{R"((\w+)\()"};
        std::smatch match;
        return std::regex_search(text_, match, call) ? match[1].str() : "";
    }
    /// Not what says all of it by itself: makers, copies, operators, other names, what the language or a base asks for,
    /// definitions of what was declared before, and functions of one line.
    [[nodiscard]] bool is_type() const {
        static const std::regex type{R"(^(template <.*> )?(class|struct|enum) .*\{)"};
        return std::regex_search(text_, type);
    }
    [[nodiscard]] bool needs_comment() const {
        static const std::regex plain{
            R"(^(using|friend|static_assert|extern template) |= (default|delete);$|\boperator\b|~\w+\(|\bawait_\w+\(|\boverride\b|>::\w+\(|\{ [^{}]*; \}$)"};
        if (is_type()) return true;
        if (std::regex_search(text_, plain)) return false;
        return !called().empty() && called() != class_;
    }

    int number_ = 0;
    std::string text_;   ///< of the declaration so far
    std::string class_;  ///< in whose members we are; "" in a namespace
    std::set<std::string> known_;
    int begun_at_ = 0;
    bool head_stands_ = true;  ///< the comment at the top of the header speaks for the first type
    bool own_comment_ = false;
    bool group_commented_ = false;
    bool class_commented_ = false;
    bool public_ = false;
    bool in_body_ = false;
    bool in_struct_ = false;
    bool detail_ = false;
};

tidy::SourceFile header_of(const std::string& text) {
    tidy::SourceFile file{"made_up.hpp", {}};
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    return file;
}

}  // namespace

TEST_CASE("a public header says what it is") {
    for (const auto& path : public_headers()) {
        const auto file = tidy::read_source(path);
        INFO(path);
        REQUIRE(file.lines.size() > 2);
        CHECK(file.lines[0] == "#pragma once");
        CHECK(file.lines[1].starts_with("// "));
        CHECK(file.lines[1].size() > 20);
    }
}

TEST_CASE("what a public header declares has a comment") {
    int declarations = 0;
    for (const auto& path : public_headers()) {
        if (!is_users(path)) continue;
        const Reader header{tidy::read_source(path)};
        for (const auto& each : header.bare) FAIL_CHECK(path << ":" << each);
        declarations += header.declarations;
    }
    CHECK(declarations > 300);
    test::figure("public headers", public_headers().size());
    test::figure("declarations in them", declarations);
}

TEST_CASE("a declaration without a comment is noticed") {
    CHECK(Reader{header_of("void close();\n")}.bare == std::vector<std::string>{"1: void close();"});
    CHECK(Reader{header_of("// Ends it.\n\nvoid close();\n")}.bare.size() == 1);
    CHECK(Reader{header_of(
                     "struct First {\n};\n\ntemplate <class T>\nclass Box {\n  private:\n    T it_;\n};\n")}
              .bare.size() == 1);
    CHECK(
        Reader{header_of("/// A box.\nclass Box {\n  public:\n    Box();\n\n    void open();\n};\n")}.bare ==
        std::vector<std::string>{"6: void open();"});
}

TEST_CASE("a comment holds for its group, for overloads, and for what a class is there for") {
    CHECK(Reader{header_of("/// Ends it.\nvoid close();\nvoid open(int how,\n          int often);\n")}
              .bare.empty());
    CHECK(Reader{header_of("/// Ends it.\nvoid close();\n\nvoid close(int code);\n")}.bare.empty());
    CHECK(Reader{header_of("void close();  ///< ends it\n")}.bare.empty());
    CHECK(Reader{
        header_of(
            "/// A box.\nclass Box {\n  public:\n    bool full() const;\n\n  private:\n    int n();\n};\n")}
              .bare.empty());
    CHECK(Reader{header_of("namespace detail {\nvoid secret();\n}  // namespace detail\n")}.bare.empty());
}
