#pragma once
// A post office for the tests of payloads: letters of any size go through workflows, activities, children and
// signals.

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "engine/client/client.hpp"
#include "engine/payloads/cipher.hpp"
#include "engine/worker/worker.hpp"
#include "tests/support/database.hpp"
#include "tests/support/eventually.hpp"

namespace durable::test {

using namespace std::chrono_literals;
using ::test::eventually;

struct Letter {
    std::string text;
    int copies = 1;      ///< the activity answers with so many
    bool waits = false;  ///< for another letter by signal
    bool by_child = false;
};
BOOST_DESCRIBE_STRUCT(Letter, (), (text, copies, waits, by_child))

inline constexpr WorkflowType<Letter, std::string> deliver{"deliver"};
inline constexpr Signal<std::string> another{"another"};

/// A database, a client and workers that encrypt if there are keys.
class Post {
  public:
    explicit Post(bool encrypted = false);
    [[nodiscard]] std::unique_ptr<worker::Worker> start_worker();
    [[nodiscard]] RunId start(const Letter& letter, const std::string& id, const std::string& tenant = {},
                              const std::string& subject = {});
    [[nodiscard]] std::string result(RunId run);
    /// Whether a text stands anywhere in what the engine stores of runs.
    [[nodiscard]] bool stored_anywhere(const std::string& text) const;
    void must_hold() const;  ///< every invariant
    /// Another process: what it knows of keys is not what others remember.
    [[nodiscard]] std::unique_ptr<client::Client> new_client() const;

    ::test::Database database;
    payloads::Settings settings;
    WorkflowRegistry workflows;
    worker::ActivityRegistry activities;
    std::unique_ptr<client::Client> client;
};

struct EncryptedPost : Post {
    EncryptedPost() : Post(true) {}
};

}  // namespace durable::test
