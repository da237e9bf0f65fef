// determinism_gate --rules FILE... --root DIR [--through ARCHIVE...] --archives ARCHIVE...
// Exit code 0: nothing found. 1: findings, on standard output. 2: it could not look.

#include <cstdio>
#include <exception>

#include "engine/gate/disassembly.hpp"
#include "engine/gate/gate.hpp"

namespace {

struct Arguments {
    std::vector<std::string> rules;
    durable::gate::Inspection what;
};

Arguments parse(const std::vector<std::string>& words) {
    Arguments arguments;
    std::vector<std::string> root;
    std::vector<std::string>* into = nullptr;
    for (const auto& word : words) {
        if (word == "--rules") {
            into = &arguments.rules;
        } else if (word == "--through") {
            into = &arguments.what.through;
        } else if (word == "--archives") {
            into = &arguments.what.archives;
        } else if (word == "--root") {
            into = &root;
        } else if (into != nullptr) {
            into->push_back(word);
        }
    }
    if (arguments.rules.empty() || arguments.what.archives.empty() || root.size() != 1) {
        throw durable::gate::GateError(
            "usage: determinism_gate --rules FILE... --root DIR [--through ARCHIVE...] --archives "
            "ARCHIVE...");
    }
    arguments.what.source_root = root.front();
    return arguments;
}

}  // namespace

int main(int count, char** words) try {
    const Arguments arguments = parse({words + 1, words + count});
    const auto report = durable::gate::inspect(arguments.what, durable::gate::Rules{arguments.rules});
    for (const auto& finding : report.findings) std::printf("error: %s", finding.to_string().c_str());
    std::printf("determinism gate: %zu functions, %zu symbols from outside, %zu findings\n", report.functions,
                report.externals, report.findings.size());
    return report.findings.empty() ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "determinism gate: %s\n", error.what());
    return 2;
}
