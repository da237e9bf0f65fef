#include "engine/gate/gate.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>

#include "engine/gate/call_graph.hpp"
#include "engine/gate/disassembly.hpp"

namespace durable::gate {
namespace {

/// A folder that goes away again.
class Scratch {
  public:
    Scratch() : path_((std::filesystem::temp_directory_path() / "determinism-gate-XXXXXX").string()) {
        if (::mkdtemp(path_.data()) == nullptr) throw GateError("cannot make a folder like " + path_);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

/// The code to be looked at, with what it reaches in other libraries.
class Reached {
  public:
    explicit Reached(const Inspection& what) : what_(what) {
        for (const auto& archive : what.archives) add_archive(archive);
        if (functions_.empty()) throw GateError("there is no code in the archives");
        for (const auto& library : what.through) libraries_.push_back({library, symbols_of(library)});
        follow();
    }
    [[nodiscard]] const Functions& functions() const { return functions_; }
    [[nodiscard]] bool external(const std::string& symbol) const { return undefined_.contains(symbol); }
    /// From outside, in the archives, whether or not a function refers to it (a table may).
    [[nodiscard]] const std::set<std::string>& undefined() const { return undefined_; }

  private:
    struct Library {
        std::string file;
        Symbols symbols;
    };

    void add_archive(const std::string& archive) {
        functions_.merge(disassemble(archive, what_.source_root));
        Symbols symbols = symbols_of(archive);
        undefined_.merge(symbols.undefined);
        for (const auto& [symbol, member] : symbols.defined) defined_.insert(symbol);
        std::erase_if(undefined_, [this](const std::string& each) { return defined_.contains(each); });
    }
    /// What is missing is looked for in the libraries, member by member, until nothing more is found.
    void follow() {
        std::deque<std::string> open(undefined_.begin(), undefined_.end());
        while (!open.empty()) {
            const std::string symbol = open.front();
            open.pop_front();
            for (const Library& library : libraries_) {
                const auto found = library.symbols.defined.find(symbol);
                if (found == library.symbols.defined.end()) continue;
                undefined_.erase(symbol);
                take_reached(symbol, member(library, found->second), open);
                break;
            }
        }
    }
    struct Member {
        Functions functions;
        Symbols symbols;
    };
    const Member& member(const Library& library, const std::string& name) {
        const auto known = members_.find(library.file + ":" + name);
        if (known != members_.end()) return known->second;
        const std::string file = extract(library.file, name, scratch_.path());
        return members_
            .emplace(library.file + ":" + name,
                     Member{disassemble(file, what_.source_root), symbols_of(file)})
            .first->second;
    }
    void take_reached(const std::string& symbol, const Member& from, std::deque<std::string>& open) {
        std::deque<std::string> inside{symbol};
        while (!inside.empty()) {
            const std::string key = inside.front();
            inside.pop_front();
            const auto function = from.functions.find(key);
            if (function == from.functions.end() || functions_.contains(key)) continue;
            functions_.emplace(key, function->second);
            for (const auto& reference : function->second.references) {
                inside.push_back(reference.target);
                if (!from.symbols.undefined.contains(reference.target)) continue;
                if (!defined_.contains(reference.target) && undefined_.insert(reference.target).second) {
                    open.push_back(reference.target);
                }
            }
        }
    }

    const Inspection& what_;
    Scratch scratch_;
    Functions functions_;
    std::set<std::string> undefined_;
    std::set<std::string> defined_;
    std::vector<Library> libraries_;
    std::map<std::string, Member> members_;
};

class Judge {
  public:
    Judge(const Reached& reached, const Rules& rules)
        : reached_(reached), rules_(rules), graph_(reached.functions()) {}

    std::vector<Finding> findings() {
        for (const auto& [key, function] : reached_.functions()) {
            for (const auto& reference : function.references) look_at(key, function, reference);
        }
        // Referred to by data alone: a table of function pointers, a virtual table.
        for (const auto& symbol : reached_.undefined()) {
            if (judged_.contains(symbol)) continue;
            if (const auto& objection = judge(symbol, true))
                found_.push_back({*objection, readable(symbol), {}});
        }
        return std::move(found_);
    }

  private:
    void look_at(const std::string& key, const Function& function, const Reference& reference) {
        const bool external =
            reached_.external(reference.target) || reference.target.starts_with(thread_local_mark);
        if (!external && !reached_.functions().contains(reference.target)) return;
        const auto& objection = judge(reference.target, external);
        if (!objection) return;
        // What a library brings along may refer to itself as it likes: it is told where it comes in.
        const auto& of_referrer = judge(key, false);
        if (of_referrer && of_referrer->family == objection->family) return;
        const std::string from = readable(function.symbol);
        const std::string symbol = name_of(reference.target);
        if (rules_.excepted(symbol, from)) return;
        tell({*objection, symbol, graph_.chain_to(key, reference.place)});
    }
    /// One line of source with one family is told once, by its shortest chain: a container is many functions.
    void tell(Finding finding) {
        const auto key = std::pair{culprit(finding.chain), finding.objection.family};
        const auto [known, first] = told_.emplace(key, found_.size());
        if (first) {
            found_.push_back(std::move(finding));
        } else if (finding.chain.size() < found_[known->second].chain.size()) {
            found_[known->second] = std::move(finding);
        }
    }
    /// The last place that is not in a library's header.
    static std::string culprit(const std::vector<Step>& chain) {
        std::string place = chain.front().function;
        for (const Step& step : chain) {
            if (!step.place.empty() && !step.place.starts_with('/')) place = step.place;
        }
        return place;
    }
    /// Asked for the same symbols again and again.
    const std::optional<Objection>& judge(const std::string& target, bool external) {
        const auto known = judged_.find(target);
        if (known != judged_.end()) return known->second;
        return judged_.emplace(target, rules_.object_to(name_of(target), external)).first->second;
    }
    static std::string name_of(const std::string& target) {
        const std::string mark = thread_local_mark;
        return target.starts_with(mark) ? mark + readable(target.substr(mark.size())) : readable(target);
    }

    const Reached& reached_;
    const Rules& rules_;
    CallGraph graph_;
    std::map<std::string, std::optional<Objection>> judged_;
    std::map<std::pair<std::string, std::string>, std::size_t> told_;  ///< index into found_
    std::vector<Finding> found_;
};

}  // namespace

std::string Finding::to_string() const {
    std::string text = "workflow code reaches " + symbol + " (" + objection.family + ")\n";
    for (const Step& step : chain) {
        text += (&step == &chain.front() ? "    " : "    -> ") + step.function;
        text += (step.place.empty() ? "" : "  at " + step.place) + "\n";
    }
    text += "    -> " + symbol + "\n  use instead: " + objection.instead + "\n";
    return text;
}

Report inspect(const Inspection& what, const Rules& rules) {
    const Reached reached{what};
    Report report;
    report.findings = Judge{reached, rules}.findings();
    report.functions = reached.functions().size();
    report.externals = reached.undefined().size();
    return report;
}

}  // namespace durable::gate
