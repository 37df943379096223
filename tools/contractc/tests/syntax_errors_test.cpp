// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/tests/mistake.hpp"

namespace contractc::test {
namespace {

constexpr std::string_view annotations = "annotations are idempotent, once, configures, lossy, within, waits";

constexpr Mistake files[] = {
    {"@", "expected `contract` or `personality`, found the end of the file",
     "begin the file with `contract NAME version 1 {`"},
    {"@kontract t {}", "expected `contract` or `personality`, found `kontract`",
     "begin the file with `contract NAME version 1 {`"},
    {"import @;", "expected the name of a contract, found `;`",
     "write the name of a contract: letters, digits and `_`, not beginning with a digit"},
    {"import a @contract t {}", "expected `;`, found `contract`", "end the import with `;`"},
    {"contract @{}", "expected the name of the contract, found `{`",
     "write the name of the contract: letters, digits and `_`, not beginning with a digit"},
    {"contract t version @x {}", "expected the version, found `x`", "write a number"},
    {"contract t @;", "expected `{`, found `;`", "write `contract NAME version N {`"},
    {"contract t {} @x", "nothing may follow the contract, found `x`",
     "remove it: a file holds one contract, whose braces must match"},
    {"@/* no end", "the comment has no end", "close it with `*/`"},
    {"contract t { @# }", "`#` is not part of the language", "remove it, or put it into a comment"},
    {"contract t { @\x01 }", "byte 0x01 is not part of the language", "remove it, or put it into a comment"},
};

constexpr Mistake items[] = {
    {"@foo;", "expected an item, found `foo`",
     "an item begins with `const`, `enum`, `struct`, `in`, `out`, `event`, `state` or `volatile`"},
    {"const u8 a = @12x;", "the number is malformed", "write it in decimal, or in hexadecimal as 0x1f"},
    {"const u8 a = @0x;", "the number is malformed", "write it in decimal, or in hexadecimal as 0x1f"},
    {"const u64 a = @99999999999999999999;", "the number does not fit in 64 bits", "make it smaller"},
    {"const u8 a@;", "expected `=`, found `;`", "give the constant a value"},
    {"const u8 a = 1 @const", "expected `;`, found `const`", "end the constant with `;`"},
    {"const u8 a = (1@;", "expected `)`, found `;`", "close the parenthesis"},
    {"const u8 a = @;", "expected a number, a field, a constant or an enumerator, found `;`",
     "write a number, a field, a constant or an enumerator: letters, digits and `_`, not beginning with a digit"},
    {"enum E @{ a = 1 }", "expected `:`, found `{`", "write `enum NAME : u8 { ... }`"},
    {"enum E : u8 @;", "expected `{`, found `;`", "write `enum NAME : u8 { NAME = NUMBER, ... }`"},
    {"enum E : u8 { a@, b }", "expected `=`, found `,`",
     "give every enumerator its number, so that it never changes by accident"},
    {"enum E : u8 { a = 1 @b = 2 }", "expected `,`, found `b`", "separate enumerators by `,`"},
    {"struct P @u8 a; }", "expected `{`, found `u8`", "write `struct NAME { TYPE NAME; ... }`"},
    {"struct P { u8 a@, u8 b; }", "expected `;`, found `,`", "end the member with `;`"},
    {"event e @event f;", "expected `;`, found `event`", "end the event with `;`"},
    {"in @mesage x();", "expected `message`, found `mesage`",
     "write `in message NAME(...)` or `out message NAME(...)`"},
    {"in message x@;", "expected `(`, found `;`", "write the fields in parentheses: `(TYPE NAME, ...)`, or `()`"},
    {"in message x(u8 a @u8 b);", "expected `,`, found `u8`", "separate fields by `,`"},
    {"in message x(lend @data);", "expected `read` or `write`, found `data`",
     "write `lend read` where the exporter reads the memory, `lend write` where it writes it"},
    {"in message x(lend read<@> data);", "expected the name of a structure, found `>`",
     "write the name of a structure: letters, digits and `_`, not beginning with a digit"},
    {"in message x(lend read<P @data);", "expected `>`, found `data`", "write `lend read<STRUCT>`"},
    {"in message x(string<5 @s);", "expected `>`, found `s`", "write `string<N>`"},
    {"in message x(array<u8@> s);", "expected `,`, found `>`", "write `array<TYPE, N>`"},
    {"in message x(array<u8, 4 @s);", "expected `>`, found `s`", "write `array<TYPE, N>`"},
    {"in message x() @3;", "expected an annotation or `;`, found `3`", annotations},
    {"in message x() within @soon;", "expected a time, found `soon`", "write a number"},
    {"in message x() within 3@;", "expected a unit: us, ms or s, found `;`",
     "write a unit: us, ms or s: letters, digits and `_`, not beginning with a digit"},
    {"in message x(u8 a) configures [a@;", "expected `]`, found `;`", "write `configures [FIELD]`"},
    {"in message x(lend read d) requires d.@size > 0;", "expected `length`, found `size`",
     "only `.length` of a lend, a give, a string or an array can be asked"},
    {"volatile @x;", "expected `state`, found `x`", "write `volatile state NAME: ...`"},
    {"state T @q? -> S;", "expected `:`, found `q`", "write `state NAME: ...`"},
    {"state T: q @-> S;", "expected `?` or `!`, found `->`", "write `q?` for a request, `q!` for an answer"},
    {"state T: q? @S;", "expected `->`, found `S`", "say where it leads: `-> STATE`"},
    {"state T: q? -> one @q;", "expected `{`, found `q`", "write `one { MESSAGE? -> STATE; }`"},
    {"state T: q? -> S @q? -> S;", "expected `;`, found `q`",
     "end the state with `;`, or write `one { ... }` for several moves"},
    {"state T: one { q? -> S @q? -> S; }", "expected `;`, found `q`", "end the move with `;`"},
};

TEST(SyntaxErrors, OfFiles) {
  for (const Mistake& mistake : files) {
    if (!mistake.mend.empty()) expect_mistake(std::string(mistake.text), mistake);
  }
}

TEST(SyntaxErrors, OfItems) {
  for (const Mistake& mistake : items) expect_mistake(with_items(mistake.text), mistake);
}

TEST(SyntaxErrors, MissingEnd) {
  EXPECT_EQ(errors_of("t.contract", "contract t {\n"),
            std::vector<std::string>{"t.contract:2:1: error: the contract has no end; close it with `}`"});
  EXPECT_EQ(errors_of("t.contract", "personality t {\n"),
            std::vector<std::string>{"t.contract:2:1: error: the personality has no end; close it with `}`"});
}

TEST(SyntaxErrors, DeepNestingIsRefused) {
  const std::string many(100, '(');
  const auto expression = errors_of("t.contract", with_items("const u8 a = " + many + "1;"));
  ASSERT_EQ(expression.size(), 1u);
  EXPECT_NE(expression[0].find("error: nested too deeply; at most 64 levels are allowed: give the inner part a name"),
            std::string::npos);
  std::string states = "state T: ";
  for (int i = 0; i < 100; ++i) states += "q? -> a! -> ";
  EXPECT_FALSE(errors_of("t.contract", with_items(states + "S;")).empty());
  std::string chain = "const u64 a = 1";
  for (int i = 0; i < 100; ++i) chain += " + 1";
  const auto errors = errors_of("t.contract", with_items(chain + ";"));
  ASSERT_FALSE(errors.empty());
  EXPECT_NE(errors[0].find("error: the expression is too long; make it shorter, or name parts of it as constants"),
            std::string::npos);
}

TEST(SyntaxErrors, EachItemIsReadForItself) {
  const auto errors = errors_of("t.contract", with_items("const = 1;\n enum E { a };\n struct P { u8 };\n event;\n"));
  ASSERT_EQ(errors.size(), 4u);
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_NE(errors[i].find(std::format(":{}:", i + 1)), std::string::npos) << errors[i];
}

}  // namespace
}  // namespace contractc::test
