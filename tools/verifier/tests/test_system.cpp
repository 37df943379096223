// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>

#include "abi/calls.hpp"
#include "abi/component.hpp"
#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

constexpr const char* export_disk = "[[export]]\nname = \"/dev/disk0\"\ncontract = \"disk\"\n";
constexpr const char* import_disk = "[[import]]\nname = \"/dev/disk0\"\ncontract = \"disk\"\n";
constexpr const char* export_store = "[[export]]\nname = \"/service/store\"\ncontract = \"store\"\n";
constexpr const char* import_store = "[[import]]\nname = \"/service/store\"\ncontract = \"store\"\n";
constexpr const char* export_pci = "[[export]]\nname = \"/pci\"\ncontract = \"pci\"\n";
constexpr const char* import_pci = "[[import]]\nname = \"/pci\"\ncontract = \"pci\"\n";
const std::string pci_calls = "windows = [2]\ncalls = [\"device_bind\", \"irq_bind\", \"processor_start\"]\n";

TEST(System, SlotsAreInOrderOfNames) {
  const System system =
      system_of({component("c", 1), component("a", 2), component("b", 3, "enabled = false"), component("d", 1)});
  ASSERT_EQ(system.components.size(), 3u);
  EXPECT_EQ(system.slot_of("a"), 0u);
  EXPECT_EQ(system.slot_of("c"), 1u);
  EXPECT_EQ(system.slot_of("d"), 2u);
  EXPECT_FALSE(system.slot_of("b"));
}

TEST(System, NamesDiffer) {
  EXPECT_EQ(refusals_of({component("a", 1), {"z.toml", "name = \"a\"\nrank = 2"}}),
            refusal("z.toml:1", "a component named \"a\" is also in a.toml", "name-twice",
                    "give one of them another name, or enabled = false"));
}

TEST(System, SlotsSuffice) {
  std::vector<Text> many;
  for (int i = 10; i < 75; ++i) many.push_back(component("c" + std::to_string(i), 1));
  EXPECT_EQ(refusals_of(many), refusal("c74.toml:1", "there are 65 components", "slots",
                                       "at most 64 fit: set enabled = false where one is not needed"));
  many.pop_back();
  EXPECT_EQ(refusals_of(many), "");
}

TEST(System, ImportsAreConnected) {
  const std::string two_exports = std::string("[[export]]\nname = \"/keys\"\ncontract = \"keys\"\n") + export_disk;
  const System system = system_of(
      {component("driver", 3, two_exports), component("server", 5,
                                                      std::string("threads = 3\n") + import_disk +
                                                          "lanes = 7\n[[import]]\nname = \"/keys\"\n"
                                                          "contract = \"keys\"\n[[interrupt]]\nkind=\"line\"\n"
                                                          "line = 4\n")});
  const Component& driver = system.components[0];
  const Component& server = system.components[1];
  EXPECT_EQ(server.channels[0].exporter, 0u);
  EXPECT_EQ(server.channels[0].export_index, 1u);
  EXPECT_EQ(server.channels[0].lanes, 7u);
  EXPECT_EQ(server.channels[0].events, 0u);
  EXPECT_EQ(server.channels[0].version, 2u);
  EXPECT_EQ(server.channels[1].lanes, 3u);
  EXPECT_EQ(server.channels[1].event_base, 9u);  // 8 is the interrupt's
  EXPECT_EQ(server.channels[1].events, 2u);
  EXPECT_EQ(server.call_slots, 1u);
  EXPECT_EQ(driver.call_slots, 0u);
  EXPECT_EQ(driver.notify_events[1], 3u << 9);
  EXPECT_EQ(driver.notify_events[0], 0u);
  EXPECT_EQ(std::ranges::count(server.notify_events, 0u), 64);
  EXPECT_EQ(server.restart_event, 0u);  // no store
}

TEST(System, StoreAndReincarnationMayNotify) {
  const System system =
      system_of({component("driver", 3, export_disk), component("server", 5, std::string(import_disk) + import_store),
                 component("store", 0, export_store),
                 component("reincarnation", 2,
                           "heartbeat_ms = 0\ncalls = [\"slot_stop\", \"slot_reset\", \"slot_status\", \"slot_peek\", "
                           "\"slot_inject\", \"waiting_call\"]")});
  const Component& reincarnation = system.components[1];
  const Component& store = system.components[3];
  EXPECT_EQ(system.reincarnation, 1u);
  EXPECT_EQ(system.store, 3u);
  EXPECT_EQ(system.components[2].restart_event, 8u);
  EXPECT_EQ(store.notify_events[2], std::uint64_t{1} << 8);
  EXPECT_EQ(store.notify_events[0], 0u);
  EXPECT_EQ(reincarnation.notify_events[0], abi::event_heartbeat);
  EXPECT_EQ(reincarnation.notify_events[1], 0u);
  EXPECT_EQ(reincarnation.notify_events[2], abi::event_heartbeat);
}

TEST(System, ImportersAskTheStore) {
  const Text driver = component("driver", 3, export_disk), store = component("store", 0, export_store);
  EXPECT_EQ(refusals_of({driver, store, component("server", 5, import_disk)}),
            refusal("server.toml:3", "it imports \"/dev/disk0\", but not the store, which tells where that is", "store",
                    "add an [[import]] of contract store"));
  EXPECT_EQ(refusals_of({driver, store, component("server", 5, std::string(import_disk) + import_store)}), "");
}

constexpr const char* reincarnation_rest =
    "heartbeat_ms = 0\ncalls = [\"slot_stop\", \"slot_reset\", \"slot_status\", \"slot_peek\", \"slot_inject\", "
    "\"waiting_call\"]\n[[export]]\nname = \"/service/blame\"\ncontract = \"blame\"\n";

TEST(System, PeersCanBeBlamed) {
  const Text judge = component("reincarnation", 2, reincarnation_rest);
  EXPECT_EQ(refusals_of({judge, component("driver", 3, export_disk)}),
            refusal("driver.toml:1", "it has peers, but cannot say when one breaks its contract", "blame",
                    "add an [[import]] of \"/service/blame\", contract blame"));
  EXPECT_EQ(refusals_of({judge, component("driver", 3,
                                          export_disk + std::string("[[import]]\nname = \"/service/blame\"\n"
                                                                    "contract = \"blame\"\n"))}),
            "");
  EXPECT_EQ(refusals_of({judge, component("pci", 1, pci_calls + export_pci), component("alone", 3)}), "");
}

TEST(System, RolesGoByName) {
  EXPECT_EQ(
      refusals_of({component("shop", 0, export_store)}),
      refusal("shop.toml:3", "\"shop\" exports contract store", "role", "only the component named \"store\" may"));
}

TEST(System, WhatIsNeededIsRestarted) {
  const std::string never = "policy = \"never\"\n";
  EXPECT_EQ(refusals_of({component("a", 3, never + export_disk), component("b", 4, import_disk)}),
            refusal("a.toml:1", "it is never restarted, but \"b\" needs it (b.toml:3)", "policy",
                    "remove `policy`, or give it a spare"));
  EXPECT_EQ(refusals_of({component("a", 3, never + "spare = \"c\"\n" + export_disk), component("b", 4, import_disk),
                         component("c", 3, export_disk)}),
            "");
  EXPECT_EQ(refusals_of({component("a", 3, never + export_disk)}), "");
}

TEST(System, EveryImportHasAnExporter) {
  EXPECT_EQ(refusals_of({component("a", 3, import_disk)}),
            refusal("a.toml:3", "nobody exports \"/dev/disk0\"", "import", "export it, or remove the import"));
  EXPECT_EQ(refusals_of({component("a", 3, export_disk),
                         component("b", 4, "[[import]]\nname = \"/dev/disk1\"\ncontract = \"disk\"")}),
            refusal("b.toml:3", "nobody exports \"/dev/disk1\"", "import", "did you mean \"/dev/disk0\"?"));
}

TEST(System, ContractsAgree) {
  EXPECT_EQ(refusals_of({component("a", 3, export_disk),
                         component("b", 4, "[[import]]\nname = \"/dev/disk0\"\ncontract = \"plain\"")}),
            refusal("b.toml:3", "\"/dev/disk0\" is imported as plain, but \"a\" exports it as disk", "import-contract",
                    "import it as disk"));
  EXPECT_EQ(refusals_of({component("a", 3, "[[export]]\nname = \"/a\"\ncontract = \"disc\"")}),
            refusal("a.toml:3", "there is no contract \"disc\"", "contract-unknown", "did you mean \"disk\"?"));
  EXPECT_EQ(
      refusals_of({component("a", 3, "[[export]]\nname = \"/a\"\ncontract = \"network\"")}),
      refusal("a.toml:3", "there is no contract \"network\"", "contract-unknown", "write contracts/network.contract"));
}

TEST(System, VersionsAgree) {
  const std::string version = "version = 1\n";
  EXPECT_EQ(refusals_of({component("a", 3, export_disk + version)}),
            refusal("a.toml:3", "\"/dev/disk0\" is to be disk version 1, but the contract has version 2", "version",
                    "bring the component up to the contract, then the number"));
  EXPECT_EQ(refusals_of({component("a", 3, export_disk), component("b", 4, import_disk + version)}),
            refusal("b.toml:3", "\"/dev/disk0\" is to be disk version 1, but the contract has version 2", "version",
                    "bring the component up to the contract, then the number"));
  EXPECT_EQ(refusals_of({component("a", 3, "[[export]]\nname = \"/a\"\ncontract = \"old\"\nversion = 1")}),
            refusal("a.toml:3", "\"/a\" is to be old version 1, but the contract has no version", "version",
                    "bring the component up to the contract, then the number"));
  EXPECT_EQ(refusals_of({component("a", 3, export_disk + std::string("version = 2\n"))}), "");
}

TEST(System, CallsGoDownTheRanks) {
  for (const unsigned rank : {2u, 3u})
    EXPECT_EQ(
        refusals_of({component("a", 3, export_disk), component("b", rank, import_disk)}),
        refusal("b.toml:3",
                "\"b\" (rank " + std::to_string(rank) + ") would call \"a\" (rank 3): calls go strictly down the ranks",
                "rank", "turn the channel round with an event, or change a rank"));
  EXPECT_EQ(refusals_of({component("a", 3, export_disk + std::string(import_disk))}),
            refusal("a.toml:6", "\"a\" (rank 3) would call \"a\" (rank 3): calls go strictly down the ranks", "rank",
                    "turn the channel round with an event, or change a rank"));
}

TEST(System, NothingTwice) {
  EXPECT_EQ(refusals_of({component("a", 3, export_disk), component("b", 4, export_disk)}),
            refusal("b.toml:3", "\"/dev/disk0\" is also exported by \"a\" (a.toml)", "export-twice",
                    "choose another name, or make one the `spare` of the other"));
  EXPECT_EQ(refusals_of({component("a", 3, export_disk), component("b", 4, std::string(import_disk) + import_disk)}),
            refusal("b.toml:6", "\"/dev/disk0\" is imported twice", "import-twice", "remove one of the two"));
}

TEST(System, EachThreadHasALane) {
  EXPECT_EQ(refusals_of({component("a", 3, export_disk),
                         component("b", 4, std::string("threads = 3\n") + import_disk + "lanes = 2\n")}),
            refusal("b.toml:4", "2 lanes for 3 threads", "lanes",
                    "give each thread a lane: lanes = 3, or leave `lanes` out"));
}

TEST(System, EventBitsFit) {
  std::string exports, imports;
  ContractTable table = contracts();
  table.contracts["keys"].events = 15;
  const auto both = [&](int count) {
    exports.clear(), imports.clear();
    for (int i = 0; i < count; ++i) {
      const std::string channel = "name = \"/keys" + std::to_string(i) + "\"\ncontract = \"keys\"\n";
      exports += "[[export]]\n" + channel;
      imports += "[[import]]\n" + channel;
    }
    imports += "[[interrupt]]\nkind = \"line\"\nline = 5\n";
    return std::vector{component("a", 3, exports), component("b", 4, imports)};
  };
  EXPECT_EQ(refusals_of(both(3), table), "");
  EXPECT_EQ(refusals_of(both(4), table),
            refusal("b.toml:1", "its interrupts and the events of its imports need 69 bits", "events",
                    "64 fit, the first 8 are the kernel's: import less"));
}

TEST(System, SparesAreInterchangeable) {
  const std::string spare = "spare = \"b\"\n[[ports]]\nfirst = 0x3f8\ncount = 8\n";
  const std::string ports = "[[ports]]\nfirst = 0x3f8\ncount = 8\n";
  const System system = system_of(
      {component("a", 3, spare + export_disk), component("b", 3, ports + export_disk), component("c", 4, import_disk)});
  EXPECT_EQ(system.components[0].spare, 1u);
  EXPECT_EQ(system.components[1].spare_of, 0u);
  EXPECT_EQ(system.components[2].channels[0].exporter, 0u);
  EXPECT_EQ(system.components[2].call_slots, 3u);

  const System reversed = system_of({component("b", 3, "spare = \"a\"\n" + ports + export_disk),
                                     component("a", 3, ports + export_disk), component("c", 4, import_disk)});
  EXPECT_EQ(reversed.components[2].channels[0].exporter, 1u);

  EXPECT_EQ(refusals_of({component("a", 3, "spare = \"x\"")}),
            refusal("a.toml:3", "the spare \"x\" is no other component", "spare",
                    "name a component of this system, or remove `spare`"));
  EXPECT_EQ(refusals_of({component("a", 3, "spare = \"b\""), component("b", 4)}),
            refusal("b.toml:1", "\"b\" is the spare of \"a\" but is not interchangeable", "spare",
                    "give both the same rank and the same [[export]] tables in the same order"));
  EXPECT_EQ(refusals_of({component("a", 3, "spare = \"c\""), component("b", 3, "spare = \"c\""), component("c", 3)}),
            refusal("b.toml:3", "\"c\" has a spare or is another's spare", "spare",
                    "give each component a spare of its own"));
}

TEST(Claims, PortsOfTheKernel) {
  struct {
    const char *first, *count, *ports, *what, *leave;
  } const cases[] = {
      {"0x20", "1", "0x20", "the kernel's interrupt controller", "0x20 to 0x21"},
      {"0xa1", "1", "0xa1", "the kernel's interrupt controller", "0xa0 to 0xa1"},
      {"0x4d1", "1", "0x4d1", "the kernel's interrupt controller", "0x4d0 to 0x4d1"},
      {"0x3c", "5", "0x3c to 0x40", "the kernel's timer", "0x40 to 0x43"},
      {"0x61", "1", "0x61", "the kernel's timer", "0x61"},
      {"0xe9", "1", "0xe9", "the kernel's debug console", "0xe9"},
      {"0xf4", "4", "0xf4 to 0xf7", "the port that ends the emulator", "0xf4"},
      {"0x92", "1", "0x92", "the reset port", "0x92"},
      {"0x8", "1", "0x8", "the DMA controller, which reaches all memory", "0x0 to 0xf"},
      {"0x80", "1", "0x80", "the DMA controller, which reaches all memory", "0x80 to 0x8f"},
      {"0xdf", "1", "0xdf", "the DMA controller, which reaches all memory", "0xc0 to 0xdf"},
      {"0xcf8", "8", "0xcf8 to 0xcff", "PCI configuration space", "0xcf8 to 0xcff"},
  };
  for (const auto& [first, count, ports, what, leave] : cases)
    EXPECT_EQ(refusals_of({component("a", 3, std::string("[[ports]]\nfirst = ") + first + "\ncount = " + count)}),
              refusal("a.toml:3", std::string("ports ") + ports + " reach " + what, "port-kernel",
                      std::string("leave out ") + leave));
  EXPECT_EQ(refusals_of({component("pci", 1, pci_calls + "[[ports]]\nfirst = 0xcf8\ncount = 8")}), "");
  EXPECT_EQ(refusals_of({component("rtc", 1, "[[ports]]\nfirst = 0x70\ncount = 2")}), "");
}

TEST(Claims, PortsTwice) {
  const char* ports = "[[ports]]\nfirst = 0x3f8\ncount = 8\n";
  const char* last = "[[ports]]\nfirst = 0x3ff\ncount = 1\n";
  EXPECT_EQ(refusals_of({component("a", 3, ports), component("b", 3, last)}),
            refusal("b.toml:3", "ports 0x3ff are also claimed by \"a\" (a.toml:3)", "port-twice",
                    "give each port to one component"));
  EXPECT_EQ(refusals_of({component("a", 3, std::string(ports) + last)}),
            refusal("a.toml:6", "ports 0x3ff are also claimed by \"a\" (a.toml:3)", "port-twice",
                    "give each port to one component"));
  EXPECT_EQ(refusals_of({component("a", 3, ports), component("b", 3, "[[ports]]\nfirst = 0x400\ncount = 1\n")}), "");
}

TEST(Claims, LinesTwiceOrTheKernels) {
  const char* line = "[[interrupt]]\nkind = \"line\"\nline = 4\n";
  EXPECT_EQ(refusals_of({component("a", 3, line), component("b", 3, line)}),
            refusal("b.toml:3", "interrupt line 4 is also claimed by \"a\" (a.toml:3)", "line-twice",
                    "give each line to one component"));
  for (const char* kernels : {"0", "2"})
    EXPECT_EQ(refusals_of({component("a", 3, std::string("[[interrupt]]\nkind = \"line\"\nline = ") + kernels)}),
              refusal("a.toml:3", std::string("interrupt line ") + kernels + " is the kernel's timer or cascade",
                      "line-kernel", "choose the line of the device"));
}

TEST(Claims, DevicesTwice) {
  const Text pci = component("pci", 1, pci_calls + export_pci);
  const auto driver = [](std::string_view name, std::string_view match) {
    return component(name, 3,
                     "windows = [1]\n" + std::string(import_pci) + std::string("[[device]]\n") + std::string(match));
  };
  const std::string mend = "match it more narrowly, or number the instances with `instance`";
  const std::string said = refusal("b.toml:7", "this device is also claimed by \"a\" (a.toml:7)", "device-twice", mend);
  EXPECT_EQ(refusals_of({pci, driver("a", "vendor = 1\ndevice = 2"), driver("b", "vendor = 1\ndevice = 2")}), said);
  EXPECT_EQ(refusals_of({pci, driver("a", "class = 7"), driver("b", "class = 7")}), said);
  EXPECT_EQ(refusals_of({pci, driver("a", "class = 7"), driver("b", "vendor = 1\ndevice = 2")}), said);
  EXPECT_EQ(refusals_of({pci, driver("a", "class = 7"), driver("b", "vendor = 1\ndevice = 2\nclass = 8")}), "");
  EXPECT_EQ(refusals_of({pci, driver("a", "vendor = 1\ndevice = 3"), driver("b", "vendor = 1\ndevice = 2")}), "");
  EXPECT_EQ(refusals_of({pci, driver("a", "class = 7"), driver("b", "class = 7\ninstance = 1")}), "");
  EXPECT_EQ(refusals_of({pci, driver("a", "class = 7\ninstance = 1"), driver("b", "class = 7\ninstance = 0")}),
            refusal("b.toml:7",
                    "instance 0 goes to \"b\", but devices are given out in order of names, and \"a\" comes first",
                    "device-order", "exchange the two instances"));
}

TEST(Claims, DevicesHaveWindows) {
  EXPECT_EQ(refusals_of({component("pci", 1, pci_calls + export_pci),
                         component("a", 3, import_pci + std::string("[[device]]\nclass = 7"))}),
            refusal("a.toml:6", "a device, but no window to reach it by", "device-window",
                    "set `windows` to the pages of each of its memory regions"));
  EXPECT_EQ(
      refusals_of({component("pci", 1, pci_calls.substr(pci_calls.find('\n') + 1) + export_pci)}),
      refusal("pci.toml:1", "pci has no window to program the devices' tables by", "device-window", "set `windows`"));
}

TEST(Claims, InstancesBeginAtNought) {
  EXPECT_EQ(
      refusals_of({component("pci", 1, pci_calls + export_pci),
                   component("a", 3,
                             "windows = [1]\n" + std::string(import_pci) +
                                 std::string("[[device]]\nclass = 7\ninstance = 1"))}),
      refusal("a.toml:7", "nobody has instance 0 of this device", "device-instance", "number the instances from 0 on"));
}

TEST(Claims, DevicesNeedTheBus) {
  EXPECT_EQ(refusals_of({component("a", 3, "windows = [1]\n[[device]]\nclass = 7")}),
            refusal("a.toml:4", "a device, but no import of contract pci", "device-bus",
                    "import the bus, which hands the device over"));
  EXPECT_EQ(refusals_of({component("a", 3, "windows = [1]")}),
            refusal("a.toml:3", "windows without a device", "window-device",
                    "add the [[device]] whose memory they show, or remove `windows`"));
  EXPECT_EQ(refusals_of({component("a", 3, "[[interrupt]]\nkind = \"message\"")}),
            refusal("a.toml:3", "a message-signalled interrupt without a device", "interrupt-device",
                    "add the [[device]] that raises it"));
}

TEST(KernelCalls, FollowFromDeclarations) {
  const System system = system_of(
      {component("bare", 3),
       component("driver", 3,
                 "dma = 4096\nframes = 4\nthreads = 2\n[[ports]]\nfirst = 0x3f8\ncount = 8\n"
                 "[[interrupt]]\nkind = \"line\"\nline = 4\n" +
                     std::string(export_disk)),
       component("keys", 3, "[[export]]\nname = \"/keys\"\ncontract = \"keys\"\n"),
       component("user", 5, import_disk + std::string("[[import]]\nname = \"/keys\"\ncontract = \"keys\"\n"))});
  using enum abi::Call;
  const Component &bare = system.components[0], &driver = system.components[1], &keys = system.components[2],
                  &user = system.components[3];
  const auto bits = [](std::initializer_list<abi::Call> calls) {
    std::uint64_t mask = 0;
    for (const abi::Call call : calls) mask |= std::uint64_t{1} << static_cast<unsigned>(call);
    return mask;
  };
  const std::uint64_t base = bits({receive, reply, reply_receive, exit, timer_set, clock, log, generation});
  EXPECT_EQ(bare.kernel_calls, base);
  EXPECT_EQ(driver.kernel_calls, base | bits({copy_in, copy_out, thread_start, frames_take, frames_return, frame_state,
                                              port_in, port_out, port_in_block, irq_ack, dma_address}));
  EXPECT_EQ(keys.kernel_calls, base | bits({notify}));
  EXPECT_EQ(user.kernel_calls, base | bits({call}));
}

TEST(KernelCalls, AreRefusedToOthers) {
  EXPECT_EQ(refusals_of({component("a", 3, "calls = [\"slot_reset\"]")}),
            refusal("a.toml:3", "\"a\" may not make the kernel call \"slot_reset\"", "call-role",
                    "only these may: reincarnation; remove it from `calls`"));
  EXPECT_EQ(refusals_of({component("a", 3, "calls = [\"space_map\"]")}),
            refusal("a.toml:3", "\"a\" may not make the kernel call \"space_map\"", "call-role",
                    "only these may: memory file; remove it from `calls`"));
  EXPECT_EQ(refusals_of({component("a", 3, "calls = [\"dma_pin\", \"dma_unpin\"]")}),
            refusal("a.toml:3", "\"dma_pin\" is for drivers of a device", "call-device",
                    "add the [[device]], or remove it from `calls`") +
                refusal("a.toml:3", "\"dma_unpin\" is for drivers of a device", "call-device",
                        "add the [[device]], or remove it from `calls`"));
  EXPECT_EQ(refusals_of({component("a", 3, "calls = [\"port_in\"]")}),
            refusal("a.toml:3", "\"port_in\" is not named: it comes with [[ports]]", "call-implied",
                    "remove it from `calls`"));
  EXPECT_EQ(
      refusals_of({component("a", 3, "calls = [\"slot_rest\"]")}),
      refusal("a.toml:3", "the kernel has no call \"slot_rest\"", "call-unknown", "did you mean \"slot_reset\"?"));
  EXPECT_EQ(refusals_of({component("a", 3, "calls = [\"fly\"]")}),
            refusal("a.toml:3", "the kernel has no call \"fly\"", "call-unknown", "abi/calls.hpp lists them"));
  EXPECT_EQ(refusals_of({component("information", 5, "calls = [\"log_read\", \"log_read\"]")}),
            refusal("information.toml:3", "\"log_read\" is named twice", "call-twice", "remove one"));
}

TEST(KernelCalls, RolesHaveAllThatTheyNeed) {
  EXPECT_EQ(refusals_of({component("pci", 1, "windows = [2]\ncalls = [\"device_bind\", \"irq_bind\"]")}),
            refusal("pci.toml:1", "\"pci\" cannot do its work without the kernel call \"processor_start\"",
                    "call-missing", "name it in `calls`"));
  EXPECT_EQ(refusals_of({component("pci", 1, pci_calls + export_pci),
                         component("a", 3,
                                   std::string("windows = [1]\ndma = 4096\ncalls = [\"dma_pin\"]\n") + import_pci +
                                       "[[device]]\nclass = 7")}),
            refusal("a.toml:1", "\"dma_pin\" and \"dma_unpin\" go together", "call-missing",
                    "name both in `calls`, or neither"));
}

TEST(KernelCalls, PinsWithoutOwnMemory) {
  EXPECT_EQ(refusals_of({component("pci", 1, pci_calls + export_pci),
                         component("a", 3,
                                   std::string("windows = [1]\ncalls = [\"dma_pin\", \"dma_unpin\"]\n") + import_pci +
                                       "[[device]]\nclass = 7")}),
            refusal("a.toml:1", "it pins memory for a device, but has none of its own to tell the device where",
                    "pin-dma", "set `dma`, or remove dma_pin and dma_unpin from `calls`"));
}

TEST(Limits, Threads) {
  std::vector<Text> many;
  for (const char* name : {"a", "b", "c", "d"}) many.push_back(component(name, 1, "threads = 255"));
  many.push_back(component("e", 1, "threads = 4"));
  EXPECT_EQ(refusals_of(many), "");
  many.push_back(component("f", 1));
  EXPECT_EQ(refusals_of(many), refusal("f.toml:1", "with these, components have more than 1024 threads", "threads",
                                       "1024 of 2048 are the programs': ask for less"));
}

TEST(Limits, ReservedThreads) {
  EXPECT_EQ(
      refusals_of({component("a", 3, "threads = 2\nreserved = 2")}),
      refusal("a.toml:4", "2 of 2 threads are reserved", "reserved", "leave at least one that receives from everyone"));
  EXPECT_EQ(refusals_of({component("a", 3, "threads = 2\nreserved = 1")}),
            refusal("a.toml:4", "threads are reserved, but no program calls here", "reserved", "remove `reserved`"));
}

TEST(Limits, Liveness) {
  EXPECT_EQ(refusals_of({component("a", 3, "heartbeat_ms = 0")}),
            refusal("a.toml:3", "without heartbeats nobody notices that \"a\" hangs", "heartbeat",
                    "set heartbeat_ms to 100 or more, or leave it out"));
  EXPECT_EQ(refusals_of({component("a", 3, "heartbeat_ms = 4000")}),
            refusal("a.toml:3", "a heartbeat every 4000 ms, but a hang is one of 3000 ms", "heartbeat",
                    "make heartbeat_ms smaller than hang_ms"));
  EXPECT_EQ(refusals_of({component("a", 3, "loop_ms = 3000")}),
            refusal("a.toml:3", "loop_ms is not below hang_ms", "loop",
                    "a loop is noticed by processor time, a hang by the clock: make loop_ms the smaller"));
  EXPECT_EQ(refusals_of({component("a", 3, "budget = 0")}),
            refusal("a.toml:3", "without a budget a loop could own the machine", "budget",
                    "set budget to 1 to 100, or leave it out"));
  const std::string calls =
      "calls = [\"slot_stop\", \"slot_reset\", \"slot_status\", \"slot_peek\", \"slot_inject\", \"waiting_call\"]\n";
  EXPECT_EQ(refusals_of({component("reincarnation", 2, calls)}),
            refusal("reincarnation.toml:1", "the kernel watches reincarnation, nobody sends it heartbeats", "heartbeat",
                    "set heartbeat_ms = 0"));
  EXPECT_EQ(refusals_of({component("reincarnation", 2, calls + "heartbeat_ms = 0\npolicy = \"never\"")}),
            refusal("reincarnation.toml:1", "reincarnation must be restarted", "policy", "remove `policy`"));
}

TEST(Limits, SharesOfMemory) {
  EXPECT_EQ(refusals_of({component("a", 3, "frames = \"10%\"")}),
            refusal("a.toml:3", "\"a\" asks for a share of all memory", "share",
                    "only file, memory and process may: give a number of frames"));
}

}  // namespace
}  // namespace verifier::test
