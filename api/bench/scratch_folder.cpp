#include "api/bench/scratch_folder.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace callflex::bench {

ScratchFolder::ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "callflex-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace callflex::bench
