#include "api/cli/bench_report.hpp"

#include <fmt/format.h>

#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

constexpr std::size_t progress_columns = 100;

std::string in_capitals(std::string text) {
    for (char& letter : text) letter = letter == '_' ? ' ' : static_cast<char>(std::toupper(letter));
    return text;
}

Cell verdict(const bench::Figure& figure) {
    if (!figure.bar) return {""};
    return {fmt::format("{} {}", figure.holds() ? "✓" : "✗", figure.bar->text()),
            figure.holds() ? Color::green : Color::red};
}

void print_figures(const Session& session, const bench::Measured& measured) {
    Table table({"", "", "", "BAR", ""});
    for (const auto& figure : measured.figures) {
        table.add({{figure.label},
                   {padded("", 12 - std::min<std::size_t>(12, width(bench::rounded(figure.value)))) +
                        bench::rounded(figure.value),
                    Color::bold},
                   {figure.unit, Color::dim},
                   verdict(figure),
                   {figure.note, Color::dim}});
    }
    table.print(session.out(), session.style(), 2);
}

void print_listing(const Session& session, const bench::Listing& listing) {
    if (listing.rows.empty()) return;
    session.out() << "\n  " << listing.title << '\n';
    std::vector<std::string> headings;
    for (const auto& [key, value] : listing.rows.front().items()) headings.push_back(in_capitals(key));
    Table table(headings);
    for (const auto& row : listing.rows) {
        std::vector<Cell> cells;
        for (const auto& [key, value] : row.items()) {
            cells.emplace_back(value.is_number() ? bench::rounded(value.get<double>())
                                                 : value.get<std::string>());
        }
        table.add(std::move(cells));
    }
    table.print(session.out(), session.style(), 2);
}

}  // namespace

void BenchProgress::show(const std::string& line) {
    if (session_.err_is_terminal()) {
        session_.err() << "\r\x1b[K"
                       << session_.err_style()(Color::dim, cut(harmless(line), progress_columns))
                       << std::flush;
        shown_ = true;
    } else {
        session_.err() << "bench: " << harmless(line) << std::endl;
    }
}

void BenchProgress::clear() {
    if (shown_) session_.err() << "\r\x1b[K" << std::flush;
    shown_ = false;
}

void print_report(const Session& session, const bench::BenchReport& report) {
    if (session.options.format == Format::csv) {
        session.print_json(report.json()["figures"]);
        return;
    }
    if (!session.for_people()) {
        session.print_json(report.json());
        return;
    }
    const auto style = session.style();
    if (report.honest) {
        session.out() << "Medians, durable commits, everything on this machine\n";
    } else {
        session.out()
            << style(Color::red,
                     "NOT DURABLE: this server may lose what it acknowledges; compare nothing with this")
            << '\n';
    }
    for (const auto& measured : report.measured) {
        session.out() << '\n' << style(Color::bold, measured.workload) << '\n';
        print_figures(session, measured);
        for (const auto& listing : measured.listings) print_listing(session, listing);
    }
    const auto missed = report.missed();
    if (!missed.empty()) session.out() << "\nMissed: " << fmt::format("{}", fmt::join(missed, "; ")) << '\n';
}

}  // namespace callflex::cli
