// SPDX-License-Identifier: BSD-2-Clause
// What must compile, and what is made of it.
#include <filesystem>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/tests/mistake.hpp"

namespace contractc::test {
namespace {

constexpr std::string_view paper = R"(
    contract C1 {
        in  message Request(int x) requires x > 0;
        out message Reply(int y);
        out message Error();
        state Start: Request? -> Pending;
        state Pending: one { Reply! -> Start; Error! -> Stopped; }
        state Stopped: ;
    })";

TEST(Accepted, ThePapersExample) {
  Compilation compilation;
  const auto contract = compilation.compile("c1.contract", std::string(paper)).contract;
  ASSERT_NE(contract, nullptr);
  EXPECT_EQ(contract->space, "c1");
  EXPECT_FALSE(contract->versioned);
  ASSERT_EQ(contract->states.size(), 2u);  // those in which the importer has the turn
  EXPECT_TRUE(contract->states[0].is_volatile);
  ASSERT_EQ(contract->states[0].exchanges.size(), 1u);
  EXPECT_EQ(contract->states[0].exchanges[0].name, "Pending");
  EXPECT_EQ(contract->states[0].exchanges[0].answers[1].next, 1u);
  EXPECT_TRUE(contract->states[1].exchanges.empty());
  EXPECT_EQ(contract->messages[0]->within_us, 3'000'000u);
  EXPECT_EQ(contract->messages[0]->on_failure, model::OnFailure::lost);
}

TEST(Accepted, EveryContractOfTheSystem) {
  unsigned count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("contracts")) {
    if (entry.path().extension() != ".contract") continue;
    ++count;
    Compilation compilation;
    compilation.compile(entry.path().string());
    for (const Diagnostic& diagnostic : compilation.diagnostics().list()) ADD_FAILURE() << diagnostic.text();
  }
  EXPECT_GE(count, 10u);
}

TEST(Accepted, SpacesCommentsAndTrailingPunctuation) {
  EXPECT_TRUE(
      errors_of(
          "t.contract",
          "// a\n/* b */ contract t version 1 { /// doc\n enum E : u8 { a = 0x1, b = 1_0, }; struct P { E e; };\r\n"
          "in message q(array<array<u8,2>,2> x) idempotent waits; out message a(P p);"
          "state S: one { q? -> one { a! -> S }; }; };")
          .empty());
}

TEST(Accepted, MessageMayHaveTheNameOfAStructure) {
  Compilation compilation;
  const auto contract =
      compilation.compile("t.contract", with_items("struct Crash { u8 a; } out message crash(Crash c); state T: ;"))
          .contract;
  ASSERT_EQ(contract, nullptr);  // not in a state
  EXPECT_EQ(compilation.diagnostics().list()[0].wrong, "the state `T` is never reached");
}

TEST(Accepted, AnswersInlineStatesAndNamedOnesAreTheSame) {
  Compilation compilation;
  const auto contract = compilation
                            .compile("t.contract",
                                     "contract t { in message q(); in message r(); out message a(); out message b();"
                                     "state S: q? -> one { a! -> S; b! -> r? -> a! -> S; }; }")
                            .contract;
  ASSERT_NE(contract, nullptr);
  ASSERT_EQ(contract->states.size(), 2u);
  EXPECT_FALSE(contract->states[1].named);
  EXPECT_EQ(contract->states[1].name, "S_q_b");
}

TEST(Accepted, DocumentationGoesWithWhatFollowsIt) {
  Compilation compilation;
  const auto contract = compilation
                            .compile("t.contract",
                                     "/// One.\n/// Two.\ncontract t { /// Asks.\n in message q(); out message a();"
                                     " state S: q? -> a! -> S; }")
                            .contract;
  ASSERT_NE(contract, nullptr);
  EXPECT_EQ(contract->documentation, "One.\nTwo.");
  EXPECT_EQ(contract->messages[0]->documentation, "Asks.");
  EXPECT_NE(generate_header(*contract).find("/// Asks.\nstruct Q {"), std::string::npos);
}

TEST(Accepted, ImportsAreVisible) {
  Compilation compilation;
  const auto contract =
      compilation
          .compile("contracts/t.contract",
                   "import disk; contract t { in message q(Reason r) requires r != medium; out message a();"
                   " state S: q? -> a! -> S; }")
          .contract;
  for (const Diagnostic& diagnostic : compilation.diagnostics().list()) ADD_FAILURE() << diagnostic.text();
  ASSERT_NE(contract, nullptr);
  const std::string header = generate_header(*contract);
  EXPECT_NE(header.find("#include \"generated/contract/disk.hpp\""), std::string::npos);
  EXPECT_NE(header.find("::contract::disk::Reason r"), std::string::npos);
}

}  // namespace
}  // namespace contractc::test
