// Recordings on disk: whole or not there.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "activities/file_store.hpp"
#include "activities/recording_fetcher.hpp"
#include "engine/workflow/failure.hpp"
#include "tests/workflows/temporary_folder.hpp"

using namespace callflex;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

}  // namespace

TEST_CASE("a kept file is whole at its place, and replaces an older one") {
    const TemporaryFolder folder;
    const FileStore store{folder.path / "recordings"};
    for (const std::string text : {"first", "second, longer"}) {
        FileStore::Incoming file = store.receive();
        file.write(text.substr(0, 3));
        file.write(text.substr(3));
        file.keep("org/a/calls/2026/11/b.mp3");
        CHECK(content(store.root() / "org/a/calls/2026/11/b.mp3") == text);
    }
    CHECK(files_in(store.root() / "incoming") == 0);
}

TEST_CASE("until it is kept a file is not at its place, and when it is dropped nothing remains") {
    const TemporaryFolder folder;
    const FileStore store{folder.path};
    {
        FileStore::Incoming kept = store.receive();
        kept.write("old");
        kept.keep("a.mp3");
        FileStore::Incoming dropped = store.receive();
        dropped.write("half of something");
        CHECK(content(folder.path / "a.mp3") == "old");
        CHECK(files_in(folder.path / "incoming") == 1);
    }
    CHECK(content(folder.path / "a.mp3") == "old");
    CHECK(files_in(folder.path / "incoming") == 0);
}

TEST_CASE("paths that leave the store are refused") {
    const TemporaryFolder folder;
    const FileStore store{folder.path / "store"};
    for (const char* path : {"", "/etc/passwd", "../out", "a/../../out", "a/", "./a"}) {
        FileStore::Incoming file = store.receive();
        CHECK_THROWS_AS(file.keep(path), std::invalid_argument);
    }
    CHECK(files_in(folder.path) == 1);
}

TEST_CASE("what a crashed process left is removed a day later, younger files are left alone") {
    const TemporaryFolder folder;
    fs::create_directories(folder.path / "incoming");
    std::ofstream{folder.path / "incoming/old"} << "x";
    std::ofstream{folder.path / "incoming/young"} << "x";
    fs::last_write_time(folder.path / "incoming/old",
                        fs::file_time_type::clock::now() - std::chrono::hours{25});
    const FileStore store{folder.path};
    CHECK_FALSE(fs::exists(folder.path / "incoming/old"));
    CHECK(fs::exists(folder.path / "incoming/young"));
}

TEST_CASE("a full disk is an error, and nothing appears") {
    const TemporaryFolder folder;
    fs::create_directories(folder.path);
    const FileStore store{folder.path};
    FileStore::Incoming file = store.receive();
    fs::create_directories(folder.path / "taken.mp3" / "sub");
    file.write("x");
    CHECK_THROWS_AS(file.keep("taken.mp3"), std::system_error);  // a folder is in the way
    CHECK(fs::is_directory(folder.path / "taken.mp3"));
}

TEST_CASE("the path of a recording follows from its call alone, and ids are not trusted") {
    const CallKey call{"0199f0a4-0000-7000-8000-0000000000a1", "0199F0A4-5B1E-7AA2-9C33-6F6F3B0C1D01",
                       std::chrono::sys_days{std::chrono::year{2026} / 12 / 31} + std::chrono::hours{23}};
    CHECK(recording_path(call, "audio/mpeg") ==
          "org/0199f0a4-0000-7000-8000-0000000000a1/calls/2026/12/0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01.mp3");
    CHECK(recording_path(call, "text/html").ends_with(".bin"));
    CallKey forged = call;
    forged.call_id = "../../../etc/passwd";
    CHECK_THROWS_AS(static_cast<void>(recording_path(forged, "audio/wav")), durable::ApplicationError);
}
