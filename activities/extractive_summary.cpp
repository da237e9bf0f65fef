#include "activities/extractive_summary.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "activities/call_text.hpp"

namespace callflex {

namespace {

using Phrases = std::vector<std::string_view>;

struct CallTypeWords {
    std::string_view type;
    Phrases phrases;
};

/// In the order that decides a tie: what a business must react to comes first.
const std::vector<CallTypeWords>& call_types() {
    static const std::vector<CallTypeWords> types{
        {"complaint",
         {"complaint", "complain", "unacceptable", "refund", "unhappy", "terrible", "awful", "rude",
          "disappointed", "never showed up", "still waiting", "damaged", "overcharged", "speak to a manager",
          "fed up"}},
        {"booking",
         {"book", "booking", "appointment", "reservation", "reserve", "reschedule", "schedule", "table for",
          "available on", "slot", "sign up for"}},
        {"support",
         {"help", "problem", "issue", "broken", "not working", "doesn't work", "stopped working", "leak",
          "leaking", "repair", "fix", "emergency", "sick", "cannot", "can't", "unable", "breakdown",
          "flat tire", "error"}},
        {"sales",
         {"price", "pricing", "quote", "estimate", "buy", "purchase", "order", "discount", "new customer",
          "interested in", "how much"}},
        {"inquiry",
         {"question", "wondering", "hours", "open", "closed", "where are you", "address", "do you", "are you",
          "what time", "when is", "how long", "information", "ask about", "checking on", "status of"}},
    };
    return types;
}

const Phrases positive_words{"thank",     "thanks",    "great", "perfect",    "wonderful", "awesome",
                             "excellent", "fantastic", "love",  "appreciate", "happy",     "amazing"};
const Phrases negative_words{"angry",      "upset",      "terrible",     "awful",     "unacceptable",
                             "frustrated", "rude",       "disappointed", "horrible",  "worst",
                             "unhappy",    "ridiculous", "fed up",       "not happy", "never again",
                             "refund",     "complaint",  "complain",     "scam",      "overcharged"};
/// Said before a happy word, they turn it round.
const Phrases turned_round{"not happy", "isn't great", "not great", "no thanks", "not perfect"};

const Phrases reasons{
    "need",        "want",    "would like",  "i'd like", "calling about", "calling to", "calling because",
    "looking for", "because", "cannot",      "can't",    "trying to",     "have a",     "my",
    "problem",     "issue",   "appointment", "question", "cancel",        "urgent",     "emergency",
    "sick",        "broken",  "late",        "order",    "delivery",      "price"};
const Phrases outcomes{"notified",     "scheduled", "booked", "will call", "call you back", "transfer",
                       "transferring", "message",   "logged", "confirmed", "i'll",          "i will",
                       "we'll",        "we will",   "sent",   "passed on", "someone will",  "set up"};
const Phrases promises{"i'll",         "i will",    "we'll",         "we will",
                       "someone will", "will call", "going to send", "will be in touch"};
const Phrases requests{"call me back", "please call",  "give me a call", "please send",    "send me",
                       "can someone",  "need someone", "let me know",    "please have",    "have someone",
                       "text me",      "please ask",   "please tell",    "need a callback"};
const Phrases small_talk{
    "hello",       "hi",        "hey",     "bye",        "goodbye",    "how are you",       "have a good",
    "have a nice", "take care", "you too", "no problem", "one moment", "thanks for calling"};

constexpr std::size_t quoted_sentences_max = 2;
constexpr std::size_t action_items_max = 5;

int score(const Sentence& sentence, std::size_t place_among_callers) {
    int points = 3 * std::min(count_said(sentence, reasons), 4);
    if (sentence.words < 4) points -= 6;
    if (sentence.words >= 6 && sentence.words <= 35) points += 2;
    if (place_among_callers < 4) points += 2;
    if (sentence.text.find_first_of("0123456789") != std::string::npos) points += 1;
    if (sentence.words < 7) points -= 4 * std::min(count_said(sentence, small_talk), 1);
    return points;
}

/// The caller's most telling sentences, in spoken order.
std::vector<const Sentence*> telling(const std::vector<Sentence>& sentences) {
    struct Candidate {
        int points;
        const Sentence* sentence;
    };
    std::vector<Candidate> candidates;
    for (const Sentence& sentence : sentences) {
        if (sentence.by_caller) candidates.push_back({score(sentence, candidates.size()), &sentence});
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.points != b.points ? a.points > b.points : a.sentence < b.sentence;
    });
    std::vector<const Sentence*> best;
    for (const Candidate& candidate : candidates) {
        const bool worth_it = best.empty() || candidate.points > 0;
        if (worth_it && best.size() < quoted_sentences_max) best.push_back(candidate.sentence);
    }
    std::sort(best.begin(), best.end());
    return best;
}

/// What the assistant said last about what happens now.
const Sentence* outcome(const std::vector<Sentence>& sentences) {
    const auto found = std::find_if(sentences.rbegin(), sentences.rend(), [](const Sentence& sentence) {
        return !sentence.by_caller && sentence.words >= 3 && count_said(sentence, outcomes) > 0;
    });
    return found == sentences.rend() ? nullptr : &*found;
}

bool looks_like_name(std::string_view word) {
    static const Phrases not_names{"I",       "I'm",   "A",     "An",   "The", "Not",  "Just", "Here",
                                   "Calling", "Sorry", "Sick",  "With", "So",  "From", "Your", "My",
                                   "Hi",      "Hello", "And",   "But",  "At",  "In",   "On",   "It",
                                   "Is",      "About", "Going", "Yes",  "No",  "Ok"};
    // A letter outside of ASCII may be a capital: "Émile" is a name, and nobody is hurt if it was not.
    const bool capital = !word.empty() && ((word.front() >= 'A' && word.front() <= 'Z') ||
                                           static_cast<unsigned char>(word.front()) >= 0xC3);
    return capital && word.size() >= 2 &&
           std::find(not_names.begin(), not_names.end(), word) == not_names.end();
}

/// Up to three capitalised words, from `text` on.
std::string leading_name(std::string_view text) {
    std::string name;
    for (int words = 0; words < 3 && !text.empty(); ++words) {
        const auto end = std::min(text.find_first_of(" ,.!?;:\"()"), text.size());
        const std::string_view word = text.substr(0, end);
        if (!looks_like_name(word)) break;
        name += (name.empty() ? "" : " ") + std::string{word};
        if (end >= text.size() || text[end] != ' ') break;
        text.remove_prefix(end + 1);
    }
    return std::string{utf8_prefix(name, 60)};
}

std::optional<std::string> caller_name(const std::vector<Sentence>& sentences) {
    static const Phrases introductions{"my name is ", "My name is ", "this is ", "This is ", "my name's ",
                                       "My name's ",  "I'm ",        "I am ",    "It's "};
    for (const std::string_view introduction : introductions) {
        for (const Sentence& sentence : sentences) {
            const auto at = sentence.text.find(introduction);
            if (!sentence.by_caller || at == std::string::npos) continue;
            std::string name = leading_name(std::string_view{sentence.text}.substr(at + introduction.size()));
            if (!name.empty()) return name;
        }
    }
    return std::nullopt;
}

std::string call_type(const std::vector<Sentence>& sentences) {
    std::map<std::string_view, int> points;
    for (const Sentence& sentence : sentences) {
        if (!sentence.by_caller) continue;
        for (const CallTypeWords& type : call_types())
            points[type.type] += count_said(sentence, type.phrases);
    }
    std::string_view best = "other";
    int most = 0;
    for (const CallTypeWords& type : call_types()) {
        if (points[type.type] > most) best = type.type;
        most = std::max(most, points[type.type]);
    }
    return std::string{best};
}

/// Politeness is not joy: one "thanks" leaves a call neutral, one angry word does not.
std::string sentiment(const std::vector<Sentence>& sentences) {
    int mood = 0;
    for (const Sentence& sentence : sentences) {
        if (!sentence.by_caller) continue;
        mood += count_said(sentence, positive_words);
        mood -= 2 * count_said(sentence, negative_words);
        mood -= 2 * count_said(sentence, turned_round);
    }
    if (mood >= 2) return "positive";
    return mood <= -1 ? "negative" : "neutral";
}

std::vector<std::string> action_items(const std::vector<Sentence>& sentences) {
    std::vector<std::string> items;
    for (const Sentence& sentence : sentences) {
        const bool asks = sentence.by_caller && count_said(sentence, requests) > 0;
        const bool promised = !sentence.by_caller && count_said(sentence, promises) > 0;
        const bool known = std::find(items.begin(), items.end(), sentence.text) != items.end();
        if ((asks || promised) && !known && items.size() < action_items_max) items.push_back(sentence.text);
    }
    return items;
}

std::string quoted(const Sentence& sentence) {
    std::string text = sentence.text;
    std::replace(text.begin(), text.end(), '"', '\'');
    return "\"" + text + "\"";
}

}  // namespace

std::string extractive_summary(const std::string& transcript,
                               const std::vector<TranscriptSegment>& segments) {
    const std::vector<Sentence> sentences = sentences_of(transcript, segments);
    if (sentences.empty()) return "";
    const std::vector<const Sentence*> said = telling(sentences);
    if (said.empty()) return "The caller said nothing that could be made out.";
    std::string summary = caller_name(sentences).value_or("The caller") + " said:";
    for (const Sentence* sentence : said) summary += " " + quoted(*sentence);
    if (const Sentence* answer = outcome(sentences)) summary += " The assistant answered: " + quoted(*answer);
    return std::string{utf8_prefix(summary, extractive_summary_bytes_max)};
}

HeuristicFacts heuristic_facts(const std::string& transcript,
                               const std::vector<TranscriptSegment>& segments) {
    const std::vector<Sentence> sentences = sentences_of(transcript, segments);
    return {call_type(sentences), sentiment(sentences), caller_name(sentences), action_items(sentences)};
}

}  // namespace callflex
