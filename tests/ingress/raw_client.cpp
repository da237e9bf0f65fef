#include "tests/ingress/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <stdexcept>

namespace test {

RawClient::RawClient() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {}

RawClient::RawClient(std::uint16_t port) : RawClient() {
    connect(port);
}

void RawClient::connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{15, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error{"cannot connect"};
    }
}

RawClient::~RawClient() {
    ::close(socket_);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::end_sending() {
    ::shutdown(socket_, SHUT_WR);
}

bool RawClient::fill() {
    char bytes[16384];
    ssize_t got = 0;
    do {
        got = ::recv(socket_, bytes, sizeof bytes, 0);
    } while (got < 0 && errno == EINTR);  // a socket with a time-out is woken when its process was stopped
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

std::optional<Answer> RawClient::read() {
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
        if (!fill()) return std::nullopt;
    }
    Answer out;
    const std::size_t head = buffer_.find("\r\n\r\n") + 4;
    out.status = static_cast<unsigned>(std::stoi(buffer_.substr(9, 3)));
    std::size_t line = buffer_.find("\r\n") + 2;
    while (line < head - 2) {
        const std::size_t end = buffer_.find("\r\n", line);
        const std::size_t colon = buffer_.find(": ", line);
        std::string name = buffer_.substr(line, colon - line);
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        out.fields[name] = buffer_.substr(colon + 2, end - colon - 2);
        line = end + 2;
    }
    const std::size_t length =
        out.fields.contains("content-length") ? std::stoul(out.fields["content-length"]) : 0;
    while (buffer_.size() < head + length) {
        if (!fill()) return std::nullopt;
    }
    out.body = buffer_.substr(head, length);
    buffer_.erase(0, head + length);
    return out;
}

bool RawClient::closed() {
    char bytes[16384];
    ssize_t got = 0;
    do {
        got = ::recv(socket_, bytes, sizeof bytes, 0);
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0 || errno == ECONNRESET;
}

std::optional<Answer> exchange(std::uint16_t port, std::string_view bytes) {
    RawClient client{port};
    client.send(bytes);
    return client.read();
}

}  // namespace test
