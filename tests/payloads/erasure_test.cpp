// Whom an erasure reaches beyond the run that was started for a person: its children.

#include "engine/store/payload_rows.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

TEST_CASE_FIXTURE(EncryptedPost, "a child's payloads are its parent's person's, and are erased with them") {
    const auto worker = start_worker();
    CHECK(result(start({"hers", 1, false, true}, "alice-1", "org-1", "alice")) == "hers");
    CHECK(result(start({"his", 1, false, true}, "bob-1", "org-1", "bob")) == "his");
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    CHECK(store::erase_payload_keys(tx, std::nullopt, settings.keys->subject_tokens("alice")).keys == 1);
    tx.commit();

    const auto reader = new_client();  // it remembers no key
    const auto exported = [&](const std::string& workflow) {
        const auto run = reader->describe({.workflow = WorkflowId{workflow}})->run;
        return history::export_json(run, reader->history(run));
    };
    CHECK(exported("alice-1/child").find("hers") == std::string::npos);
    CHECK(exported("alice-1/child").find("erased") != std::string::npos);
    CHECK(exported("bob-1/child").find("his") != std::string::npos);
    must_hold();
}
