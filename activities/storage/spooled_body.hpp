#pragma once
// A spooled file as the body of a request: read in pieces while it is sent, never held in memory.

#include "activities/http/message.hpp"
#include "activities/storage/storage.hpp"

namespace callflex {

class SpooledBody : public http::BodySource {
  public:
    explicit SpooledBody(SpooledFile file) : file_(std::move(file)) {}

    [[nodiscard]] std::uint64_t size() const override { return file_.bytes; }
    void rewind() override { position_ = 0; }
    [[nodiscard]] std::string read(std::size_t most) override {
        const std::uint64_t left = file_.bytes - position_;
        std::string piece = file_.content->read(position_, std::min<std::uint64_t>(most, left));
        position_ += piece.size();
        return piece;
    }

  private:
    SpooledFile file_;
    std::uint64_t position_ = 0;
};

}  // namespace callflex
