// payload erase, rotate and rewrap: what is done to the keys that encrypt payloads.

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/upkeep.hpp"

namespace callflex::cli {
namespace {

struct EraseArguments {
    durable::client::EraseRequest request;
    std::string reason;
    bool yes = false;
};

int erase(const Session& session, const EraseArguments& arguments) {
    if (!arguments.request.tenant && !arguments.request.person) {
        throw CommandError(exit_usage, "whose payloads are to be erased?",
                           "--organization ID, --subject VALUE, or both");
    }
    if (!arguments.yes) {
        throw CommandError(exit_usage, "an erasure cannot be taken back", "--yes, if that is what is meant");
    }
    auto client = upkeep_client(session);
    const auto erased = client.erase(arguments.request, {identity(), arguments.reason});
    if (!session.for_people()) {
        session.print_json({{"keys", erased.keys}, {"stored", erased.stored}});
    } else if (erased.keys == 0) {
        session.out() << "nothing was encrypted for them\n";
    } else {
        session.out() << session.style()(Color::green, "erased ")
                      << fmt::format("{} data keys, and {} large payloads; workers forget them within 10 s\n",
                                     erased.keys, erased.stored);
    }
    return exit_ok;
}

struct KeyArguments {
    std::optional<std::string> organization;
    std::string reason;
};

int report(const Session& session, int keys, const std::string& done) {
    if (!session.for_people()) {
        session.print_json({{"keys", keys}});
    } else {
        session.out() << session.style()(Color::green, done) << fmt::format(" {} data keys\n", keys);
    }
    return exit_ok;
}

}  // namespace

void define_payload_erase(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<EraseArguments>();
    app.add_option("--organization", arguments->request.tenant, "All payloads of this organization's runs")
        ->type_name("ID");
    app.add_option("--subject", arguments->request.person,
                   "Payloads of runs about this person, as given at the start (a caller's number)")
        ->type_name("VALUE");
    add_reason(app, arguments->reason);
    app.add_flag("--yes", arguments->yes, "Do it: this cannot be taken back");
    manual(
        app,
        "Destroys the keys that encrypt an organization's or a person's payloads. Histories stay whole; what "
        "their payloads said is gone for good, also in exports and, once the master key is replaced, in "
        "backups. "
        "`workflow show` prints (erased); runs of theirs that are open are blocked. Rows of the product "
        "(calls, "
        "messages) are not touched. Needs CALLFLEX_PAYLOAD_KEYS. JSON: {keys, stored}.",
        {{"callflex payload erase --subject +15550100 --reason 'request of 21 Nov' --yes", "one caller"},
         {"callflex payload erase --organization 7 --reason 'contract ended' --yes",
          "a whole organization"}});
    app.callback([arguments, &session] { session.exit_code = erase(session, *arguments); });
}

void define_payload_rotate(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<KeyArguments>();
    app.add_option("--organization", arguments->organization, "Only of this one")->type_name("ID");
    add_reason(app, arguments->reason);
    manual(app,
           "Lets new data keys encrypt from now on. The old ones stay, to open what they have sealed. JSON: "
           "{keys}.",
           {{"callflex payload rotate --reason 'yearly'", "all organizations"}});
    app.callback([arguments, &session] {
        auto client = upkeep_client(session);
        const int keys = client.rotate(arguments->organization, {identity(), arguments->reason});
        session.exit_code = report(session, keys, "retired");
    });
}

void define_payload_rewrap(CLI::App& app, Session& session) {
    auto reason = std::make_shared<std::string>();
    add_reason(app, *reason);
    manual(
        app,
        "Wraps every data key by the first master key of CALLFLEX_PAYLOAD_KEYS. To replace a master key: put "
        "the "
        "new one in front, restart everything, run this, take the old one out. No payload is written anew. "
        "People are named by hashes of the master key, so keep an old one as long as runs of its time may "
        "have to "
        "be erased by person. JSON: {keys}.",
        {{"callflex payload rewrap --reason 'new master key'", "after the new key was put in front"}});
    app.callback([reason, &session] {
        auto client = upkeep_client(session);
        session.exit_code = report(session, client.rewrap({identity(), *reason}), "wrapped");
    });
}

}  // namespace callflex::cli
