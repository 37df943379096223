// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <variant>

#include "generated/contract/file.hpp"
#include "servers/file/process/processes.hpp"

namespace file {

namespace request = contract::file;

/// What process and memory ask (contracts/file.contract). A request that meets pages in another transfer's hands is
/// answered later, when they are free.
class Requests : public request::Exporter, public Waits::Listener {
 public:
  Requests(Core& core, Processes& processes) : core_(core), processes_(processes) {}

  /// Tries those requests again that pages were in the way of; some may be free now.
  void run_jobs();
  void woken(WaitKey key) override;
  void on_client(contract::ClientChange change) override;
  /// Tells memory that there are objects to ask about.
  void raise_truncated() { raise(request::Event::truncated); }
  /// Tells memory that there are processes to ask about.
  void raise_use_wanted() { raise(request::Event::use_wanted); }

 protected:
  ~Requests() = default;
  virtual void set_clock(i64 offset) = 0;

 private:
  using Call = contract::Call;
  using Done = request::Done;
  using Failed = request::Failed;
  template <class... Outs>
  using Answer = contract::Answer<Outs...>;
  using Simple = Answer<Done, Failed>;
  using Bytes = Answer<request::Bytes, Failed>;
  using Paged = Answer<request::Mapped, request::BeyondEnd, Failed>;
  using Filled = Answer<request::Bytes, request::BeyondEnd, Failed>;

  // processes
  Simple on_first(Call&, const request::First& message) override;
  Simple on_fork(Call&, const request::Fork& message) override;
  Simple on_exec(Call&, const request::Exec& message) override;
  Answer<Done> on_exit(Call&, const request::Exit& message) override;
  Answer<Done> on_linger(Call&, const request::Linger& message) override;
  Answer<request::Wanted, request::Nothing> on_take_use_wanted(Call&, const request::TakeUseWanted& message) override;
  Answer<Done> on_memory_use(Call&, const request::MemoryUse& message) override;
  Simple on_credentials(Call&, const request::CredentialsMessage& message) override;
  Simple on_name(Call&, const request::Name& message) override;
  Simple on_session(Call&, const request::Session& message) override;
  Simple on_limits(Call&, const request::Limits& message) override;
  Answer<Done> on_clock(Call&, const request::Clock& message) override;
  Answer<Done> on_interrupt(Call&, const request::Interrupt& message) override;
  Simple on_trace(Call&, const request::Trace& message) override;
  Answer<Done> on_traced(Call&, const request::Traced& message) override;
  Answer<request::Image, Failed> on_open_image(Call&, const request::OpenImage& message) override;
  Bytes on_read_image(Call& call, const request::ReadImage& message) override;
  Answer<Done> on_close_images(Call&, const request::CloseImages& message) override;
  Simple on_sync(Call& call, const request::Sync& message) override;
  // objects
  Answer<request::Object, Failed> on_map_object(Call&, const request::MapObject& message) override;
  Paged on_page(Call& call, const request::Page& message) override;
  Filled on_fill(Call& call, const request::Fill& message) override;
  Answer<Done> on_release(Call&, const request::Release& message) override;
  Simple on_sync_object(Call& call, const request::SyncObject& message) override;
  Answer<request::Shrunk> on_shrink(Call&, const request::Shrink& message) override;
  Answer<request::Cut, request::Nothing> on_take_truncated(Call&, const request::TakeTruncated& message) override;

  // What may have to wait: nothing where pages are busy.
  std::optional<Bytes> attempt(const request::ReadImage& message);
  std::optional<Simple> attempt(const request::Sync& message);
  std::optional<Paged> attempt(const request::Page& message);
  std::optional<Filled> attempt(const request::Fill& message);
  std::optional<Simple> attempt(const request::SyncObject& message);

  Result<Spot> find_image(const Process& process, const request::OpenImage& message);
  Result<NodeId> mappable(const Process& process, const request::MapObject& message, bool& zero);
  Result<u32> map_pages(const request::Page& message, u32 pages, NodeId node);

  /// A request that waits.
  template <class Message, class... Outs>
  struct Job {
    Message message;
    contract::Token<Outs...> token;
  };
  using AnyJob =
      std::variant<std::monostate, Job<request::ReadImage, request::Bytes, Failed>, Job<request::Sync, Done, Failed>,
                   Job<request::Page, request::Mapped, request::BeyondEnd, Failed>,
                   Job<request::Fill, request::Bytes, request::BeyondEnd, Failed>,
                   Job<request::SyncObject, Done, Failed>>;
  /// The answer now, or a job for later.
  template <class Message, class... Outs>
  Answer<Outs...> now_or_later(Call& call, const Message& message, const std::optional<Answer<Outs...>>& answer);
  template <class Message, class... Outs>
  bool finish(Job<Message, Outs...>& job);

  static constexpr u32 max_jobs = 32;

  Core& core_;
  Processes& processes_;
  std::array<AnyJob, max_jobs> jobs_;
  u32 job_count_ = 0;
};

}  // namespace file
