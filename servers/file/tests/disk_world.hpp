// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/host/world.hpp"
#include "servers/ext4/service.hpp"
#include "servers/ext4/tests/image.hpp"
#include "servers/ext4/tests/replies.hpp"
#include "servers/file/systems/disk_system.hpp"
#include "servers/file/tests/world.hpp"

namespace file {

/// A disk in memory behind its contract.
class FakeDisk final : public contract::disk::Exporter {
 public:
  explicit FakeDisk(::ext4::testing::MemoryDevice& device) : device_(device) { add_importer(client, 4, 20); }
  static constexpr unsigned client = contract::host::World::client_slot;

  contract::Answer<contract::disk::Opened, contract::disk::Failed> on_open(contract::Call&,
                                                                           const contract::disk::Open&) override {
    return contract::disk::Opened{.blocks = device_.block_count(), .read_only = false};
  }
  contract::Answer<contract::disk::Done, contract::disk::Failed> on_read(contract::Call&,
                                                                         const contract::disk::Read& message) override {
    std::vector<std::byte> bytes(message.count * abi::page_size);
    if (fail_reads || !device_.read(::ext4::PhysicalBlock{message.block}, message.count, bytes) ||
        !message.data.copy_out(0, bytes))
      return contract::disk::Failed{contract::disk::Reason::medium};
    return contract::disk::Done{};
  }
  contract::Answer<contract::disk::Done, contract::disk::Failed> on_write(
      contract::Call&, const contract::disk::Write& message) override {
    std::vector<std::byte> bytes(message.count * abi::page_size);
    if (fail_writes || !message.data.copy_in(0, bytes) ||
        !device_.write(::ext4::PhysicalBlock{message.block}, message.count, bytes))
      return contract::disk::Failed{contract::disk::Reason::medium};
    return contract::disk::Done{};
  }
  contract::Answer<contract::disk::Done, contract::disk::Failed> on_flush(contract::Call&,
                                                                          const contract::disk::Flush&) override {
    return contract::disk::Done{};
  }

  bool fail_reads = false, fail_writes = false;

 private:
  ::ext4::testing::MemoryDevice& device_;
};

class Ext4Service final : public ::ext4::Service {
 public:
  using Service::Service;
};

/// One kernel of the two that there are on the host: servers are called as contract::host::World does it, programs'
/// memory is the FakeKernel's.
class BothKernels final : public contract::HostMachine {
 public:
  BothKernels(contract::host::World& servers, FakeKernel& programs) : servers_(servers), programs_(programs) {
    contract::Transport::machine = this;
  }
  contract::Status call(Endpoint to, contract::Message& message, u32 within) override {
    return servers_.call(to, message, within);
  }
  contract::Status reply(Endpoint to, const contract::Message& message) override { return servers_.reply(to, message); }
  contract::Status notify(unsigned, u64) override { return contract::Status::ok; }
  contract::Status wake(Endpoint program) override { return programs_.wake(program); }
  contract::Copied copy_in(Endpoint from, unsigned lend, u64 at, void* to, u64 length) override {
    return from.program() ? programs_.copy_in(from, lend, at, to, length)
                          : servers_.copy_in(from, lend, at, to, length);
  }
  contract::Copied copy_out(Endpoint to, unsigned lend, u64 at, const void* from, u64 length) override {
    return to.program() ? programs_.copy_out(to, lend, at, from, length)
                        : servers_.copy_out(to, lend, at, from, length);
  }

 private:
  contract::host::World& servers_;
  FakeKernel& programs_;
};

/// The file server with a disk mounted at /disk: the real ext4 server, and a disk of the test's.
struct DiskWorld {
  static constexpr unsigned slot = 9;
  static constexpr u8 ext4_export = 1, disk_export = 0;

  explicit DiskWorld(::ext4::testing::SparseImage image, u32 frames = FakeFrames::count)
      : device(std::move(image)), disk(device), world(frames) {
    service.keep_replies_in(replies);
    service.add_importer(FakeDisk::client, 4, 20);
    servers.start(slot, service, ext4_export);
    servers.start(slot + 1, disk, disk_export);
    servers.bind(0, slot, ext4_export);
    servers.bind(1, slot + 1, disk_export);
    kernels.emplace(servers, world.kernel);
    // The world asks this before it hands a request on: nothing is struck, but others may run meanwhile.
    servers.strike = [this](contract::host::World::Moment moment, const contract::Message& message) {
      const bool of_ext4 = message.tag.label() >> abi::label_export_shift == ext4_export;
      if (moment == hook_moment && hook && hook_of_ext4 == of_ext4 && contract::number_of(message.tag) == hook_number)
        std::exchange(hook, nullptr)();
      return false;
    };
    system.emplace(world.core, contract::Import{0, 0}, contract::Import{1, 0});
    const SystemId id = *world.core.tree.add_system(*system);
    started = system->start(id);
    mount.emplace(*system, id);
    world.systems.add(*mount);
    if (started) mounted = world.systems.mount_at("disk", "ext4");
  }

  /// Does something once, in the middle of the next request of this kind: other threads of the file server run then.
  template <class Message>
  void during(bool of_ext4, std::function<void()> what) {
    hook_moment = contract::host::World::Moment::before_request;
    hook_number = Message::message_number;
    hook_of_ext4 = of_ext4;
    hook = std::move(what);
  }
  /// The same when the request has been answered, before the thread that asked reads the answer.
  template <class Message>
  void after(bool of_ext4, std::function<void()> what) {
    during<Message>(of_ext4, std::move(what));
    hook_moment = contract::host::World::Moment::after_request;
  }
  /// Forgets all that can be read again.
  void forget() {
    EXPECT_TRUE(world.core.write_all());
    world.core.tree.forget_idle(~0u);
    for (int i = 0; i < 3; ++i) world.core.tree.cache.shrink(~0u);
  }
  u64 free_blocks() {
    world.core.tree.bury();
    return system->statistics()->blocks_free;
  }
  /// Puts everything on the disk, and has e2fsck judge it: what it says if it is not content.
  std::string judge() {
    if (!world.core.put_all_away()) return "not everything could be written";
    const auto output = ::ext4::testing::e2fsck(device);
    return output.status == 0 ? "" : output.text;
  }

  contract::host::World servers;
  ::ext4::testing::MemoryDevice device;
  std::unique_ptr<::ext4::testing::TestStorage> storage = std::make_unique<::ext4::testing::TestStorage>();
  Ext4Service service{device, *storage};
  ::ext4::testing::Replies replies;
  FakeDisk disk;
  World world;
  std::optional<BothKernels> kernels;
  std::optional<DiskSystem> system;
  std::optional<DiskMount> mount;
  Result<NodeId> started = fail(Error::io);
  Result<> mounted;
  Program init{world, 1};

 private:
  std::function<void()> hook;
  contract::host::World::Moment hook_moment{};
  contract::MessageNumber hook_number = 0;
  bool hook_of_ext4 = false;
};

}  // namespace file
