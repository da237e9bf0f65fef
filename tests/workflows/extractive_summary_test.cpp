// The built-in summariser: decent on ordinary calls, harmless on everything else.

#include <doctest/doctest.h>

#include <algorithm>

#include "activities/call_text.hpp"
#include "activities/extractive_summary.hpp"

using namespace callflex;

namespace {

const std::string sick_driver =
    "AI: Hello, thanks for calling Acme Freight. How can I help?\n"
    "User: Hi, this is Pat. I am sick and cannot drive route 12 today.\n"
    "AI: Got it, Pat. Dispatch has been notified. Take care.\n";

const std::string furnace =
    "AI: Thank you for calling Northside Heating, this is Riley. How can I help you today?\n"
    "User: Hi Riley, this is Pat Morgan. Our furnace stopped working last night and the house is cold.\n"
    "AI: I am sorry to hear that, Pat.\n"
    "User: My mother is eighty-four, so I would really like somebody to come out today.\n"
    "AI: Thank you, Pat. I will send this to our dispatcher right away, and somebody will call you back.\n"
    "User: That would be great. Please tell them to use the side door.\n"
    "User: No, thank you so much.\n";

}  // namespace

TEST_CASE("the summary names the caller, quotes the reason and tells the outcome") {
    CHECK(extractive_summary(sick_driver) ==
          "Pat said: \"I am sick and cannot drive route 12 today.\" "
          "The assistant answered: \"Dispatch has been notified.\"");
    const std::string summary = extractive_summary(furnace);
    CHECK(summary.starts_with("Pat Morgan said: "));
    CHECK(summary.find("furnace stopped working") != std::string::npos);
    CHECK(summary.find("somebody will call you back") != std::string::npos);
}

TEST_CASE("segments win over the transcript's text") {
    const std::vector<TranscriptSegment> segments{{"assistant", "How can I help?", 0},
                                                  {"caller", "I want to book a table for four tonight.", 1}};
    const std::string summary = extractive_summary("User: something else entirely", segments);
    CHECK(summary.find("table for four") != std::string::npos);
    CHECK(summary.find("something else") == std::string::npos);
}

TEST_CASE("facts are found by keywords") {
    const HeuristicFacts sick = heuristic_facts(sick_driver);
    CHECK(sick.call_type == "support");
    CHECK(sick.sentiment == "neutral");
    CHECK(sick.caller_name == "Pat");

    const HeuristicFacts cold = heuristic_facts(furnace);
    CHECK(cold.call_type == "support");
    CHECK(cold.sentiment == "positive");
    CHECK(cold.caller_name == "Pat Morgan");
    REQUIRE(cold.action_items.size() == 2);
    CHECK(cold.action_items[0].starts_with("I will send this to our dispatcher"));
    CHECK(cold.action_items[1] == "Please tell them to use the side door.");
}

TEST_CASE("each type of call and mood is recognised from an ordinary sentence") {
    const auto type = [](const std::string& said) { return heuristic_facts("User: " + said).call_type; };
    CHECK(type("I would like to book an appointment for Tuesday.") == "booking");
    CHECK(type("This is unacceptable, I want a refund.") == "complaint");
    CHECK(type("The printer is broken, can you help?") == "support");
    CHECK(type("How much is it, could I get a quote?") == "sales");
    CHECK(type("What time do you open on Sundays?") == "inquiry");
    CHECK(type("The weather turned yesterday.") == "other");
    const auto mood = [](const std::string& said) { return heuristic_facts("User: " + said).sentiment; };
    CHECK(mood("Thanks.") == "neutral");
    CHECK(mood("Perfect, thank you, that is great!") == "positive");
    CHECK(mood("I am not happy with this.") == "negative");
    CHECK(mood("This is the worst service.") == "negative");
}

TEST_CASE("what the assistant says about itself is not taken for the caller") {
    const HeuristicFacts facts = heuristic_facts(
        "AI: My name is Riley, I can book an appointment or take a complaint.\nUser: Never mind.");
    CHECK_FALSE(facts.caller_name);
    CHECK(facts.call_type == "other");
}

TEST_CASE("a name is a name: capitalised words after an introduction, not what follows by chance") {
    const auto name = [](const std::string& said) { return heuristic_facts("User: " + said).caller_name; };
    CHECK(name("My name is Mary Jane Watson and I have a question.") == "Mary Jane Watson");
    CHECK(name("It's Zo\xC3\xAB from Acme.") == "Zo\xC3\xAB");
    CHECK(name("I\xE2\x80\x99m Bob.") == std::nullopt);  // another apostrophe: missed, not mangled
    CHECK_FALSE(name("I am sick today."));
    CHECK_FALSE(name("This is not right."));
    CHECK_FALSE(name("I'm Calling about the invoice."));
}

TEST_CASE("nothing said gives nothing, and an assistant talking to itself gives a plain sentence") {
    CHECK(extractive_summary("").empty());
    CHECK(extractive_summary(" \n\t\n").empty());
    CHECK(extractive_summary("...?!").empty());
    CHECK(extractive_summary("AI: Hello? Is anybody there?") ==
          "The caller said nothing that could be made out.");
    CHECK(heuristic_facts("").call_type == "other");
}

TEST_CASE("any bytes are survived, and what comes out is bounded and cut between characters") {
    std::string odd = "User: caf\xC3\xA9 \xFF\xFE\x80\x80\x80\x80\x80 \x01 ";
    odd += '\0';
    CHECK_NOTHROW(static_cast<void>(extractive_summary(odd)));
    CHECK_NOTHROW(static_cast<void>(extractive_summary(std::string(1000, '\x80'))));

    std::string umlauts = "User: I need ";
    for (int i = 0; i < 100'000; ++i) umlauts += "\xC3\xA4";
    const std::string summary = extractive_summary(umlauts);
    CHECK(summary.size() <= extractive_summary_bytes_max);
    CHECK(utf8_prefix(summary, summary.size() - 1).size() < summary.size());
    CHECK(std::count(summary.begin(), summary.end(), '\xC3') ==
          std::count(summary.begin(), summary.end(), '\xA4'));

    std::string many = "User:";
    for (int i = 0; i < 200'000; ++i) many += " I need a.";
    CHECK(extractive_summary(many).size() <= extractive_summary_bytes_max);
    CHECK(heuristic_facts(many).action_items.size() <= 5);
}

TEST_CASE("a prefix never cuts a character and never exceeds its limit") {
    const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
    for (std::size_t limit = 0; limit <= text.size(); ++limit) {
        const auto prefix = utf8_prefix(text, limit);
        CHECK(prefix.size() <= limit);
        const bool whole = prefix.size() == 0 || prefix.size() == 1 || prefix.size() == 3 ||
                           prefix.size() == 6 || prefix.size() == 10 || prefix.size() == 11;
        CHECK(whole);
    }
}
