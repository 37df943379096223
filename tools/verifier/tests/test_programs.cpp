// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "tools/verifier/kernel_calls.hpp"
#include "tools/verifier/memory.hpp"
#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

std::string calls_of(std::string_view role) {
  std::string calls;
  for (const CallRule& rule : call_rules)
    if (rule.roles.substr(0, rule.roles.find(' ')) == role)
      calls += (calls.empty() ? "\"" : ", \"") + std::string(rule.name) + "\"";
  return "calls = [" + calls + "]\n";
}

Text file(std::string_view rest = "frames = \"50%\"\n") { return component("file", 6, rest); }
Text memory(std::string_view rest = "frames = \"40%\"\n") {
  return component("memory", 7, calls_of("memory") + std::string(rest));
}
Text process(std::string_view rest = "") { return component("process", 8, calls_of("process") + std::string(rest)); }

bool may(const Component& component, abi::Call call) {
  return component.kernel_calls >> static_cast<unsigned>(call) & 1;
}

TEST(Programs, CallsGoToTheirServers) {
  const System system = system_of({file(), memory(), process()});
  EXPECT_TRUE(system.runs_programs);
  EXPECT_EQ(system.program_owner, 2u);
  EXPECT_EQ(system.fault_server, 1u);
  EXPECT_EQ(system.call_server[0], 0);
  EXPECT_EQ(system.call_server[9], 1);
  EXPECT_EQ(system.call_server[39], 2);
  EXPECT_EQ(system.call_server[1], 2);  // not in the contract
  EXPECT_EQ(system.call_server[511], 2);
  for (const Component& server : system.components) {
    EXPECT_TRUE(server.serves_programs);
    EXPECT_TRUE(may(server, abi::Call::wake));
    EXPECT_TRUE(may(server, abi::Call::copy_in));
  }
  EXPECT_TRUE(may(system.components[2], abi::Call::thread_create));
  EXPECT_FALSE(may(system.components[1], abi::Call::thread_create));
}

TEST(Programs, ASystemWithoutServersRunsNone) {
  const System system = system_of({component("a", 1)});
  EXPECT_FALSE(system.runs_programs);
  EXPECT_FALSE(system.program_owner);
}

TEST(Programs, AllServersAreThere) {
  const auto missing = [](std::string_view name) {
    return refusal("contracts/linux.contract",
                   "calls of programs go to \"" + std::string(name) + "\", which is not in the system",
                   "program-server", "add a component of that name, or take the calls from it in the contract");
  };
  EXPECT_EQ(refusals_of({memory(), process()}), missing("file"));
  EXPECT_EQ(refusals_of({file(), memory()}), missing("process"));
  EXPECT_EQ(refusals_of({file()}), missing("memory") + missing("process"));
}

TEST(Programs, CallNumbersFit) {
  ContractTable table = contracts();
  table.personality->calls.push_back({511, "last", "file"});
  EXPECT_EQ(refusals_of({file(), memory(), process()}, table), "");
  table.personality->calls.push_back({512, "more", "file"});
  EXPECT_EQ(refusals_of({file(), memory(), process()}, table),
            refusal("contracts/linux.contract", "call 512 (more) is beyond the kernel's table", "program-call",
                    "numbers go to 511"));
}

TEST(Programs, AServerThatComponentsCallKeepsAThreadForThem) {
  const std::string exported = "[[export]]\nname = \"/service/file\"\ncontract = \"plain\"\n";
  EXPECT_EQ(refusals_of({file("threads = 4\n" + exported), memory(), process()}),
            refusal("file.toml:1", "programs could keep all 4 threads busy while components wait", "reserved",
                    "set reserved to 1 or more, and `threads` higher than that"));
  EXPECT_EQ(refusals_of({file("threads = 4\nreserved = 1\n" + exported), memory(), process()}), "");
}

TEST(Programs, ServersAreRestarted) {
  EXPECT_EQ(refusals_of({file(), memory(), process("policy = \"never\"")}),
            refusal("process.toml:1", "it is never restarted, but programs need it", "policy", "remove `policy`"));
}

TEST(Programs, ServersMayTakeMemory) {
  const auto said = [](std::string_view frames) {
    const System system = system_of({file(), memory(), process("frames = " + std::string(frames))});
    Refusals refusals;
    check_memory(system, measure(system, 0, 0, {}), refusals);
    std::string text;
    for (const Refusal& refusal : refusals.all()) text += to_string(refusal);
    return text;
  };
  EXPECT_EQ(said("\"2%\""), "");
  EXPECT_EQ(said("256"), "");
  EXPECT_EQ(said("255"), refusal("process.toml:4", "\"process\" serves programs, but may take only 1.0 MiB", "quota",
                                 "raise `frames` to 1.0 MiB or more"));
  EXPECT_EQ(said("\"1%\""), refusal("process.toml:4", "\"process\" serves programs, but may take only 0.5 MiB", "quota",
                                    "raise `frames` to 1.0 MiB or more"));
}

TEST(Programs, SharesAreNoMoreThanAll) {
  EXPECT_EQ(refusals_of({file("frames = \"60%\""), memory("frames = \"40%\""), process()}), "");
  EXPECT_EQ(
      refusals_of({file("frames = \"61%\""), memory("frames = \"40%\""), process()}),
      refusal("memory.toml:4", "with this, more than 100% of the memory is given away", "share", "lower the shares"));
}

}  // namespace
}  // namespace verifier::test
