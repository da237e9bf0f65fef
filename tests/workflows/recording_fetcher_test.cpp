// fetch_recording against a server that answers as VAPI and its storage do.

#include <doctest/doctest.h>

#include <boost/asio.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "activities/http/encoding.hpp"
#include "activities/recording_fetcher.hpp"
#include "api/sandbox/sandbox.hpp"
#include "tests/workflows/canned_server.hpp"
#include "tests/workflows/product_database.hpp"
#include "tests/workflows/temporary_folder.hpp"

using namespace callflex;
namespace fs = std::filesystem;

namespace {

class Context : public durable::ActivityContext {
  public:
    explicit Context(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
    [[nodiscard]] const durable::ActivityInfo& info() const override { return info_; }
    [[nodiscard]] std::stop_token stop_token() const override { return {}; }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const override {
        return std::chrono::steady_clock::now() + std::chrono::seconds{20};
    }
    void heartbeat(durable::Payload) override {}
    [[nodiscard]] const durable::Payload& heartbeat_details() const override { return details_; }
    [[nodiscard]] boost::asio::any_io_executor executor() const override { return executor_; }
    [[nodiscard]] std::string completion_token() const override { throw std::logic_error("not external"); }
    [[noreturn]] void complete_later() override { throw std::logic_error("not external"); }

  private:
    boost::asio::any_io_executor executor_;
    durable::ActivityInfo info_{};
    durable::Payload details_;
};

struct Bench {
    StoredRecording fetch(const std::string& url, const std::string& api_key = "key",
                          std::uint64_t bytes_max = 1000) {
        VendorConfig config;
        config.vapi.api_key = Secret{api_key};
        config.vapi.base_url = server.url("/vapi");
        change(config);
        const auto vendors = std::make_shared<Vendors>(config);
        const auto disk = std::make_shared<boost::asio::thread_pool>(1);
        const RecordingFetcher fetcher{{.vendors = vendors,
                                        .spool = std::make_shared<FileStore>(folder.path),
                                        .storage = make_storage(vendors, disk),
                                        .bytes_max = bytes_max}};
        const EndedCall call = test::ended_call();
        boost::asio::io_context io;
        Context context{io.get_executor()};
        auto stored = boost::asio::co_spawn(io, fetcher(context, {key_of(call), "vapi/call 1", url}),
                                            boost::asio::use_future);
        io.run();
        return stored.get();
    }
    durable::Failure failure(const std::string& url, const std::string& api_key = "key") {
        try {
            fetch(url, api_key);
        } catch (const durable::ApplicationError& error) {
            return error.failure();
        }
        FAIL("it did not fail");
        return {};
    }
    [[nodiscard]] std::string kept() const {
        std::ifstream file{folder.path / "org" / test::organization_id / "calls/2026/11" /
                               (test::ended_call().call_id + ".mp3"),
                           std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    [[nodiscard]] bool nothing_kept() const {
        return !fs::exists(folder.path / "org") && fs::is_empty(folder.path / "incoming");
    }

    std::function<void(VendorConfig&)> change = [](VendorConfig&) {};
    test::CannedServer server;
    test::TemporaryFolder folder;
    std::string vapi_path = "/vapi/call/vapi%2Fcall%201/mono-recording";
};

const std::string mp3 = "HTTP/1.1 200 OK\r\nContent-Type: Audio/MPEG; rate=44100";

}  // namespace

TEST_CASE("a recording is stored at its path with its checksum, without sending our key to the storage") {
    Bench bench;
    bench.server.answer("/a.mp3?sig=1", mp3, "sound");
    const StoredRecording stored = bench.fetch(bench.server.url("/a.mp3?sig=1"));
    CHECK(stored.path == "org/" + std::string{test::organization_id} + "/calls/2026/11/" +
                             test::ended_call().call_id + ".mp3");
    CHECK(stored.bytes == 5);
    CHECK(stored.content_type == "audio/mpeg");
    CHECK(stored.sha256 == http::sha256_hex("sound"));
    CHECK(bench.kept() == "sound");
    CHECK(bench.server.requests().at(0).find("Authorization") == std::string::npos);
}

TEST_CASE("fetched again, it overwrites what was there") {
    Bench bench;
    bench.server.answer("/a.mp3", mp3, "first");
    bench.fetch(bench.server.url("/a.mp3"));
    bench.server.answer("/a.mp3", mp3, "second");
    bench.fetch(bench.server.url("/a.mp3"));
    CHECK(bench.kept() == "second");
}

TEST_CASE(
    "when the address has expired VAPI is asked for a new one, with our key, and the key stays with VAPI") {
    Bench bench;
    test::CannedServer storage;
    storage.answer("/fresh.mp3", mp3, "sound");
    bench.server.answer("/old.mp3", "HTTP/1.1 403 Forbidden", "<Error/>");
    bench.server.answer(bench.vapi_path, "HTTP/1.1 302 Found\r\nLocation: " + storage.url("/fresh.mp3"), "");
    CHECK(bench.fetch(bench.server.url("/old.mp3")).bytes == 5);
    CHECK(bench.kept() == "sound");
    CHECK(bench.server.requests().at(1).find("Authorization: Bearer key") != std::string::npos);
    CHECK(storage.requests().at(0).find("Authorization") == std::string::npos);
}

TEST_CASE("an address that must not be called is not: VAPI is asked instead") {
    Bench bench;
    test::CannedServer internal;
    internal.answer("/latest/meta-data", mp3, "secrets");
    bench.server.answer(bench.vapi_path, mp3, "sound");
    for (const std::string& url :
         {internal.url("/latest/meta-data"), std::string{"file:///etc/passwd"}, std::string{}}) {
        CHECK(bench.fetch(url).bytes == 5);
    }
    CHECK(internal.requests().empty());
}

TEST_CASE("without VAPI's key an expired address is final, and says what to do") {
    Bench bench;
    const durable::Failure failure = bench.failure(bench.server.url("/gone.mp3"), "");
    CHECK(failure.type == "RecordingGone");
    CHECK_FALSE(failure.retryable);
    CHECK(failure.message.find("VAPI_API_KEY") != std::string::npos);
    CHECK(bench.nothing_kept());
}

TEST_CASE("what may still come is tried again: 404, 503, an empty file") {
    Bench bench;
    CHECK(bench.failure(bench.server.url("/not-yet.mp3")).retryable);
    bench.server.answer("/busy.mp3", "HTTP/1.1 503 Busy\r\nRetry-After: 7", "");
    const durable::Failure busy = bench.failure(bench.server.url("/busy.mp3"));
    CHECK(busy.retryable);
    CHECK(busy.next_delay == durable::Duration{std::chrono::seconds{7}});
    bench.server.answer("/empty.mp3", mp3, "");
    CHECK(bench.failure(bench.server.url("/empty.mp3")).retryable);
    CHECK(bench.nothing_kept());
}

TEST_CASE("what will not come is final: a wrong key, a recording that is too large") {
    Bench bench;
    bench.server.answer(bench.vapi_path, "HTTP/1.1 401 Unauthorized", "");
    CHECK_FALSE(bench.failure(bench.server.url("/gone.mp3")).retryable);
    bench.server.answer("/huge.mp3", mp3, std::string(1001, 'x'));
    const durable::Failure huge = bench.failure(bench.server.url("/huge.mp3"));
    CHECK(huge.type == "RecordingTooLarge");
    CHECK_FALSE(huge.retryable);
    CHECK(bench.nothing_kept());
}

TEST_CASE("a recording goes where it is configured to go, and nothing of it stays on this machine's disk") {
    const callflex::sandbox::Sandbox sandbox;
    Bench bench;
    bench.server.answer("/vapi/a.mp3", mp3, "sound");
    SUBCASE("S3") {
        bench.change = [&](VendorConfig& config) {
            config.storage = StorageKind::s3;
            config.s3 = {.endpoint = sandbox.url() + "/s3",
                         .bucket = "recordings",
                         .region = "eu-central-1",
                         .access_key_id = "sandbox-key",
                         .secret_access_key = Secret{"sandbox-secret"}};
        };
        CHECK(bench.fetch(bench.server.url("/vapi/a.mp3")).storage == "s3");
    }
    SUBCASE("Supabase") {
        bench.change = [&](VendorConfig& config) {
            config.storage = StorageKind::supabase;
            config.supabase.url = sandbox.url() + "/supabase";
            config.supabase.service_key = Secret{"sb_secret_abc"};
        };
        CHECK(bench.fetch(bench.server.url("/vapi/a.mp3")).storage == "supabase");
    }
    CHECK(bench.nothing_kept());
}
