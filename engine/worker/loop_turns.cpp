#include "engine/worker/loop_turns.hpp"

namespace durable::worker {

void LoopTurns::run(Loop& loop) {
    std::unique_lock turn{turn_};
    loop_ = &loop;
    while (!loop.drained()) {
        const auto until = sleeps_until_ = loop.next_look_at();
        turn.unlock();
        std::vector<LoopMessage> messages = mailbox_->take_all(until);
        turn.lock();
        loop.turn(std::move(messages));
    }
    loop_ = nullptr;
}

void LoopTurns::bring(LoopMessage news) {
    if (!go_round(news)) mailbox_->put(std::move(news));
}

bool LoopTurns::go_round(LoopMessage& news) {
    std::unique_lock turn{turn_, std::try_to_lock};
    if (!turn || loop_ == nullptr || !mailbox_->empty() || !loop_->has_only(news)) return false;
    std::vector<LoopMessage> messages;
    messages.push_back(std::move(news));
    loop_->turn(std::move(messages));
    const bool sooner = loop_->drained() || loop_->next_look_at() < sleeps_until_;
    if (sooner) sleeps_until_ = {};  // it will not sleep on
    turn.unlock();
    if (sooner) mailbox_->put(LookAgain{});
    return true;
}

}  // namespace durable::worker
