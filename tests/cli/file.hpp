#pragma once
// Files of tests.

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/store/id_source.hpp"

namespace test {

/// A file that is gone at the end of the test.
class File {
  public:
    explicit File(const std::string& text) {
        path_ = std::filesystem::temp_directory_path() /
                ("callflex-" + durable::store::IdSource{}.uuid_v7().to_string() + ".json");
        std::ofstream{path_} << text;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace test
