#pragma once
// Running coroutines from a test: on an io_context of their own, to the end.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace test {

/// Runs coroutines to their ends, at once and in one thread; throws what one of them throws.
inline void run_to_their_ends(std::vector<boost::asio::awaitable<void>> coroutines) {
    boost::asio::io_context io;
    std::exception_ptr thrown;
    for (auto& coroutine : coroutines) {
        boost::asio::co_spawn(io, std::move(coroutine), [&thrown](const std::exception_ptr& error) {
            if (error) thrown = error;
        });
    }
    io.run();
    if (thrown) std::rethrow_exception(thrown);
}

template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> coroutine, std::optional<T>& result) {
    result = co_await std::move(coroutine);
}

/// All at once, in one thread; results in order.
template <class T>
std::vector<T> await_all(std::vector<boost::asio::awaitable<T>> coroutines) {
    std::vector<std::optional<T>> kept(coroutines.size());
    std::vector<boost::asio::awaitable<void>> keeping;
    for (std::size_t i = 0; i < coroutines.size(); ++i) {
        keeping.push_back(keep_result(std::move(coroutines[i]), kept[i]));
    }
    run_to_their_ends(std::move(keeping));
    std::vector<T> results;
    for (auto& result : kept) results.push_back(std::move(*result));
    return results;
}

/// The coroutine's result, or its exception.
template <class T>
T await(boost::asio::awaitable<T> coroutine) {
    std::vector<boost::asio::awaitable<T>> one;
    one.push_back(std::move(coroutine));
    return std::move(await_all(std::move(one)).front());
}

/// A sample body from tests/activities/payloads.
inline std::string payload(const std::string& name) {
    std::ifstream file{CALLFLEX_SOURCE_DIR "/tests/activities/payloads/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace test
