// How the worker's threads talk.

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "engine/worker/mailbox.hpp"

using durable::worker::Mailbox;

TEST_CASE("messages are taken in the order in which they were put, one by one and between others that come") {
    Mailbox<std::unique_ptr<int>> mailbox;
    int put = 0;
    int taken = 0;
    for (int round = 1; round <= 50; ++round) {
        for (int i = 0; i < round; ++i) mailbox.put(std::make_unique<int>(put++));
        for (int i = 0; i < round / 2; ++i) CHECK(**mailbox.take() == taken++);
    }
    while (taken < put) CHECK(**mailbox.take() == taken++);
    mailbox.close();
    CHECK_FALSE(mailbox.take().has_value());
}

TEST_CASE("what was there when a mailbox was closed can still be taken") {
    Mailbox<int> mailbox;
    mailbox.put_all({1, 2});
    mailbox.close();
    CHECK(mailbox.take() == 1);
    CHECK(mailbox.take() == 2);
    CHECK_FALSE(mailbox.take().has_value());
}
