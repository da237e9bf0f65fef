#include "api/sandbox/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/sandbox/html.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t things_shown_max = 50;
constexpr std::size_t text_bytes_max = 600;
constexpr std::size_t name_bytes_max = 120;

struct Switch {
    const char* label;
    const char* meaning;
    FaultMode mode;
    double rate;
    std::optional<std::uint64_t> times;
};

constexpr std::array switches{
    Switch{"2 s late", "every answer comes two seconds late", FaultMode::delay, 1.0, std::nullopt},
    Switch{"half fail", "every second request or so is answered 500", FaultMode::error, 0.5, std::nullopt},
    Switch{"answers lost", "half of the requests are done, and never answered", FaultMode::lost_answer, 0.5,
           std::nullopt},
    Switch{"3 × 429", "the next three requests are answered 429", FaultMode::rate_limit, 1.0, 3},
};

std::string cell(std::string_view text, std::size_t bytes_max = name_bytes_max) {
    return "<td>" + html(shortened(text, bytes_max)) + "</td>";
}

std::string described(const Fault& fault) {
    std::string text{name_of(fault.mode)};
    if (fault.mode == FaultMode::delay) text += fmt::format(" {} ms", fault.delay.count());
    if (fault.mode == FaultMode::error || fault.mode == FaultMode::failed_after)
        text += fmt::format(" {}", fault.status);
    if (fault.rate < 1) text += fmt::format(", {:.0f} %", fault.rate * 100);
    if (fault.times) text += fmt::format(", {} times", *fault.times);
    if (!fault.method.empty() || !fault.path.empty()) text += ", only " + fault.method + " " + fault.path;
    return text + fmt::format(" (hit {})", fault.fired);
}

std::string faults_of(const Overview& overview, const std::string& vendor) {
    std::string text;
    for (const Fault& fault : overview.faults) {
        if (fault.vendor == vendor) text += "<div class=fault>" + html(described(fault)) + "</div>";
    }
    return text;
}

std::string button(const std::string& vendor, const Switch& which) {
    json fault{{"vendor", vendor}, {"mode", name_of(which.mode)}, {"rate", which.rate}};
    if (which.mode == FaultMode::delay) fault["delay_ms"] = 2000;
    if (which.times) fault["times"] = *which.times;
    return fmt::format("<button type=button data-fault=\"{}\" title=\"{}\">{}</button> ", html(fault.dump()),
                       html(which.meaning), html(which.label));
}

std::string switches_of(const std::string& vendor, bool in_force) {
    std::string text = "<td class=switches>";
    for (const Switch& which : switches) text += button(vendor, which);
    if (in_force)
        text +=
            fmt::format("<button type=button class=off data-clear=\"{}\">switch off</button>", html(vendor));
    return text + "</td>";
}

std::string vendors_table(const Overview& overview) {
    std::string text =
        "<h2>Vendors</h2><table><thead><tr><th>vendor</th><th>asked</th><th>done</th><th>refused</th>"
        "<th>faults</th><th>make it fail</th><th>in force</th></tr></thead><tbody>";
    for (const VendorView& vendor : overview.vendors) {
        const std::string faults = faults_of(overview, vendor.name);
        text += "<tr><th scope=row><a href=\"#" + html(vendor.name) + "\">" + html(vendor.name) + "</a></th>";
        for (const auto number : {vendor.counters.requests, vendor.counters.done, vendor.counters.refused,
                                  vendor.counters.faults})
            text += fmt::format("<td class=number>{}</td>", number);
        text += switches_of(vendor.name, !faults.empty()) + "<td>" + faults + "</td></tr>";
    }
    const std::string all = faults_of(overview, "*");
    if (!all.empty())
        text += "<tr><th scope=row>all</th><td colspan=4></td>" + switches_of("*", true) + "<td>" + all +
                "</td></tr>";
    return text + "</tbody></table>";
}

std::string promises_table(const Overview& overview) {
    std::string text =
        "<h2>Promises</h2><table><thead><tr><th>vendor</th><th>must hold</th><th></th></tr></thead><tbody>";
    for (const VendorView& vendor : overview.vendors) {
        for (const Promise& promise : vendor.promises) {
            const bool kept = promise.broken.empty();
            std::string verdict = kept ? "✓ holds" : fmt::format("✗ broken {} times", promise.broken.size());
            text += fmt::format("<tr class={}>", kept ? "kept" : "broken") + cell(vendor.name) +
                    cell(promise.text, 300) + "<td>" + html(verdict);
            for (std::size_t i = 0; i < std::min(promise.broken.size(), things_shown_max); ++i)
                text += "<div>" + html(shortened(promise.broken[i], 300)) + "</div>";
            text += "</td></tr>";
        }
    }
    return text + "</tbody></table>";
}

std::string things_table(const VendorView& vendor) {
    if (vendor.things.empty()) return {};
    std::string text =
        "<table><thead><tr><th>what exists</th><th>name</th><th>id</th><th></th></tr></thead><tbody>";
    const std::size_t shown = std::min(vendor.things.size(), things_shown_max);
    for (std::size_t i = 0; i < shown; ++i) {
        const Thing& thing = vendor.things[i];
        text +=
            "<tr>" + cell(thing.kind) + cell(thing.name) + cell(thing.id) + cell(thing.detail, 300) + "</tr>";
    }
    text += "</tbody></table>";
    if (shown < vendor.things.size())
        text += fmt::format("<p class=quiet>and {} more</p>", vendor.things.size() - shown);
    return text;
}

std::string sent_table(const VendorView& vendor) {
    if (vendor.sent.empty()) return "<p class=quiet>Nothing was sent yet.</p>";
    std::string text =
        "<table><thead><tr><th>at</th><th>what</th><th>to</th><th>text</th><th>key</th></tr></thead><tbody>";
    for (const Sent& sent : vendor.sent) {
        text += "<tr>" + cell(sent.at) + cell(sent.kind) + cell(sent.to) + "<td class=text>";
        if (!sent.subject.empty()) text += "<b>" + html(shortened(sent.subject, name_bytes_max)) + "</b>\n";
        text += html(shortened(sent.text, text_bytes_max)) + "</td>" + cell(sent.key) + "</tr>";
    }
    return text + "</tbody></table>";
}

}  // namespace

std::string render(const Overview& overview) {
    std::string text = vendors_table(overview) + promises_table(overview);
    for (const VendorView& vendor : overview.vendors) {
        text += fmt::format("<section id=\"{0}\"><h2>{0}</h2>", html(vendor.name));
        text += things_table(vendor) + sent_table(vendor) + "</section>";
    }
    return text;
}

}  // namespace callflex::sandbox
