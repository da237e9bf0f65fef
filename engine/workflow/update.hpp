#pragma once
// Updates as the workflow's code takes them: what Workflow::on_update keeps of a handler, with its types
// erased. A handler is
//
//   Task<Receipt> add_item(Workflow& wf, Cart& cart, Item item);       // a coroutine: may await anything
//   wf.on_update(add, [&wf, &cart](Item item) { return add_item(wf, cart, std::move(item)); });
//   wf.on_update(rename, [&cart](const std::string& name) { cart.name = name; return Nothing{}; });
//
// or a plain function. It may run as long as the run is open, also after the coroutine that registered it has
// gone: it captures what keep() gave, or what lives in the workflow's own coroutine.

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "engine/workflow/codec.hpp"
#include "engine/workflow/runtime.hpp"
#include "engine/workflow/task.hpp"

namespace durable::detail {

/// The frame of one running handler, around the author's own. Owns what it was given for as long as it runs.
template <class Output, class Input, class Handler>
Task<Payload> run_handler(std::shared_ptr<Handler> handler, Input input) {
    if constexpr (is_task<std::invoke_result_t<Handler&, Input>>) {
        co_return encode<Output>(co_await Hidden<Task<Output>>{(*handler)(std::move(input))});
    } else {
        co_return encode<Output>((*handler)(std::move(input)));
    }
}

template <class Input, class Output, class Handler>
[[nodiscard]] UpdateHandler erase_handler(Handler handler, std::function<void(const Input&)> validator) {
    using Given = std::invoke_result_t<Handler&, Input>;
    static_assert(
        std::is_same_v<Given, Task<Output>> || std::is_convertible_v<Given, Output>,
        "the handler of Update<Input, Output> takes an Input and gives an Output or a Task<Output>");
    UpdateHandler erased;
    erased.validates = static_cast<bool>(validator);
    erased.check = [validate = std::move(validator)](const Payload& payload) {
        const Input input = decode<Input>(payload);
        if (validate) validate(input);
    };
    erased.run = [shared = std::make_shared<Handler>(std::move(handler))](const Payload& payload) {
        return run_handler<Output, Input, Handler>(shared, decode<Input>(payload));
    };
    return erased;
}

}  // namespace durable::detail
