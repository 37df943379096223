// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/server.hpp"

namespace memory {

namespace {

using requests::Reason;

Failed failed_with(Error error) {
  switch (error) {
    case Error::no_memory:
    case Error::no_frames:
      return {Reason::no_memory};
    case Error::unknown:
      return {Reason::unknown};
    case Error::unmapped:
    case Error::denied:
      return {Reason::bad_address};
    case Error::bus:
      return {Reason::io};
    case Error::busy:
    case Error::invalid:
    case Error::exists:
      break;
  }
  return {Reason::invalid};
}

Answer<Done, Failed> answer_of(const Result<void>& result) {
  if (!result) return failed_with(result.error());
  return Done{};
}

/// Copies between a lend and pages of a program.
class LendMover final : public Mover {
 public:
  LendMover(const contract::Lend& lend, bool into_program) : lend_(lend), into_program_(into_program) {}
  bool move(u64 done, std::span<std::byte> memory) override {
    return (into_program_ ? lend_.copy_in(done, memory) : lend_.copy_out(done, memory)).has_value();
  }

 private:
  const contract::Lend& lend_;
  bool into_program_;
};

}  // namespace

Result<ObjectIndex> Server::image_object(u32 pid, u32 source, u8 rights) {
  if (source != 1 && source != 2) return std::unexpected(Error::invalid);
  const auto object = files_.map_image(pid, static_cast<Image>(source), rights);
  if (!object) return std::unexpected(Error::bus);
  const ObjectIndex index = memory_.objects().file(object->name, object->serial);
  if (index == 0) return std::unexpected(Error::no_memory);
  return index;
}

Result<void> Server::build(const requests::Build& message) {
  requests::Segment segments[requests::max_segments];
  const std::size_t count = message.segments.count();
  if (count > requests::max_segments) return std::unexpected(Error::invalid);
  if (!message.segments.read(0, std::span(segments, count))) return std::unexpected(Error::invalid);
  if (auto begun = memory_.begin_build(message.space, message.pid, message.heap); !begun) return begun;

  // One object for each image, however many segments it has; it is held until the last of them is in place.
  ObjectIndex objects[3] = {};
  Result<void> result;
  for (std::size_t index = 0; index < count && result; ++index) {
    const requests::Segment& part = segments[index];
    Segment segment{part.address, part.length, part.offset, part.file_length, static_cast<u8>(part.rights & 7)};
    if (part.source != 0) {
      if (part.source < 3 && objects[part.source] == 0) {
        const auto object = image_object(message.pid, part.source, segment.rights);
        if (!object) {
          result = std::unexpected(object.error());
          break;
        }
        objects[part.source] = *object;
        memory_.objects().retain(*object);
      }
      if (part.source >= 3) {
        result = std::unexpected(Error::invalid);
        break;
      }
      segment.object = objects[part.source];
    }
    result = memory_.build_segment(message.space, segment);
  }
  for (const ObjectIndex object : objects)
    if (object != 0) memory_.objects().release(object);
  if (result) result = memory_.build_stack(message.space, message.stack);
  if (result) {
    LendMover mover(message.image, true);
    result = memory_.store(message.space, message.stack, message.image.length(), mover);
  }
  if (!result) static_cast<void>(memory_.discard(message.space));
  memory_.release_unused();
  return result;
}

Answer<Done, Failed> Server::on_build(Call&, const requests::Build& message) {
  return answer_of(with_frames([&] { return build(message); }));
}

// The requests of which the first two lines are about a busy space answer when it has settled.

Answer<Done, Failed> Server::on_adopt(Call& call, const requests::Adopt& message) {
  const auto result = memory_.adopt(message.pid, message.space);
  if (!result && result.error() == Error::busy) {
    if (WaitingRequest* place = waiting_.vacant()) {
      *place = {WaitingRequest::Kind::adopt, message.pid, 0, message.space, call.defer<Done, Failed>(), {}};
      return contract::deferred;
    }
  }
  memory_.release_unused();
  return answer_of(result);
}

Answer<Done> Server::on_discard(Call& call, const requests::Discard& message) {
  const auto result = memory_.discard(message.space);
  if (!result && result.error() == Error::busy) {
    if (WaitingRequest* place = waiting_.vacant()) {
      *place = {WaitingRequest::Kind::discard, 0, 0, message.space, {}, call.defer<Done>()};
      return contract::deferred;
    }
  }
  memory_.release_unused();
  return Done{};
}

Answer<Done, Failed> Server::on_fork(Call& call, const requests::Fork& message) {
  const auto result = with_frames([&] { return memory_.fork(message.parent, message.pid, message.space); });
  if (!result && result.error() == Error::busy) {
    if (WaitingRequest* place = waiting_.vacant()) {
      *place = {WaitingRequest::Kind::fork, message.pid, message.parent, message.space, call.defer<Done, Failed>(), {}};
      return contract::deferred;
    }
  }
  return answer_of(result);
}

Answer<Done, Failed> Server::on_share(Call&, const requests::Share& message) {
  return answer_of(memory_.share(message.parent, message.pid));
}

Answer<Done> Server::on_release(Call& call, const requests::Release& message) {
  const auto result = memory_.release(message.pid);
  if (!result && result.error() == Error::busy) {
    if (WaitingRequest* place = waiting_.vacant()) {
      *place = {WaitingRequest::Kind::release, message.pid, 0, 0, {}, call.defer<Done>()};
      return contract::deferred;
    }
  }
  memory_.release_unused();
  return Done{};
}

/// Tries once more; false: it still has to wait.
bool Server::retry(WaitingRequest& request) {
  Result<void> result;
  switch (request.kind) {
    case WaitingRequest::Kind::none:
      return true;
    case WaitingRequest::Kind::adopt:
      result = memory_.adopt(request.pid, request.space);
      break;
    case WaitingRequest::Kind::discard:
      result = memory_.discard(request.space);
      break;
    case WaitingRequest::Kind::fork:
      result = memory_.fork(request.parent, request.pid, request.space);
      break;
    case WaitingRequest::Kind::release:
      result = memory_.release(request.pid);
      break;
  }
  if (!result && result.error() == Error::busy) return false;
  if (request.done_token) {
    request.done_token.answer(Done{});
  } else if (result) {
    request.token.answer(Done{});
  } else {
    request.token.answer(failed_with(result.error()));
  }
  return true;
}

Answer<Done, Failed> Server::on_store(Call&, const requests::Store& message) {
  const auto space = memory_.space_of(message.pid);
  if (!space) return failed_with(space.error());
  LendMover mover(message.data, true);
  return answer_of(with_frames([&] { return memory_.store(*space, message.address, message.data.length(), mover); }));
}

Answer<Done, Failed> Server::on_store_space(Call&, const requests::StoreSpace& message) {
  if (memory_.space(message.space).state != Space::State::built) return failed_with(Error::unknown);
  LendMover mover(message.data, true);
  return answer_of(
      with_frames([&] { return memory_.store(message.space, message.address, message.data.length(), mover); }));
}

Answer<Done, Failed> Server::on_load(Call&, const requests::Load& message) {
  const auto space = memory_.space_of(message.pid);
  if (!space) return failed_with(space.error());
  LendMover mover(message.data, false);
  return answer_of(with_frames([&] { return memory_.load(*space, message.address, message.data.length(), mover); }));
}

Answer<requests::Located, Failed> Server::on_locate(Call&, const requests::Locate& message) {
  const auto space = memory_.space_of(message.pid);
  if (!space) return failed_with(space.error());
  const auto location = memory_.locate(*space, message.address);
  if (!location) return failed_with(location.error());
  return requests::Located{location->object, location->offset};
}

Answer<requests::Faulted, Failed> Server::on_fault(Call&, const requests::Fault& message) {
  const auto note = notes_.take(message.thread);
  if (!note) return failed_with(Error::unknown);
  return requests::Faulted{note->address, note->signal, note->code};
}

Answer<Done> Server::on_limits(Call&, const requests::Limits& message) {
  static_cast<void>(memory_.limit(message.pid, {message.address_space, message.data, message.stack}));
  return Done{};
}

Answer<requests::Used, Failed> Server::on_usage(Call&, const requests::Usage& message) {
  const auto usage = memory_.usage(message.pid);
  if (!usage) return failed_with(usage.error());
  return requests::Used{usage->pages, usage->resident, usage->resident, usage->minor_faults, usage->major_faults};
}

}  // namespace memory
