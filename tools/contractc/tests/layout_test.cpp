// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/scope.hpp"
#include "tools/contractc/tests/mistake.hpp"

namespace contractc::test {
namespace {

TEST(Layout, NaturalAlignmentFromTheFrontLendsInTheBack) {
  Compilation compilation;
  const auto contract = compilation
                            .compile("t.contract",
                                     "contract t { struct P { u8 a; u32 b; u8 c; } enum E : u16 { x = 1 }"
                                     "in message q(u8 a, lend read l, u16 b, E e, bool f, P p, lend write m); out "
                                     "message a(); state S: q? -> a! -> S; }")
                            .contract;
  ASSERT_NE(contract, nullptr);
  const auto& fields = contract->messages[0]->fields;
  EXPECT_EQ(fields[0].offset, 0u);
  EXPECT_EQ(fields[1].offset, 0u);  // lend 0
  EXPECT_EQ(fields[2].offset, 2u);
  EXPECT_EQ(fields[3].offset, 4u);
  EXPECT_EQ(fields[4].offset, 6u);
  EXPECT_EQ(fields[5].offset, 8u);
  EXPECT_EQ(fields[6].offset, 1u);  // lend 1
  EXPECT_EQ(contract->structs[0]->size, 12u);
  EXPECT_EQ(contract->messages[0]->front_size, 20u);
  EXPECT_EQ(contract->messages[0]->back, 2u);
}

TEST(Layout, AllOfThePayloadCanBeUsed) {
  EXPECT_TRUE(errors_of("t.contract",
                        "contract t { in message q(string<55> s); out message a(u64 a, u64 b, u64 c, give g, give h);"
                        " state S: q? -> a! -> S; }")
                  .empty());
}

TEST(Layout, NumbersFollowTheOrderOfDeclaration) {
  Compilation compilation;
  const auto contract = compilation.compile("t.contract", with_items("")).contract;
  ASSERT_NE(contract, nullptr);
  EXPECT_EQ(contract->messages[0]->number, 1u);
  EXPECT_EQ(contract->messages[1]->number, 2u);
}

TEST(Constants, AreWholeNumbersOf64Bits) {
  const auto value_of = [](std::string_view expression) {
    Compilation compilation;
    const auto contract =
        compilation.compile("t.contract", with_items(std::format("const i64 v = {};", expression))).contract;
    EXPECT_NE(contract, nullptr) << expression;
    return contract == nullptr ? 0 : static_cast<std::int64_t>(contract->constants[0].value);
  };
  EXPECT_EQ(value_of("1 + 2 * 3"), 7);
  EXPECT_EQ(value_of("(1 + 2) * 3"), 9);
  EXPECT_EQ(value_of("10 - 4 - 3"), 3);
  EXPECT_EQ(value_of("-5 / 2"), -2);
  EXPECT_EQ(value_of("1 << 4 | 1"), 17);
  EXPECT_EQ(value_of("0xff >> 4"), 15);
  EXPECT_EQ(value_of("7 & 12 ^ 1"), 5);
  EXPECT_EQ(value_of("-9223372036854775808"), INT64_MIN);
}

TEST(Conditions, AreShownAsTheyWereMeant) {
  const auto shown = [](std::string_view condition) {
    Compilation compilation;
    const auto contract =
        compilation
            .compile("t.contract", std::format("contract t {{ in message q(u8 a, u8 b, bool f) requires {};"
                                               " out message r(); state S: q? -> r! -> S; }}",
                                               condition))
            .contract;
    return contract == nullptr ? std::string("refused") : contract->messages[0]->condition_text;
  };
  EXPECT_EQ(shown("a>0&&b<3"), "a > 0 && b < 3");
  EXPECT_EQ(shown("(a>0||f)&&b<3"), "(a > 0 || f) && b < 3");
  EXPECT_EQ(shown("a-(b-1)>0"), "a - (b - 1) > 0");
  EXPECT_EQ(shown("(a-b)-1>0"), "(a - b) - 1 > 0");
}

}  // namespace
}  // namespace contractc::test
