#include "tests/payloads/shelves.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "activities/http/encoding.hpp"
#include "activities/storage/s3_archive.hpp"
#include "activities/storage/sigv4.hpp"
#include "engine/worker/folder_archive.hpp"
#include "tests/activities/awaiting.hpp"

namespace durable::test {

namespace http = callflex::http;
using nlohmann::json;

Store FolderShelf::store_at(const std::string& line) {
    return std::make_shared<worker::FolderArchive>(line);
}

std::vector<std::string> FolderShelf::names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder.path}) {
        if (entry.is_regular_file()) found.push_back(entry.path().lexically_relative(folder.path));
    }
    std::ranges::sort(found);
    return found;
}

std::string FolderShelf::bytes_of(const std::string& name) const {
    std::ifstream file{folder.path / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

callflex::VendorConfig S3Shelf::configuration(const std::string& sandbox_url) {
    callflex::VendorConfig config;
    config.s3 = {.endpoint = sandbox_url + "/s3",
                 .bucket = "",
                 .region = "eu-central-1",
                 .access_key_id = "sandbox-key",
                 .secret_access_key = callflex::Secret{"sandbox-secret"}};
    config.exports = {.folder = "", .bucket = "archive", .prefix = "call flex/2"};
    return config;
}

Store S3Shelf::store_at(const std::string& line) {
    return std::make_shared<callflex::S3Archive>(std::make_shared<callflex::Vendors>(configuration(line)));
}

std::vector<std::string> S3Shelf::names() const {
    const std::string root = "/archive/call flex/2/";
    std::set<std::string> found;
    const auto report = json::parse(control("GET", "/sandbox/sent?vendor=s3"));
    for (const auto& sent : report.at("sent")) {
        const auto path = sent.at("id").get<std::string>();
        found.insert(path.starts_with(root) ? path.substr(root.size()) : path);
    }
    return {found.begin(), found.end()};
}

std::string S3Shelf::bytes_of(const std::string& name) const {
    const auto& s3 = vendors.config.s3;
    http::Request request;
    request.url = http::join(s3.endpoint, "/archive/call%20flex/2/" + name);
    request.response_bytes_max = std::size_t{16} << 20;
    callflex::sign_v4(
        request,
        {.access_key_id = s3.access_key_id, .secret_access_key = s3.secret_access_key, .region = s3.region},
        http::sha256_hex(""), std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    const auto result = ::test::await(vendors.http->send(std::move(request)));
    return result.ok() ? result.response->body : "";
}

std::size_t S3Shelf::puts() const {
    return json::parse(control("GET", "/sandbox/sent?vendor=s3")).at("count").get<std::size_t>();
}

std::size_t S3Shelf::requests() const {
    const auto counters = json::parse(control("GET", "/sandbox/counters"));
    return counters.value("/s3/requests"_json_pointer, std::size_t{0});
}

void S3Shelf::fault(const std::string& json_text) const {
    const auto answer = json::parse(control("POST", "/sandbox/faults", json_text));
    if (!answer.contains("faults")) throw std::invalid_argument(answer.dump());
}

void S3Shelf::heal() const {
    static_cast<void>(control("DELETE", "/sandbox/faults"));
}

std::string S3Shelf::control(const std::string& method, const std::string& path,
                             const std::string& body) const {
    http::Request request;
    request.method = method;
    request.url = http::join(sandbox.url(), path);
    request.body = body;
    const auto result = ::test::await(vendors.http->send(std::move(request)));
    if (!result.response) throw std::runtime_error("the sandbox does not answer: " + result.reason);
    return result.response->body;
}

}  // namespace durable::test
