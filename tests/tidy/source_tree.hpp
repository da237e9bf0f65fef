#pragma once
// The source tree as data, for tests that hold the house to its plan.

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace tidy {

struct SourceFile {
    std::string path;  ///< from the root: "engine/store/tx.cpp"
    std::vector<std::string> lines;

    [[nodiscard]] bool below(const std::string& folder) const { return path.starts_with(folder + "/"); }
};

[[nodiscard]] inline std::filesystem::path root() {
    return CALLFLEX_SOURCE_DIR;
}

[[nodiscard]] inline SourceFile read_source(const std::string& path) {
    SourceFile file{path, {}};
    std::ifstream in(root() / path);
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    return file;
}

/// Every .cpp and .hpp of the rooms, tests included, in path order.
[[nodiscard]] inline std::vector<SourceFile> sources() {
    std::vector<std::string> paths;
    for (const char* top : {"engine", "workflows", "activities", "api", "schema", "tests"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root() / top)) {
            const auto extension = entry.path().extension();
            if (extension == ".cpp" || extension == ".hpp") {
                paths.push_back(std::filesystem::relative(entry.path(), root()));
            }
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<SourceFile> files;
    for (const auto& path : paths) files.push_back(read_source(path));
    return files;
}

/// What the file includes with quotes: project headers.
[[nodiscard]] inline std::vector<std::string> project_includes(const SourceFile& file) {
    static const std::regex include{R"re(^\s*#\s*include\s+"([^"]+)")re"};
    std::vector<std::string> found;
    for (const auto& line : file.lines) {
        if (std::smatch match; std::regex_search(line, match, include)) found.push_back(match[1]);
    }
    return found;
}

/// What the file includes with angle brackets: the library's or the system's headers.
[[nodiscard]] inline std::vector<std::string> system_includes(const SourceFile& file) {
    static const std::regex include{R"re(^\s*#\s*include\s+<([^>]+)>)re"};
    std::vector<std::string> found;
    for (const auto& line : file.lines) {
        if (std::smatch match; std::regex_search(line, match, include)) found.push_back(match[1]);
    }
    return found;
}

}  // namespace tidy
