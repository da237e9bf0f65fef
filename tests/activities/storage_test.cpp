// Recordings in object storage, and live events through Supabase: against the sandbox, and by published vectors.

#include <doctest/doctest.h>

#include "activities/http/encoding.hpp"
#include "activities/storage/s3_storage.hpp"
#include "activities/storage/sigv4.hpp"
#include "activities/storage/supabase_storage.hpp"
#include "activities/supabase/realtime.hpp"
#include "tests/activities/vendor_bench.hpp"
#include "tests/workflows/temporary_folder.hpp"

using namespace callflex;

namespace {

const SigV4Scope documented{.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                            .secret_access_key = Secret{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
                            .region = "us-east-1"};
constexpr std::chrono::sys_seconds documented_time{std::chrono::sys_days{std::chrono::year{2013} / 5 / 24}};

std::string signature_of(const http::Request& request) {
    for (const auto& header : request.headers) {
        if (header.name == "Authorization") return header.value.substr(header.value.find("Signature=") + 10);
    }
    return {};
}

http::Request documented_request(const std::string& method, const std::string& target) {
    http::Request request;
    request.method = method;
    request.url = http::parse_url("https://examplebucket.s3.amazonaws.com" + target);
    return request;
}

/// The sandbox as S3 and as Supabase, and a spool to upload from.
struct Bench : test::VendorBench {
    Bench() {
        VendorConfig config = configuration(sandbox.url());
        config.s3 = {.endpoint = sandbox.url() + "/s3",
                     .bucket = "recordings",
                     .region = "eu-central-1",
                     .access_key_id = "sandbox-key",
                     .secret_access_key = Secret{"sandbox-secret"}};
        config.supabase.url = sandbox.url() + "/supabase";
        config.supabase.service_key = Secret{"sb_secret_abc"};
        use(config);
    }
    void use(const VendorConfig& config) { vendors = std::make_shared<Vendors>(config); }

    SpooledFile spooled(const std::string& content) {
        auto file = std::make_shared<FileStore::Incoming>(spool.receive());
        file->write(content);
        return {file, content.size(), http::sha256_hex(content), "audio/mpeg"};
    }
    boost::asio::awaitable<bool> kept(Storage& storage, SpooledFile file) {
        co_await storage.keep(context, std::move(file), "org/a b/c.mp3");
        co_return true;
    }

    test::TemporaryFolder folder;
    FileStore spool{folder.path};
    test::FakeContext context{"fetch_recording"};
};

constexpr const char* nothing_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

TEST_CASE("requests are signed as in Amazon's own examples") {
    http::Request get = documented_request("GET", "/test.txt");
    get.headers = {{"Range", "bytes=0-9"}};
    sign_v4(get, documented, nothing_sha256, documented_time);
    CHECK(signature_of(get) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

    http::Request put = documented_request("PUT", "/test%24file.text");
    put.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
    sign_v4(put, documented, http::sha256_hex("Welcome to Amazon S3."), documented_time);
    CHECK(signature_of(put) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");

    http::Request lifecycle = documented_request("GET", "/?lifecycle");
    sign_v4(lifecycle, documented, nothing_sha256, documented_time);
    CHECK(signature_of(lifecycle) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

    http::Request list = documented_request("GET", "/?max-keys=2&prefix=J");
    sign_v4(list, documented, nothing_sha256, documented_time);
    CHECK(signature_of(list) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("a spooled file of several pieces arrives whole in S3, and again when it is repeated") {
    Bench bench;
    S3Storage storage{bench.vendors};
    std::string content;
    for (int i = 0; i < 40'000; ++i) content += "piece " + std::to_string(i);
    for (int round = 0; round < 2; ++round) CHECK(test::await(bench.kept(storage, bench.spooled(content))));
    const auto sent = bench.sent("s3")["sent"];
    REQUIRE(sent.size() == 2);
    CHECK(sent[0]["text"] == std::to_string(content.size()) + " bytes");
    CHECK(bench.control("GET", "/sandbox/invariants")["facts"]["s3"]["objects"] == 1);
}

TEST_CASE("S3's refusals are final, its troubles are not") {
    Bench bench;
    const auto failure = [&] {
        S3Storage storage{bench.vendors};
        return test::failure_of(bench.kept(storage, bench.spooled("x")));
    };
    bench.fault(R"({"vendor":"s3","mode":"error","status":503,"times":1})");
    const auto slow = failure();
    CHECK(slow.type == "S3.SlowDown");
    CHECK(slow.retryable);
    VendorConfig config = bench.vendors->config;
    config.s3.bucket = "missing";
    bench.use(config);
    CHECK(failure().type == "S3.NoSuchBucket");
    CHECK_FALSE(failure().retryable);
    config.s3.secret_access_key = Secret{"another"};
    bench.use(config);
    CHECK(failure().type == "S3.SignatureDoesNotMatch");
    config.s3.bucket = "recordings";
    config.s3.secret_access_key = Secret{"sandbox-secret"};
    bench.use(config);
    auto damaged = bench.spooled("x");
    damaged.sha256 = nothing_sha256;
    S3Storage storage{bench.vendors};
    CHECK(test::failure_of(bench.kept(storage, damaged)).type == "S3.XAmzContentSHA256Mismatch");
}

TEST_CASE("a recording arrives in Supabase Storage; the body's own status decides what an error means") {
    Bench bench;
    SupabaseStorage storage{bench.vendors};
    for (int round = 0; round < 2; ++round) CHECK(test::await(bench.kept(storage, bench.spooled("sound"))));
    CHECK(bench.sent("supabase")["sent"][0]["id"] == "recordings/org/a b/c.mp3");
    CHECK(bench.control("GET", "/sandbox/invariants")["facts"]["supabase"]["objects"] == 1);

    const auto verdict = [](int status, const std::string& body) {
        return read_supabase_storage(test::answered(status, body, true));
    };
    const auto locked = verdict(400, R"({"statusCode":"423","error":"Locked","code":"ResourceLocked"})");
    CHECK(locked.outcome == http::Outcome::retryable);
    CHECK(locked.type == "SupabaseStorage.ResourceLocked");
    CHECK(verdict(400, R"({"statusCode":"404","code":"NoSuchBucket"})").outcome == http::Outcome::permanent);
    CHECK(verdict(400, R"({"statusCode":"403","error":"Unauthorized"})").type ==
          "SupabaseStorage.Unauthorized");
    CHECK(verdict(544, R"({"statusCode":"544","code":"DatabaseTimeout"})").outcome ==
          http::Outcome::retryable);
    CHECK(verdict(400, R"({"statusCode":413})").outcome == http::Outcome::permanent);
    CHECK(verdict(500, "<html>").outcome == http::Outcome::retryable);
    CHECK(verdict(400, "not json").outcome == http::Outcome::permanent);
}

TEST_CASE("a live event is broadcast once, privately, with its id; a new key goes into apikey alone") {
    Bench bench;
    const LiveBroadcast event{42, {"o-1", "call_processed", durable::Payload{R"({"call_id":"c"})"}}};
    test::await(supabase::broadcast(bench.vendors, bench.context, event));
    const auto sent = bench.sent("supabase")["sent"];
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["to"] == "org:o-1");
    CHECK(sent[0]["subject"] == "call_processed");
    CHECK(nlohmann::json::parse(sent[0]["text"].get<std::string>()) ==
          nlohmann::json{{"id", 42}, {"call_id", "c"}});

    SupabaseConfig config = bench.vendors->config.supabase;
    CHECK(supabase::key_headers(config).size() == 1);
    config.service_key = Secret{"eyJhbGciOi"};
    CHECK(supabase::key_headers(config).at(1).value == "Bearer eyJhbGciOi");
}

TEST_CASE("a broadcast that is refused is dropped, one that meets trouble may be tried once more") {
    Bench bench;
    const LiveBroadcast event{1, {"o-1", "call_processed", durable::Payload{"{}"}}};
    const auto failure = [&] {
        return test::failure_of(supabase::broadcast(bench.vendors, bench.context, event));
    };
    bench.fault(R"({"vendor":"supabase","mode":"rate_limit","times":1})");
    CHECK(failure().retryable);
    VendorConfig config = bench.vendors->config;
    config.supabase.service_key = Secret{"sb_publishable_x"};
    bench.use(config);
    const auto refused = failure();
    CHECK(refused.type == "Supabase.401");
    CHECK_FALSE(refused.retryable);
}
