// SPDX-License-Identifier: BSD-2-Clause
#include <filesystem>
#include <fstream>

#include "tools/contractc/tests/mistake.hpp"

namespace contractc::test {
namespace {

constexpr std::string_view other_name = "choose another name";

constexpr Mistake declarations[] = {
    {"const @bool b = 1;", "`bool` is no type of constants", "constants are integers: u8 to u64, i8 to i64, int"},
    {"const u8 a = @256;", "the value of `a` does not fit in u8", "use a wider type"},
    {"const u64 a = 1 @<< 64;", "the constant does not fit in 64 bits, or divides by zero", "make it smaller"},
    {"const u64 a = 1 @/ 0;", "the constant does not fit in 64 bits, or divides by zero", "make it smaller"},
    {"const i8 a = @-129;", "the value of `a` does not fit in i8", "use a wider type"},
    {"const u8 a = @b;", "there is no field, constant or enumerator `b`",
     "use a field of this message, or declare a constant above"},
    {"const u8 @class = 1;", "`class` is a word of C++ and cannot name a constant", other_name},
    {"const u8 @x__y = 1;",
     "`x__y` cannot name a constant: names with `_` at an end, or two in a row, are the compiler's", other_name},
    {"const u8 x = 1; const u8 @x = 2;", "`x` is a constant already", other_name},
    {"const u8 @Shadow = 1;", "`Shadow` is part of every generated contract already", other_name},
    {"enum E : @string { a = 1 }", "`string` is no integer type", "write `enum NAME : u8 { ... }`"},
    {"enum E : u8 { a = @300 }", "the number of `a` does not fit in u8", "use a wider type for the enum"},
    {"enum E : u8 { a = 1, @a = 2 }", "the enumerator `a` is there twice", "remove one of the two"},
    {"enum E : u8 { a = 1, b = @1 }", "`b` has the number of `a`", "give each enumerator a number of its own"},
    {"enum @E : u8 { }", "the enum `E` has no enumerators", "add one: no value at all would be valid"},
    {"struct @P { }", "the structure `P` has no members", "add one, or remove it"},
    {"struct @P { lend read d; }", "the structure `P` holds a lend",
     "structures are plain memory: put the lend into the message"},
    {"struct P { u8 a; u8 @a; }", "the field `a` is there twice", other_name},
    {"struct P { u8 @check; }", "`check` is a name that generated messages have themselves", other_name},
    {"struct P { @Q q; }", "there is no type `Q`",
     "types are bool, u8 to u64, i8 to i64, int, string<N>, array<TYPE, N>, lend, give, service, and the enums and "
     "structures declared above"},
    {"struct P { @string s; }", "there is no type `string`", "write `string<N>` with the greatest length"},
    {"struct P { @array s; }", "there is no type `array`", "write `array<TYPE, N>`"},
    {"struct P { string<@256> s; }", "the bound of string must be between 1 and 255", "choose another bound"},
    {"struct P { array<u8, @0> s; }", "the bound of array must be between 1 and 65535", "choose another bound"},
    {"struct P { @array<give, 2> s; }", "an array cannot hold lends", "lend one piece of memory that holds everything"},
    {"event e; event @e;", "the event `e` is declared twice", "remove one of the two"},
    {"event a; event b; event c; event d; event @e;", "a contract has at most 4 events",
     "let one event stand for several, and answer in its `take` request which it was"},
};

constexpr Mistake messages[] = {
    {"in message @q();", "`q`, `Q` in C++, is a message already", other_name},
    {"in message x_y(); in message @xY();", "`xY`, `XY` in C++, is a message already", other_name},
    {"in message @client() idempotent within 1 s;", "no request may be called `client`",
     "choose another name: `on_client` tells of clients"},
    {"in message @match() idempotent within 1 s;", "no request may be called `match`",
     "choose another name: `match` looks at outcomes"},
    {"out message x(lend read @d);", "the answer `x` cannot lend",
     "a lend ends with the answer: let the request lend memory that the answer fills"},
    {"in message @x(lend read a, lend read b, give c) idempotent within 1 s;",
     "`x` has 3 lends and gives, a message carries at most 2", "lend one piece of memory that holds several things"},
    {"in message @x(u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u8 h) idempotent within 1 s;",
     "`x` takes 57 bytes, 1 more than the 56 that a message carries", "lend what is large: `lend read data`"},
    {"in message @x(string<40> name, lend read data) idempotent within 1 s;",
     "`x` takes 57 bytes, 1 more than the 56 that a message carries", "lend what is large: `lend read data`"},
    {"in message x(lend read<@u8> d);", "`u8` is no structure", "lend a structure, or bytes without `<...>`"},
    {"in message x(u8 a) requires @a idempotent within 1 s;", "`requires` has a number where a condition belongs",
     "compare it: `count != 0`"},
    {"out message x() @idempotent;", "the answer `x` has the annotation `idempotent`",
     "annotations belong to the request: remove it here"},
    {"in message x() within 1 s @waits idempotent;", "`x` has two deadlines", "keep one `within`, or `waits`"},
    {"in message x() @sometimes;", "there is no annotation `sometimes`",
     "annotations are idempotent, once, configures, lossy, within, waits"},
    {"in message x() once @idempotent within 1 s;", "`x` says twice what a failure may do",
     "keep one of idempotent, once, configures, lossy"},
    {"in message x() once within 1 @min;", "there is no unit `min`", "write us, ms or s"},
    {"in message x() once within 0 @s;", "a deadline is longer than nothing and at most an hour",
     "write a time such as `within 3 s`, or `waits` where a program or a person is waited for"},
    {"in message x() once within 3601 @s;", "a deadline is longer than nothing and at most an hour",
     "write a time such as `within 3 s`, or `waits` where a program or a person is waited for"},
    {"in message x(lend read d) @configures within 1 s;",
     "`x` configures, but lends memory that is gone when it is replayed",
     "carry the setting in the message, or use `idempotent` and let the client set it again"},
    {"in message x(u8 a) configures [@b] within 1 s;", "the key `b` is no number, enum or bool of the message",
     "name a field of this message"},
    {"in message x(u8 a) configures [a, @0] within 1 s;", "a shadow remembers between 1 and 1024 keys",
     "choose another bound"},
};

constexpr Mistake conditions[] = {
    {"@b > 0", "there is no field, constant or enumerator `b`",
     "use a field of this message, or declare a constant above"},
    {"@d > 0", "`d` is neither a number nor a bool", "of lends, gives, strings and arrays ask `d.length`"},
    {"@a.length > 0", "`a` has no length", "lends, gives, strings and arrays have one"},
    {"@z.length > 0", "there is no field `z`", "use a field of this message"},
    {"a @&& f", "`&&` joins a condition and a number", "compare the number first"},
    {"a @&& a", "`&&` needs conditions, not numbers", "compare the number: `count != 0`"},
    {"f @+ f == 1", "`+` needs numbers, not conditions", "use `&&`, `||` or `!`"},
    {"@!a", "`!` needs conditions, not numbers", "compare the number: `count != 0`"},
    {"@-f == 1", "`-` needs numbers, not conditions", "use `&&`, `||` or `!`"},
    {"(i @& 1) == 1", "`&` works on unsigned numbers only", "make the field unsigned, or use `*`, `/` and `%`"},
    {"@~i == 1", "`~` works on unsigned numbers only", "make the field unsigned, or use `*`, `/` and `%`"},
    {"a == @same", "more than one enum has an enumerator `same`",
     "compare with a constant, or give the enumerators different names"},
};

TEST(SemanticErrors, OfDeclarations) {
  for (const Mistake& mistake : declarations) {
    if (!mistake.mend.empty()) expect_mistake(with_items(mistake.text), mistake);
  }
}

TEST(SemanticErrors, OfMessages) {
  for (const Mistake& mistake : messages) expect_mistake(with_items(mistake.text), mistake);
}

TEST(SemanticErrors, OfConditions) {
  for (const Mistake& mistake : conditions) {
    if (mistake.mend.empty()) continue;
    expect_mistake(
        with_items(std::format(
            "enum E : u8 {{ same = 1 }} enum F : u8 {{ same = 2 }} in message x(u8 a, i8 i, bool f, lend read d) "
            "requires {} idempotent within 1 s;",
            mistake.text)),
        mistake);
  }
}

TEST(SemanticErrors, OfFailures) {
  const auto of = [](std::string_view annotations) {
    return std::format("contract t version 1 {{ in message @q() {}; out message a(); state S: q? -> a! -> S; }}",
                       annotations);
  };
  expect_mistake(of("within 1 s"),
                 {{},
                  "`q` does not say what a failure of the exporter may do to it",
                  "write idempotent, once, configures or lossy behind it, or make the states that accept it volatile"});
  expect_mistake(
      of("idempotent"),
      {{}, "`q` has no deadline", "write `within 3 s`, or `waits` where a program or a person is waited for"});
}

TEST(SemanticErrors, OfNamesAndVersions) {
  expect_mistake("contract @t version 0 { in message q() idempotent waits; out message a(); state S: q? -> a! -> S; }",
                 {{}, "a version is at least 1 and has 32 bits", "write `version 1`"});
  const auto named = [](const std::string& name) {
    return errors_of(name + ".contract",
                     "contract " + name + " { in message q(); out message a(); state S: q? -> a! -> S; }");
  };
  EXPECT_EQ(named("report").at(0),
            "report.contract:1:10: error: no contract may be called `report`; choose another name");
  EXPECT_EQ(named("a_name_of_twenty_four_ch").at(0),
            "a_name_of_twenty_four_ch.contract:1:10: error: the name `a_name_of_twenty_four_ch` is too long; at most "
            "23 characters fit");
  EXPECT_EQ(errors_of("dir/u.contract", with_items("")).at(0),
            "dir/u.contract:1:10: error: `t` does not belong in u.contract; name the file t.contract");
}

TEST(SemanticErrors, OfFiles) {
  Compilation compilation;
  EXPECT_EQ(compilation.compile("no/such.contract").contract, nullptr);
  ASSERT_EQ(compilation.diagnostics().list().size(), 1u);
  EXPECT_EQ(compilation.diagnostics().list()[0].text(),
            "no/such.contract:1:1: error: the file cannot be read; check its name and its rights");
}

TEST(SemanticErrors, OfImports) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "contractc_imports";
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / (name + ".contract")) << text;
    return (folder / (name + ".contract")).string();
  };
  const std::string body = " { in message q(); out message a(); state S: q? -> a! -> S; }";
  const std::string first = write("first", "import second; contract first" + body);
  write("second", "import first; contract second" + body);
  write("linux", "personality linux { server s; fault -> s; }");
  const auto errors = [&](const std::string& path) {
    Compilation compilation;
    compilation.compile(path);
    std::string all;
    for (const Diagnostic& diagnostic : compilation.diagnostics().list()) all += diagnostic.text() + "\n";
    return all;
  };
  EXPECT_NE(errors(first).find(
                "error: `second` imports itself, by one or several steps; move what both need into a third contract"),
            std::string::npos);
  EXPECT_NE(errors(write("third", "import nothing; contract third" + body))
                .find("error: there is no contract `nothing`; it would be "),
            std::string::npos);
  EXPECT_NE(errors(write("fourth", "import linux; contract fourth" + body))
                .find("error: `linux` is a personality; import contracts only"),
            std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace contractc::test
