#pragma once
// A client that sends exactly the bytes it is given, right or wrong, over a real socket.

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace test {

struct Answer {
    unsigned status = 0;
    std::map<std::string, std::string> fields;  ///< names in lower case
    std::string body;

    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
};

class RawClient {
  public:
    /// A socket and no connection yet.
    RawClient();
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void connect(std::uint16_t port);
    /// False when the peer resets the connection meanwhile; an answer may still be read.
    bool send(std::string_view bytes);
    void end_sending();
    /// The next answer; nothing when the server closed without one, or said nothing for 15 s.
    [[nodiscard]] std::optional<Answer> read();
    /// Whether the server closes now (waits up to 15 s for it); unread answers are skipped.
    [[nodiscard]] bool closed();

  private:
    bool fill();
    int socket_ = -1;
    std::string buffer_;
};

/// One connection, one request, one answer.
[[nodiscard]] std::optional<Answer> exchange(std::uint16_t port, std::string_view bytes);

}  // namespace test
