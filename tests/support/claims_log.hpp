#pragma once
// Watches who takes what from whom in a test's database, by triggers, from inside of every statement: what a database
// at rest no longer shows. Installed before workers come; whatever is wrong is noted, nothing is refused.
//
//   I-25: a run's epoch only grows, with each claim, and no claim has the token of the one before.
//   I-26: nobody is declared dead, and nothing is taken from him, while his lease goes on and his session is there.

#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace test {

/// Makes the log and its triggers. As the superuser, not in a transaction.
void install_claims_log(pqxx::connection& owner);

struct ClaimsSeen {
    int claims = 0;                       ///< that were watched
    std::vector<std::string> problems{};  ///< "I-25 run …: …"
};
[[nodiscard]] ClaimsSeen claims_seen(pqxx::connection& owner);

}  // namespace test
