#pragma once
// Places where exports go, as a test sees them: what has arrived, under which names. A place is also known by a line of
// text, from which another process can make its store.

#include <memory>
#include <string>
#include <vector>

#include "activities/vendors.hpp"
#include "api/sandbox/sandbox.hpp"
#include "engine/worker/archive_store.hpp"
#include "tests/workflows/temporary_folder.hpp"

namespace durable::test {

using Store = std::shared_ptr<worker::ArchiveStore>;

class FolderShelf {
  public:
    [[nodiscard]] std::string line() const { return folder.path.string(); }
    [[nodiscard]] static Store store_at(const std::string& line);
    [[nodiscard]] Store store() const { return store_at(line()); }
    /// All that is there, also what nobody expects; sorted.
    [[nodiscard]] std::vector<std::string> names() const;
    /// "": there is no such file.
    [[nodiscard]] std::string bytes_of(const std::string& name) const;

    ::test::TemporaryFolder folder;
};

/// A bucket of the sandbox's, which checks signatures.
class S3Shelf {
  public:
    [[nodiscard]] static callflex::VendorConfig configuration(const std::string& sandbox_url);

    [[nodiscard]] std::string line() const { return sandbox.url(); }
    [[nodiscard]] static Store store_at(const std::string& line);
    [[nodiscard]] Store store() const { return store_at(line()); }
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] std::string bytes_of(const std::string& name) const;
    /// How often something was put there, and kept.
    [[nodiscard]] std::size_t puts() const;
    /// Requests that have come, answered or not.
    [[nodiscard]] std::size_t requests() const;
    void fault(const std::string& json) const;
    void heal() const;

    callflex::sandbox::Sandbox sandbox;
    callflex::Vendors vendors{configuration(sandbox.url())};

  private:
    [[nodiscard]] std::string control(const std::string& method, const std::string& path,
                                      const std::string& body = {}) const;
};

}  // namespace durable::test
