// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/tests/mistake.hpp"

namespace contractc::test {
namespace {

constexpr Mistake mistakes[] = {
    {"@foo;", "expected an item, found `foo`", "an item begins with `server`, `call`, `absent` or `fault`"},
    {"server @;", "expected the name of a server, found `;`",
     "write the name of a server: letters, digits and `_`, not beginning with a digit"},
    {"server t @server u;", "expected `;`, found `server`", "end the line with `;`"},
    {"server @s;", "the server `s` is there twice", "remove one of the two"},
    {"@fault -> s;", "page faults are given to a server twice", "remove one of the two"},
    {"fault @s;", "expected `->`, found `s`", "say which server takes page faults: `fault -> SERVER;`"},
    {"call @x() -> s;", "expected the number of the call, found `x`", "write a number"},
    {"call 1 x @-> s;", "expected `(`, found `->`", "write the arguments in parentheses"},
    {"call 1 x(i32 a @i32 b) -> s;", "expected `,`, found `i32`", "separate arguments by `,`"},
    {"call 1 x()@;", "expected `->`, found `;`", "say which server takes the call: `-> SERVER`"},
    {"call 1 x() -> @y;", "there is no server `y`", "declare it: `server y;`"},
    {"call 1 x() -> s @call 2 y() -> s;", "expected `;`, found `call`", "end the call with `;`"},
    {"call 1 x(@bool a) -> s;", "`bool` is no integer type", "arguments are integers, or `user ...` for addresses"},
    {"call 1 x(i32 a, i32 @a) -> s;", "the name `a` is taken", "choose another name"},
    {"call 1 x(i32 @call) -> s;", "the name `call` is taken", "choose another name"},
    {"call 1 x(user read b@) -> s;", "expected `[`, found `)`", "say how many bytes are used: `user read NAME[COUNT]`"},
    {"call 1 x(user read b[n@) -> s;", "expected `]`, found `)`",
     "say how many bytes are used: `user read NAME[COUNT]`"},
    {"call 1 x(user read b[@n]) -> s;", "there is no field, constant or enumerator `n`",
     "use a field of this message, or declare a constant above"},
    {"call 1 x(user read b[n @> 1], u32 n) -> s;", "the count is a condition", "write how many bytes are used"},
    {"call @1 x(u8 a, u8 b, u8 c, u8 d, u8 e, u8 f, u8 g) -> s;", "`x` has more than six arguments",
     "a call has six registers"},
    {"call 1 x() -> s; call @1 y() -> s;", "number 1 is there twice", "look the number up again"},
    {"call 1 x() -> s; call 2 @x() -> s;", "the call `x` is there twice", "remove one of the two"},
    {"call 1 @dispatch() -> s;", "no call may be called `dispatch`", "choose another name"},
    {"call @512 x() -> s;", "number 512 is beyond the 512 calls that the kernel knows", "look the number up again"},
    {"absent 1 x, @1 y;", "number 1 is there twice", "look the number up again"},
    {"absent @x;", "expected the number of the call, found `x`", "write a number"},
    {"absent 1 x @2 y;", "expected `;`, found `2`", "separate calls by `,`, and end the list with `;`"},
};

TEST(PersonalityErrors, EachIsNamed) {
  for (const Mistake& mistake : mistakes)
    expect_mistake(std::format("personality t {{ server s; fault -> s; {} }}", mistake.text), mistake);
}

TEST(PersonalityErrors, SomebodyTakesPageFaults) {
  expect_mistake("personality @t { server s; }", {{}, "no server takes page faults", "write `fault -> SERVER;`"});
  expect_mistake("import @x; personality t { server s; fault -> s; }",
                 {{}, "a personality imports nothing", "remove the import"});
}

}  // namespace
}  // namespace contractc::test
