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

/// The coroutine's result, or its exception.
template <class T>
T await(boost::asio::awaitable<T> coroutine) {
    boost::asio::io_context io;
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr error, T value) {
        thrown = error;
        if (!error) result = std::move(value);
    });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
}

/// All at once, in one thread; results in order.
template <class T>
std::vector<T> await_all(std::vector<boost::asio::awaitable<T>> coroutines) {
    boost::asio::io_context io;
    std::vector<T> results(coroutines.size());
    std::exception_ptr thrown;
    for (std::size_t i = 0; i < coroutines.size(); ++i) {
        boost::asio::co_spawn(io, std::move(coroutines[i]), [&, i](std::exception_ptr error, T value) {
            if (error) thrown = error;
            results[i] = std::move(value);
        });
    }
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return results;
}

/// A sample body from tests/activities/payloads.
inline std::string payload(const std::string& name) {
    std::ifstream file{CALLFLEX_SOURCE_DIR "/tests/activities/payloads/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace test
