#pragma once
// How many attempts are inside at once, in all worker processes together, counted where they are: in memory that
// forked processes share. Exact whoever is killed: nobody is counted who is not inside.

#include <cstdint>

namespace durable::test {

/// Made before the workers, which inherit it; each has a place of its own. A worker that is to be killed is frozen,
/// taken out, and then killed: so its attempts are gone here before anybody can have their slots.
class Crowd {
  public:
    static constexpr int places = 4;

    Crowd();
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    void enter(int place);
    void leave(int place);
    /// Of a process that does not run any more; the place is free again.
    void take_out(int place);

    [[nodiscard]] int most() const;     ///< that were inside at once
    [[nodiscard]] int entered() const;  ///< so far

  private:
    struct Shared;
    Shared* shared_;
};

}  // namespace durable::test
