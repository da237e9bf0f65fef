#pragma once
// Answers the functions of one message in one transaction: the actions, keyed by tool call, and the workflows
// that carry their effects out. A repeat finds its action and answers as the first time, without a second
// effect.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "activities/config.hpp"
#include "api/ingress/functions/function.hpp"
#include "api/ingress/vapi_call.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress::functions {

/// A message's functions, and what makes answering it again come to the same.
struct Question {
    std::string organization_id;
    ToolCalls asked;
    std::vector<std::string> action_ids;  ///< one a function: UUIDv7, made before the first try
    durable::Timestamp now;
};

struct Answer {
    std::string name;
    std::string tool_call_id;
    std::string line;  ///< one line
    bool error = false;
};

class FunctionDesk {
  public:
    /// `control` says which control URLs may be used. Both must outlive the desk.
    FunctionDesk(durable::client::Client& client, const VapiConfig& control)
        : client_{client}, control_{control} {}

    /// One answer a function, in the order asked. Nothing when the message names a call, an assistant or a
    /// number of another organization: nothing was written. Leaves the transaction acting for the
    /// organization. Throws what pqxx throws.
    [[nodiscard]] std::optional<std::vector<Answer>> answer(pqxx::work& tx, const Question& question) const;

    /// Where the built-in transfer tool should connect to; a line to say instead when that is nowhere.
    /// Nothing as above.
    struct Destination {
        std::string number;  ///< E.164, or "" when there is none
        std::string line;
    };
    [[nodiscard]] std::optional<Destination> destination(pqxx::work& tx, const std::string& organization_id,
                                                         const TransferRequest& request) const;

  private:
    struct Work;
    [[nodiscard]] Outcome act(const AskedFunction& asked, const Situation& situation) const;
    void record(pqxx::work& tx, const Question& question, std::vector<Work>& works) const;
    void recall(pqxx::work& tx, const Question& question, std::vector<Work>& works) const;
    void start_effects(pqxx::work& tx, const Question& question, const std::vector<Work>& works) const;

    durable::client::Client& client_;
    const VapiConfig& control_;
};

}  // namespace callflex::ingress::functions
