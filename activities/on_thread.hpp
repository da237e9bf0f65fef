#pragma once
// Blocking work of an activity, on threads that may block.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

namespace callflex {

namespace detail {
template <class F>
boost::asio::awaitable<std::invoke_result_t<F&>> call(F work) {
    co_return work();
}
}  // namespace detail

/// Runs `work` on one of the pool's threads; the caller continues on its own executor with the result, or the
/// exception. Cancelling the caller does not reach it: it must end by itself, soon. (Asio 1.24 lets a cancellation
/// that arrives between its end and its report escape into the pool, which terminates the program.)
template <class F>
boost::asio::awaitable<std::invoke_result_t<F&>> on_thread(boost::asio::thread_pool& pool, F work) {
    co_return co_await boost::asio::co_spawn(
        pool, detail::call(std::move(work)),
        boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot{}, boost::asio::use_awaitable));
}

}  // namespace callflex
