// What is done to histories in nearly every test that has some, instantiated once: their events are variants of dozens
// of types. Never called.
#pragma once
#include <vector>

#include "engine/replay/history.hpp"

namespace test {

inline void copy_history(std::vector<durable::history::Activation>& history) {
    std::vector<durable::history::Activation> copy = history;
    history.push_back(copy.front());
    std::vector<durable::history::Event>& events = history.front().arrived;
    events.push_back(events.front());
    events = copy.front().commands;
    events = {copy.front().arrived.front(), history.front().arrived.front()};
    if (history == copy) history.clear();
}

}  // namespace test
