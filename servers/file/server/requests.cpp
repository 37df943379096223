// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/requests.hpp"

#include "lib/contract/program_call.hpp"

namespace file {

namespace {

request::Failed failed(Error error) {
  using request::Reason;
  switch (error) {
    case Error::not_permitted:
      return {Reason::not_permitted};
    case Error::no_entry:
      return {Reason::no_entry};
    case Error::no_process:
      return {Reason::no_process};
    case Error::not_executable:
      return {Reason::not_executable};
    case Error::bad_descriptor:
      return {Reason::bad_descriptor};
    case Error::no_space:
    case Error::table_full:
    case Error::no_memory:
      return {Reason::no_memory};
    case Error::access:
      return {Reason::access};
    case Error::bad_address:
      return {Reason::bad_address};
    case Error::busy:
      return {Reason::busy};
    case Error::not_directory:
      return {Reason::not_directory};
    case Error::is_directory:
      return {Reason::is_directory};
    case Error::invalid:
      return {Reason::invalid};
    case Error::text_busy:
      return {Reason::text_busy};
    case Error::read_only:
      return {Reason::read_only};
    case Error::no_device:
      return {Reason::no_device};
    case Error::name_too_long:
      return {Reason::too_long};
    case Error::loop:
      return {Reason::loop};
    case Error::too_many_files:
      return {Reason::too_many_files};
    default:
      return {Reason::io};
  }
}

contract::Answer<request::Done, request::Failed> answer_of(const Result<>& result) {
  if (result) return request::Done{};
  return failed(result.error());
}

}  // namespace

// ---- waiting --------------------------------------------------------------------------------------------------------

void Requests::woken(WaitKey key) {
  // Not from here: whoever woke is in the middle of something.
  if (job_count_ != 0 && key.bits >> 32 == static_cast<u32>(Awaited::pages)) core_.machine.hurry();
}

template <class Message, class... Outs>
contract::Answer<Outs...> Requests::now_or_later(Call& call, const Message& message,
                                                 const std::optional<Answer<Outs...>>& answer) {
  if (answer) return *answer;
  for (AnyJob& job : jobs_) {
    if (!std::holds_alternative<std::monostate>(job)) continue;
    job.template emplace<Job<Message, Outs...>>(message, call.template defer<Outs...>());
    ++job_count_;
    return contract::deferred;
  }
  return failed(Error::busy);  // more callers than the system has threads
}

template <class Message, class... Outs>
bool Requests::finish(Job<Message, Outs...>& job) {
  const auto answer = attempt(job.message);
  if (!answer) return false;
  const auto give = [&]<class Out>() {
    if (answer->template is<Out>()) job.token.answer(answer->template get<Out>());
  };
  (give.template operator()<Outs>(), ...);
  return true;
}

void Requests::run_jobs() {
  if (job_count_ == 0) return;
  for (AnyJob& slot : jobs_) {
    if (std::holds_alternative<std::monostate>(slot)) continue;
    // Taken out while it is tried: trying may take long, and another thread may come by here.
    AnyJob job = std::move(slot);
    slot.emplace<std::monostate>();
    --job_count_;
    const bool finished = std::visit(
        contract::Overloaded{[](std::monostate) { return true; }, [this](auto& each) { return finish(each); }}, job);
    if (finished) continue;
    for (AnyJob& free : jobs_) {
      if (!std::holds_alternative<std::monostate>(free)) continue;
      free = std::move(job);
      ++job_count_;
      break;
    }
  }
}

void Requests::on_client(contract::ClientChange change) {
  for (AnyJob& slot : jobs_) {
    const bool its = std::visit(contract::Overloaded{[](std::monostate) { return false; },
                                                     [&](auto& each) {
                                                       if (each.token.caller().slot() != change.slot) return false;
                                                       each.token.drop();
                                                       return true;
                                                     }},
                                slot);
    if (!its) continue;
    slot.emplace<std::monostate>();
    --job_count_;
  }
}

// ---- processes ------------------------------------------------------------------------------------------------------

Requests::Simple Requests::on_first(Call&, const request::First& message) {
  return answer_of(processes_.first(message.pid));
}

Requests::Simple Requests::on_fork(Call&, const request::Fork& message) {
  return answer_of(processes_.fork(message.parent, message.pid, message.share_descriptors, message.share_directories));
}

Requests::Simple Requests::on_exec(Call&, const request::Exec& message) {
  char arguments[sizeof(Portrait::line)];
  const std::size_t length = std::min<u64>(message.arguments.length(), sizeof arguments);
  const auto part = std::span(arguments).first(length);
  const bool there = length == 0 || message.arguments.copy_in(0, std::as_writable_bytes(part)).has_value();
  processes_.set_command(message.pid, message.name.view(), there ? std::string_view(arguments, length) : "");
  return answer_of(processes_.exec(message.pid));
}

contract::Answer<request::Done> Requests::on_exit(Call&, const request::Exit& message) {
  processes_.exit(message.pid);
  return Done{};
}

contract::Answer<request::Done> Requests::on_linger(Call&, const request::Linger& message) {
  processes_.linger(message.pid, message.lingers);
  return Done{};
}

contract::Answer<request::Wanted, request::Nothing> Requests::on_take_use_wanted(Call&, const request::TakeUseWanted&) {
  const std::optional<u32> pid = processes_.take_use_wanted();
  if (!pid) return request::Nothing{};
  return request::Wanted{*pid};
}

contract::Answer<request::Done> Requests::on_memory_use(Call&, const request::MemoryUse& message) {
  processes_.set_memory_use(message.pid, {message.pages, message.resident, message.minor_faults, message.major_faults});
  return Done{};
}

Requests::Simple Requests::on_credentials(Call&, const request::CredentialsMessage& message) {
  request::Credentials given;
  if (message.data.count() != 1 || !message.data.read(0, {&given, 1})) return failed(Error::bad_address);
  Credentials credentials;
  credentials.user = given.user;
  credentials.group = given.group;
  credentials.effective_user = given.effective_user;
  credentials.effective_group = given.effective_group;
  credentials.saved_user = given.saved_user;
  credentials.saved_group = given.saved_group;
  credentials.file_user = given.file_user;
  credentials.file_group = given.file_group;
  for (const u32 group : given.groups) credentials.groups[credentials.group_count++] = group;
  return answer_of(processes_.set_credentials(message.pid, credentials));
}

Requests::Simple Requests::on_name(Call&, const request::Name& message) {
  return answer_of(processes_.set_name(message.pid, message.name.view()));
}

Requests::Simple Requests::on_session(Call&, const request::Session& message) {
  return answer_of(processes_.set_session(message.pid, message.group, message.session));
}

Requests::Simple Requests::on_limits(Call&, const request::Limits& message) {
  return answer_of(processes_.set_limits(message.pid, message.descriptors, message.file_size));
}

contract::Answer<request::Done> Requests::on_clock(Call&, const request::Clock& message) {
  set_clock(message.offset);
  return Done{};
}

Requests::Simple Requests::on_trace(Call&, const request::Trace& message) {
  Process* process = core_.find_process(message.pid);
  if (process == nullptr) return failed(Error::no_process);
  return answer_of(processes_.traces.begin(*process, message.descriptor));
}

contract::Answer<request::Done> Requests::on_traced(Call&, const request::Traced& message) {
  Process* process = core_.find_process(message.pid);
  if (process == nullptr) return Done{};
  abi::trace::Buffer buffer;
  const auto record = std::span(buffer.bytes).first(message.record.length());
  if (message.record.copy_in(0, record)) processes_.traces.put(*process, record);
  return Done{};
}

contract::Answer<request::Done> Requests::on_interrupt(Call&, const request::Interrupt& message) {
  if (message.thread >= abi::max_threads) return Done{};
  const Result<Interrupted> interrupted = core_.waits.interrupt(message.thread);
  if (!interrupted) return Done{};
  if (interrupted->held != 0) core_.descriptions.drop(static_cast<DescriptionId>(interrupted->held - 1));
  using contract::CallResult;
  static_cast<void>(contract::ProgramCall::answer(
      interrupted->caller,
      interrupted->progress != 0 ? CallResult::value(static_cast<i64>(interrupted->progress)) : CallResult::retry()));
  return Done{};
}

Result<Spot> Requests::find_image(const Process& process, const request::OpenImage& message) {
  constexpr u32 known = flags::at_empty_path | flags::at_no_follow;
  if ((message.flags & ~known) != 0) return fail(Error::invalid);
  char path[max_path];
  const std::size_t length = message.path.length();
  if (length >= max_path) return fail(Error::name_too_long);
  if (length != 0 && !message.path.copy_in(0, std::as_writable_bytes(std::span(path).first(length))))
    return fail(Error::bad_address);
  if (length == 0 && (message.flags & flags::at_empty_path) != 0) {
    const DescriptionId id = core_.descriptors.find(process.descriptors, message.directory);
    if (id == DescriptionId::none) return fail(Error::bad_descriptor);
    const Position position = core_.descriptions[id].position;
    if (position.node == NodeId::none) return fail(Error::access);
    return Spot(core_.mounts, position);
  }
  Walk walk(core_, process);
  if (const Result<> set = walk.path.set({path, length}); !set) return fail(set.error());
  if (const Result<> begun = walk.begin(message.directory); !begun) return fail(begun.error());
  const bool follow = (message.flags & flags::at_no_follow) == 0;
  Result<Spot> file = walk.to_file(follow);
  if (!file && file.error() == Error::described) return fail(Error::access);  // a pipe
  if (file && core_.tree[(*file)->node].is_link()) return fail(Error::loop);
  return file;
}

contract::Answer<request::Image, request::Failed> Requests::on_open_image(Call&, const request::OpenImage& message) {
  Process* process = core_.find_process(message.pid);
  if (process == nullptr) return failed(Error::no_process);
  const Served served(processes_, *process);
  Result<Spot> file = find_image(*process, message);
  if (!file) return failed(file.error());
  const Position position = **file;
  const Node& node = core_.tree[position.node];
  const u32 mount = core_.mounts[position.mount].flags;
  if (!node.is_regular() || (mount & mount_flags::no_execute) != 0) return failed(Error::access);
  if (!permits(process->credentials, node, may_execute)) return failed(Error::access);
  if (node.writers != 0) return failed(Error::text_busy);
  if (process->ended) return failed(Error::no_process);  // the lookup may have taken long
  if (const Result<Position> set = processes_.set_image(*process, message.which, std::move(*file)); !set)
    return failed(set.error());
  u32 mode = node.mode;
  if ((mount & mount_flags::no_set_id) != 0) mode &= ~(mode::set_user | mode::set_group);
  return request::Image{.size = node.size, .mode = mode, .user = node.user, .group = node.group};
}

std::optional<Requests::Bytes> Requests::attempt(const request::ReadImage& message) {
  const Process* process = core_.find_process(message.pid);
  if (process == nullptr) return failed(Error::no_process);
  const NodeId node = process->images[message.which].node;
  if (node == NodeId::none) return failed(Error::bad_descriptor);
  const Use pin(core_.tree, node);
  u64 done = 0;
  while (done < message.data.length()) {
    const u64 offset = message.offset + done;
    const Result<u32> there = core_.contents.present(node, offset / abi::page_size, block_pages);
    if (!there && there.error() == Error::pages_busy) return {};
    if (!there) return failed(there.error());
    if (*there == 0 || offset >= core_.tree[node].size) break;
    const Block& block = core_.tree.cache[core_.tree.cache.find(node, offset / abi::page_size)];
    const u32 slot = static_cast<u32>(offset / abi::page_size % block_pages);
    const u64 in_page = offset % abi::page_size;
    const u64 count = std::min({PageCache::valid_run(block, slot) * abi::page_size - in_page,
                                message.data.length() - done, core_.tree[node].size - offset});
    if (!message.data.copy_out(done, {core_.tree.cache.address(block, slot) + in_page, count}))
      return failed(Error::bad_address);
    done += count;
  }
  return request::Bytes{static_cast<u32>(done)};
}

Requests::Bytes Requests::on_read_image(Call& call, const request::ReadImage& message) {
  return now_or_later(call, message, attempt(message));
}

contract::Answer<request::Done> Requests::on_close_images(Call&, const request::CloseImages& message) {
  if (Process* process = core_.find_process(message.pid)) processes_.close_images(*process);
  return Done{};
}

std::optional<Requests::Simple> Requests::attempt(const request::Sync&) {
  const Result<> written = core_.put_all_away();
  if (!written && written.error() == Error::pages_busy) return {};
  return answer_of(written);
}

Requests::Simple Requests::on_sync(Call& call, const request::Sync& message) {
  return now_or_later(call, message, attempt(message));
}

// ---- objects --------------------------------------------------------------------------------------------------------

Result<NodeId> Requests::mappable(const Process& process, const request::MapObject& message, bool& zero) {
  constexpr u32 write = 2, execute = 4;
  Position position;
  if (message.source == request::Source::descriptor) {
    const DescriptionId id = core_.descriptors.find(process.descriptors, message.descriptor);
    if (id == DescriptionId::none) return fail(Error::bad_descriptor);
    const Description& description = core_.descriptions[id];
    if (description.kind == Kind::path) return fail(Error::bad_descriptor);
    if (!description.readable()) return fail(Error::access);
    if (message.shared && (message.rights & write) != 0 && !description.writable()) return fail(Error::access);
    zero = description.kind == Kind::zero_device;
    if (zero) return NodeId::none;
    if (description.kind != Kind::file) return fail(Error::no_device);
    position = description.position;
    if ((message.rights & execute) != 0 && (core_.mounts[position.mount].flags & mount_flags::no_execute) != 0)
      return fail(Error::not_permitted);
  } else {
    position = process.images[message.source == request::Source::program ? 0 : 1];
    if (position.node == NodeId::none) return fail(Error::bad_descriptor);
  }
  return position.node;
}

contract::Answer<request::Object, request::Failed> Requests::on_map_object(Call&, const request::MapObject& message) {
  const Process* process = core_.find_process(message.pid);
  if (process == nullptr) return failed(Error::no_process);
  bool zero = false;
  const Result<NodeId> id = mappable(*process, message, zero);
  if (!id) return failed(id.error());
  if (zero) return request::Object{.object = 0, .size = 0, .serial = 0, .kind = request::Kind::zero};
  Node& node = core_.tree[*id];
  if (!node.mapped) {
    core_.tree.hold(*id);
    node.mapped = true;
    node.cut = Cut::none;
  }
  return request::Object{.object = core_.tree.nodes.object_of(*id),
                         .size = node.size,
                         .serial = ++node.serial,
                         .kind = request::Kind::regular};
}

/// Maps pages that are present, as far as they lie in a row.
Result<u32> Requests::map_pages(const request::Page& message, u32 pages, NodeId node) {
  const Block& block = core_.tree.cache[core_.tree.cache.find(node, message.index)];
  const u32 first = static_cast<u32>(message.index % block_pages);
  u32 done = 0;
  while (done < pages) {
    const u32 count = std::min(PageCache::valid_run(block, first + done), pages - done);
    const Place place{message.space, message.address + u64{done} * abi::page_size};
    const Result<> mapped = core_.frames.map(place, block.frames[first + done], count, message.rights);
    // Something is there already: another thread's fault was quicker, or there are fewer to be mapped.
    if (!mapped && mapped.error() == Error::exists) return std::max(done, 1u);
    if (!mapped && done == 0) return fail(mapped.error());
    if (!mapped) break;
    done += count;
  }
  return done;
}

std::optional<Requests::Paged> Requests::attempt(const request::Page& message) {
  constexpr u32 write = 2;
  const NodeId id = core_.tree.nodes.find_object(message.object);
  if (id == NodeId::none || !core_.tree[id].mapped) return failed(Error::invalid);
  const Use pin(core_.tree, id);
  const bool writes = (message.rights & write) != 0;
  const Result<u32> there = writes ? core_.contents.share(id, message.index, message.count)
                                   : core_.contents.present(id, message.index, message.count);
  if (!there && there.error() == Error::pages_busy) return {};
  if (!there) return failed(there.error());
  if (*there == 0) return request::BeyondEnd{};
  const Result<u32> mapped = map_pages(message, *there, id);
  if (!mapped) return failed(mapped.error());
  return request::Mapped{static_cast<u8>(*mapped)};
}

Requests::Paged Requests::on_page(Call& call, const request::Page& message) {
  return now_or_later(call, message, attempt(message));
}

std::optional<Requests::Filled> Requests::attempt(const request::Fill& message) {
  const NodeId id = core_.tree.nodes.find_object(message.object);
  if (id == NodeId::none || !core_.tree[id].mapped) return failed(Error::invalid);
  const Use pin(core_.tree, id);
  u64 done = 0;
  while (done < message.data.length()) {
    const u64 page = message.index + done / abi::page_size;
    const Result<u32> there = core_.contents.present(id, page, block_pages);
    if (!there && there.error() == Error::pages_busy) return {};
    if (!there) return failed(there.error());
    if (*there == 0) break;
    const Block& block = core_.tree.cache[core_.tree.cache.find(id, page)];
    const u32 slot = static_cast<u32>(page % block_pages);
    const u64 count =
        std::min(std::min(PageCache::valid_run(block, slot), *there) * abi::page_size, message.data.length() - done);
    if (!message.data.copy_out(done, {core_.tree.cache.address(block, slot), count})) return failed(Error::bad_address);
    done += count;
  }
  if (done == 0) return request::BeyondEnd{};
  return request::Bytes{static_cast<u32>(done)};
}

Requests::Filled Requests::on_fill(Call& call, const request::Fill& message) {
  return now_or_later(call, message, attempt(message));
}

contract::Answer<request::Done> Requests::on_release(Call&, const request::Release& message) {
  const NodeId id = core_.tree.nodes.find_object(message.object);
  if (id == NodeId::none) return Done{};
  Node& node = core_.tree[id];
  // Mapped anew meanwhile: the release is older than that.
  if (!node.mapped || node.serial != message.serial) return Done{};
  node.mapped = false;
  core_.tree.drop(id);
  return Done{};
}

std::optional<Requests::Simple> Requests::attempt(const request::SyncObject& message) {
  const NodeId id = core_.tree.nodes.find_object(message.object);
  if (id == NodeId::none) return failed(Error::invalid);
  const Use pin(core_.tree, id);
  Result<> written = core_.contents.write_back(id, message.index, message.count);
  if (!written && written.error() == Error::pages_busy) return {};
  if (written) written = core_.tree.system_of(id).flush(id);
  return answer_of(written);
}

Requests::Simple Requests::on_sync_object(Call& call, const request::SyncObject& message) {
  return now_or_later(call, message, attempt(message));
}

contract::Answer<request::Shrunk> Requests::on_shrink(Call&, const request::Shrink& message) {
  return request::Shrunk{core_.tree.cache.shrink(message.pages)};
}

contract::Answer<request::Cut, request::Nothing> Requests::on_take_truncated(Call&, const request::TakeTruncated&) {
  NodeId next = NodeId::none;
  for (u32 i = 0; i < core_.tree.nodes.end(); ++i) {
    const NodeId id = static_cast<NodeId>(i);
    Node& node = core_.tree[id];
    if (node.system == SystemId::none) continue;
    if (node.cut == Cut::told) {  // memory asks on, so it is done with it
      node.cut = Cut::none;
      core_.waits.wake(core_.contents.key_of(id));
    } else if (node.cut == Cut::untold) {
      next = id;
    }
  }
  if (next == NodeId::none) return request::Nothing{};
  core_.tree[next].cut = Cut::told;
  return request::Cut{core_.tree.nodes.object_of(next), core_.tree[next].cut_page};
}

}  // namespace file
